//! News of changes to apps, access keys and channels, for those who keep copies of them.

use std::time::Duration;

use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};

use crate::{Inner, Storage, connect, errors::Result, session::Session};

/// The name under which changes are announced.
const CHANNEL: &str = "pio_meta_changed";

/// How long a change may stay unknown where no news can come.
const POLL: Duration = Duration::from_secs(1);

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
    let Inner { connector, settings, options, .. } = &*storage.inner;
    let client = connect::listener(connector, settings, options, sender).await?;
    if storage.is_pooled() {
        drop(client);
        return poll(counter).await;
    }
    client.batch_execute(&settings.tables.in_sql(&format!("LISTEN {CHANNEL}"))).await?;
    // What changed while nobody listened is unknown.
    counter.send_modify(|count| *count += 1);
    while news.recv().await.is_some() {
        counter.send_modify(|count| *count += 1);
    }
    Ok(())
}

/// Counts as if something had changed all the time: through a pooler, news would come to whoever has the connection then.
/// Who keeps copies looks again, which costs less than asking the database whether there is news.
async fn poll(counter: &watch::Sender<u64>) -> Result<()> {
    loop {
        counter.send_modify(|count| *count += 1);
        sleep(POLL).await;
    }
}
