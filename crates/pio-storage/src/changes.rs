//! News of changes to apps, access keys and channels, for those who keep copies of them.

use std::time::Duration;

use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};

use crate::{Storage, connect, errors::Result, session::Session};

/// The name under which changes are announced.
const CHANNEL: &str = "pio_meta_changed";

/// How long to wait before the connection for news is made again.
const RETRY: Duration = Duration::from_secs(1);

/// Announces a change; it is heard when the transaction commits.
pub(crate) async fn announce(session: &mut Session) -> Result<()> {
    session.batch(&format!("NOTIFY {CHANNEL}")).await
}

impl Storage {
    /// A counter that goes up with every change to apps, access keys and channels by any process, and whenever the
    /// connection over which the news comes is made or lost. Whoever keeps copies drops them then.
    ///
    /// A task with a connection of its own feeds it until the last receiver is dropped.
    #[must_use]
    pub fn metadata_changes(&self) -> watch::Receiver<u64> {
        let (counter, receiver) = watch::channel(0);
        let storage = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = counter.closed() => {}
                () = listen_for_ever(&storage, &counter) => {}
            }
        });
        receiver
    }
}

async fn listen_for_ever(storage: &Storage, counter: &watch::Sender<u64>) {
    loop {
        if let Err(error) = listen(storage, counter).await {
            tracing::debug!(%error, "no news of changed metadata");
        }
        counter.send_modify(|count| *count += 1);
        sleep(RETRY).await;
    }
}

/// Counts news until the connection is lost.
async fn listen(storage: &Storage, counter: &watch::Sender<u64>) -> Result<()> {
    let (sender, mut news) = mpsc::unbounded_channel();
    let client = connect::listener(&storage.inner.settings, &storage.inner.options, sender).await?;
    client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
    // What changed while nobody listened is unknown.
    counter.send_modify(|count| *count += 1);
    while news.recv().await.is_some() {
        counter.send_modify(|count| *count += 1);
    }
    Ok(())
}
