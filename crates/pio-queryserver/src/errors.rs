//! Every word about failure: to the person who deploys, and to the client who asks.

use std::sync::Arc;
use std::time::Duration;

use pio_http::client::NoCertificates;
use thiserror::Error;

use crate::worker::{LaunchError, Outlook};
use pio_link::messages::RemoteError;

/// Why no worker serves.
#[derive(Debug, Clone, Error)]
pub enum Failure {
    /// The worker's process could not be started.
    #[error(transparent)]
    LaunchError(#[from] LaunchError),
    /// The worker said why it cannot serve.
    #[error("{}", sentences(.0))]
    Worker(RemoteError),
    /// The worker ended without a word.
    #[error(
        "The engine's worker ended unexpectedly ({how}). Its last lines above may say why; \
         where it was killed, the machine or the plan has too little memory for the model."
    )]
    Died {
        /// How the process ended.
        how: String,
    },
    /// The worker speaks another version of the contract.
    #[error(
        "The engine's worker speaks version {version} of the link, this program version 1. \
         They come from different releases: build the engine again with this one."
    )]
    Version {
        /// The worker's version.
        version: u32,
    },
    /// The worker was silent while queries waited.
    #[error("The engine's worker answered nothing for {} s while queries were waiting, so it was replaced.", .0.as_secs())]
    Silent(Duration),
    /// A part of the server itself ended.
    #[error(
        "The {0} of the server ended unexpectedly, so the server ends. This is a defect of pio: \
         please report it with the lines of the log before this one."
    )]
    Lost(&'static str),
    /// The server is being shut down.
    #[error("The server is shutting down.")]
    Stopped,
}

impl Failure {
    /// Whether trying again is useless until somebody has changed something.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::LaunchError(error) => error.outlook != Outlook::Passing,
            Self::Worker(error) => {
                !matches!(error.code.as_str(), "database" | "spark" | "interrupted" | "internal")
            }
            Self::Version { .. } | Self::Lost(_) => true,
            Self::Died { .. } | Self::Silent(_) | Self::Stopped => false,
        }
    }

    /// Why there is no model yet, where that is all.
    #[must_use]
    pub fn untrained(&self) -> Option<&str> {
        match self {
            Self::LaunchError(error) if error.outlook == Outlook::Untrained => Some(&error.words),
            _ => None,
        }
    }

    /// What is for logs only, such as a stack trace.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Worker(error) => error.detail.as_deref(),
            _ => None,
        }
    }
}

fn sentences(error: &RemoteError) -> String {
    let parts = [&error.what, &error.why, &error.hint];
    parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
}

/// Why a query has no answer from the worker.
#[derive(Debug, Clone, Error)]
pub(crate) enum QueryError {
    #[error("The engine is being loaded. Try again in a few seconds.")]
    Loading,
    #[error("{0}")]
    Untrained(Arc<str>),
    #[error("The engine could not be loaded; the server's log says why. It is tried again now and then.")]
    Failed,
    #[error(
        "The engine is not available at the moment: its worker is being restarted. Try again in a few seconds."
    )]
    Restarting,
    #[error("Too many queries are waiting for the engine. Try again later.")]
    Busy,
    #[error("The engine's worker ended while it had this query. Try again in a few seconds.")]
    WorkerLost,
    #[error("The engine did not answer within {} s.", .0.as_secs_f32())]
    TooLate(Duration),
}

/// What is wrong with a request.
#[derive(Debug, Error)]
pub(crate) enum BadRequest {
    #[error("A compressed query ({0}) is not supported. Send plain JSON, without Content-Encoding.")]
    Compressed(String),
    #[error("The query is empty. Send a JSON object as the request's body.")]
    Empty,
    #[error("The query is not text: its bytes are not UTF-8.")]
    NotText,
}

/// Why predictions cannot be sent as events.
#[derive(Debug, Error)]
pub(crate) enum NoFeedback {
    #[error("its thread could not be started: {0}. Free resources")]
    Thread(#[from] std::io::Error),
    #[error(transparent)]
    Certificates(#[from] NoCertificates),
    #[error("its HTTP client could not be made: {0}")]
    Client(String),
}

impl From<NoFeedback> for LaunchError {
    fn from(error: NoFeedback) -> Self {
        let words = format!("The feedback loop could not be started: {error}, or deploy without --feedback.");
        Self { words, outlook: Outlook::Permanent }
    }
}

pub(crate) const STOPPING: &str = "The server is shutting down.";
pub(crate) const NOT_FOUND: &str = "The requested resource could not be found.";
pub(crate) const WRONG_KEY: &str = "Invalid accessKey. Give the server's access key as ?accessKey=…";
pub(crate) const KEY_NEEDED: &str = "This server has no access key, so only programs on its own machine may ask for this, and on a platform (where \
     PORT is set) nobody. Set PIO_SERVER_ACCESS_KEY to a key of your choice, start the server again, and give the key as ?accessKey=…";
pub(crate) const NO_PLUGIN: &str = "There is no such plugin.";
