//! What a JVM says over the link while it trains, evaluates or predicts.

use serde::Deserialize;
use serde_json::Value;

/// A line from the JVM.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Message {
    Hello {
        version: u32,
    },
    Progress(Progress),
    Warning {
        message: String,
    },
    Error(RemoteError),
    Result(Value),
    #[serde(other)]
    Unknown,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Progress {
    /// What is being done: read, prepare, train, save, evaluate, predict or load.
    pub stage: String,
    /// In words.
    pub message: String,
    /// How much is done.
    #[serde(default)]
    pub done: Option<u64>,
    /// Of how much.
    #[serde(default)]
    pub total: Option<u64>,
}

/// Why a job failed, as the JVM reports it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RemoteError {
    /// What kind of error it is.
    pub code: String,
    /// What happened.
    pub what: String,
    /// Why.
    #[serde(default)]
    pub why: String,
    /// What to do.
    #[serde(default)]
    pub hint: String,
    /// A stack trace.
    #[serde(default)]
    pub detail: Option<String>,
}

/// The line that asks a JVM to end.
pub(super) const STOP: &[u8] = b"{\"type\":\"stop\"}\n";

/// The version of the contract that is spoken here.
pub(super) const VERSION: u32 = 1;
