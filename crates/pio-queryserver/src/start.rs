//! One worker from its start to its end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::config::Config;
use crate::errors::Failure;
use crate::link::{WorkerConnection, WorkerEvent};
use crate::state::Serving;
use crate::worker::{InstanceSelector, Launch, LaunchError, Outlook, Process, SpawnedWorker};
use pio_link::messages::{Ready, RemoteError, VERSION};

/// How long a process may live on when its link is closed, and a link when its process has ended.
const GRACE: Duration = Duration::from_secs(2);

/// A worker that is ready, with the process behind it.
pub(crate) struct Worker {
    pub(crate) serving: Serving,
    running: Running,
}

struct Running {
    link: Arc<WorkerConnection>,
    process: Box<dyn Process>,
    said: mpsc::UnboundedReceiver<WorkerEvent>,
    last_words: Option<RemoteError>,
}

/// Starts a worker and waits until it is ready.
pub(crate) async fn start(
    launch: Arc<dyn Launch>,
    wanted: InstanceSelector,
    config: Arc<Config>,
) -> Result<Worker, Failure> {
    let SpawnedWorker { link, process } = launch.launch(wanted).await?;
    let (link, said) = WorkerConnection::open(link, &config).map_err(|error| LaunchError {
        words: format!("The link to the engine's worker could not be opened: {error}."),
        outlook: Outlook::Passing,
    })?;
    let link = Arc::new(link);
    let mut running = Running { link: Arc::clone(&link), process, said, last_words: None };
    match running.ready().await {
        Ok(ready) => Ok(Worker { serving: Serving { link, ready: Arc::new(ready) }, running }),
        Err(failure) => {
            running.process.end(GRACE).await;
            Err(failure)
        }
    }
}

impl Worker {
    /// Waits for the worker's end; may be dropped and called again.
    pub(crate) async fn ended(&mut self) -> Failure {
        self.running.ended().await
    }

    /// Lets the worker answer what it has, asks it to end, and insists after a while.
    pub(crate) async fn retire(mut self, answers: Duration, grace: Duration) {
        let link = &self.running.link;
        let drained = async {
            while link.unanswered() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _ = tokio::time::timeout(answers, drained).await;
        link.stop();
        if tokio::time::timeout(grace, self.running.process.ended()).await.is_err() {
            self.running.process.end(GRACE).await;
        }
        self.running.link.abandon();
    }

    /// Ends the worker without waiting for anything.
    pub(crate) async fn kill(&mut self) {
        self.running.process.end(Duration::ZERO).await;
    }
}

impl Running {
    async fn ready(&mut self) -> Result<Ready, Failure> {
        loop {
            tokio::select! {
                biased;
                said = self.said.recv() => match said {
                    Some(WorkerEvent::Ready(ready)) => return Ok(ready),
                    Some(WorkerEvent::Hello(VERSION)) => {}
                    Some(WorkerEvent::Hello(version)) => return Err(Failure::Version { version }),
                    Some(WorkerEvent::Error(error)) => return Err(Failure::Worker(error)),
                    None => return Err(self.ended().await),
                },
                how = self.process.ended() => return Err(self.describe_exit(how).await),
            }
        }
    }

    async fn ended(&mut self) -> Failure {
        loop {
            tokio::select! {
                biased;
                Some(said) = self.said.recv() => self.note(said),
                how = self.process.ended() => return self.describe_exit(how).await,
                () = self.link.closed() => {
                    if tokio::time::timeout(GRACE, self.process.ended()).await.is_err() {
                        self.process.end(GRACE).await;
                    }
                    let how = self.process.ended().await;
                    return self.describe_exit(how).await;
                }
            }
        }
    }

    fn note(&mut self, said: WorkerEvent) {
        if let WorkerEvent::Error(error) = said {
            self.last_words = Some(error);
        }
    }

    /// What a worker said before it ended may still be in the link.
    async fn describe_exit(&mut self, how: String) -> Failure {
        let rest = async {
            while let Some(said) = self.said.recv().await {
                if let WorkerEvent::Error(error) = said {
                    return Some(error);
                }
            }
            None
        };
        let said = tokio::time::timeout(GRACE, rest).await.ok().flatten();
        self.link.abandon();
        match said.or_else(|| self.last_words.take()) {
            Some(error) => Failure::Worker(error),
            None => Failure::Died { how },
        }
    }
}
