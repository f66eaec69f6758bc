//! The worker that currently serves queries.

use std::sync::Arc;

use crate::errors::QueryError;
use crate::link::WorkerConnection;
use pio_link::messages::Ready;

/// The worker that currently serves queries. The supervisor writes it, every request reads it.
#[derive(Clone)]
pub(crate) enum State {
    /// Nobody yet: the first worker is being started.
    Loading,
    /// Nobody until the engine is trained; the words say so.
    Untrained(Arc<str>),
    /// Nobody: no worker could be started so far, and trying again has not helped.
    Failed,
    /// A worker.
    Serving(Serving),
    /// Nobody: the worker ended and another is being started.
    Restarting,
}

/// A worker that is ready.
#[derive(Clone)]
pub(crate) struct Serving {
    pub(crate) link: Arc<WorkerConnection>,
    pub(crate) ready: Arc<Ready>,
}

impl State {
    /// The worker, or why there is none.
    pub(crate) fn serving(&self) -> Result<&Serving, QueryError> {
        match self {
            Self::Serving(serving) => Ok(serving),
            Self::Untrained(words) => Err(QueryError::Untrained(Arc::clone(words))),
            Self::Failed => Err(QueryError::Failed),
            Self::Loading => Err(QueryError::Loading),
            Self::Restarting => Err(QueryError::Restarting),
        }
    }
}
