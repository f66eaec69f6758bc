//! The tasks without which the API does not work: all are watched, and none may end before the API does.

use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use tokio::task::{AbortHandle, JoinHandle};

/// The task that stores events.
pub(crate) const WRITER: &str = "writer";

/// The task that drops cached access keys when they change.
pub(crate) const ACCESS_CACHE: &str = "access_cache";

/// The task that makes the schema and its indexes.
pub(crate) const SCHEMA: &str = "schema";

/// A task ended although the API still needs it.
#[derive(Debug, thiserror::Error)]
#[error(
    "The event server's task {0} ended unexpectedly, so the event server ends. Acknowledged events are stored. This is a \
     defect of pio: please report it with the lines of the log before this one"
)]
pub struct TaskEnded(&'static str);

/// What works behind the API.
pub struct Background {
    tasks: Vec<(&'static str, JoinHandle<()>)>,
}

/// Whether the tasks behind the API still run.
pub(crate) struct Reports {
    tasks: Vec<(&'static str, AbortHandle)>,
}

impl Background {
    pub(crate) fn new(tasks: Vec<(&'static str, JoinHandle<()>)>) -> Self {
        Self { tasks }
    }

    /// A task that may come to its end, but must not panic.
    pub(crate) fn until_done(task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        tokio::spawn(async {
            task.await;
            pending::<()>().await;
        })
    }

    pub(crate) fn reports(&self) -> Reports {
        Reports { tasks: self.tasks.iter().map(|(name, task)| (*name, task.abort_handle())).collect() }
    }

    /// Waits for the first task that ends. While there is an API, none should.
    pub async fn failed(&mut self) -> TaskEnded {
        poll_fn(|context| {
            for (index, (_, task)) in self.tasks.iter_mut().enumerate() {
                if Pin::new(task).poll(context).is_ready() {
                    return Poll::Ready(TaskEnded(self.tasks.swap_remove(index).0));
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Waits until everything that the API took is stored, once the API was dropped.
    ///
    /// # Errors
    ///
    /// Where the task that stores it has panicked.
    pub async fn finished(self) -> Result<(), TaskEnded> {
        for (name, task) in self.tasks {
            if name == WRITER {
                task.await.map_err(|_| TaskEnded(name))?;
            } else {
                task.abort();
            }
        }
        Ok(())
    }
}

impl Reports {
    /// Each task by its name, and whether it still runs.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&'static str, bool)> {
        self.tasks.iter().map(|(name, task)| (*name, !task.is_finished()))
    }

    /// Ends a task as a defect would.
    #[cfg(test)]
    pub(crate) fn end(&self, name: &str) {
        self.tasks.iter().filter(|(own, _)| *own == name).for_each(|(_, task)| task.abort());
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::{Background, SCHEMA, WRITER};

    #[tokio::test]
    async fn a_task_that_panics_or_ends_is_named() {
        for fault in [tokio::spawn(async { panic!("a defect") }), tokio::spawn(async {})] {
            let mut background =
                Background::new(vec![(SCHEMA, Background::until_done(async {})), (WRITER, fault)]);
            let ended = background.failed().await.to_string();
            assert!(ended.contains("task writer ended unexpectedly"), "{ended}");
        }
    }

    #[tokio::test]
    async fn what_the_writer_holds_is_waited_for_and_nothing_else() {
        let other = || Background::until_done(async {});
        Background::new(vec![(WRITER, tokio::spawn(async {})), (SCHEMA, other())]).finished().await.unwrap();
        let panicked = tokio::spawn(async { panic!("a defect") });
        Background::new(vec![(SCHEMA, other()), (WRITER, panicked)]).finished().await.unwrap_err();
        let busy = Background::new(vec![(WRITER, tokio::spawn(pending()))]);
        let waited = tokio::time::timeout(std::time::Duration::from_millis(50), busy.finished()).await;
        assert!(waited.is_err(), "a writer that is busy is waited for");
    }
}
