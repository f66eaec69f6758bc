//! The lines that go over the link while serving; `docs/native-jvm.md` is the contract.

use serde::Deserialize;
use serde_json::Value;

/// The version of the contract that this crate speaks.
pub(crate) const VERSION: u64 = 1;

/// A line from the worker.
pub(crate) enum Message {
    Hello(Hello),
    Progress(Progress),
    Warning(Warning),
    Ready(Ready),
    Answer(WorkerReply),
    Error(WorkerError),
    /// A type that this version does not know.
    Unknown,
}

#[derive(Deserialize)]
pub(crate) struct Hello {
    pub(crate) version: u64,
}

#[derive(Deserialize)]
pub(crate) struct Progress {
    #[serde(default)]
    pub(crate) stage: String,
    #[serde(default)]
    pub(crate) message: String,
}

/// What the person who deploys should know.
#[derive(Deserialize)]
pub(crate) struct Warning {
    pub(crate) message: String,
}

/// What a worker says of itself when its model is loaded.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ready {
    pub(crate) engine_instance_id: String,
    #[serde(default)]
    pub(crate) start_time: String,
    #[serde(default)]
    pub(crate) algorithms: Value,
    #[serde(default)]
    pub(crate) info: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkerReply {
    pub(crate) id: u64,
    pub(crate) status: u16,
    pub(crate) body: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) pr_id: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) detail: Option<String>,
}

/// The worker's last words, when it cannot go on.
#[derive(Debug, Clone, Deserialize)]
pub struct WorkerError {
    /// What kind of error it is.
    pub code: String,
    /// What happened.
    pub what: String,
    /// Why it happened.
    #[serde(default)]
    pub why: String,
    /// What to do about it.
    #[serde(default)]
    pub hint: String,
    /// A stack trace, for logs only.
    #[serde(default)]
    pub detail: Option<String>,
}

impl WorkerReply {
    /// What a query gets whose answer cannot be read, where at least its id can.
    pub(crate) fn unreadable(line: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Id {
            id: u64,
        }
        let Id { id } = serde_json::from_slice(line).ok()?;
        Some(Self::failed(id, "The engine's answer could not be read.".to_owned()))
    }

    /// What a query gets whose answer is longer than so many bytes. Of the answer's line only the beginning is there, where a worker
    /// writes the id.
    pub(crate) fn too_long(beginning: &[u8], longest: usize) -> Option<Self> {
        let text = beginning.utf8_chunks().next()?.valid();
        let (_, id) = text.split_once("\"id\":")?;
        let id = id.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        let message = format!(
            "The engine's answer is longer than the {} MiB that this server has memory for. \
             Ask for less, or give the server's container more memory.",
            longest >> 20
        );
        Some(Self::failed(id, message))
    }

    fn failed(id: u64, message: String) -> Self {
        let message = Some(message);
        Self { id, status: 500, body: None, content_type: None, pr_id: None, message, detail: None }
    }
}

impl Message {
    /// Reads one line.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Kind<'a> {
            #[serde(rename = "type")]
            kind: &'a str,
        }
        let kind: Kind<'_> = serde_json::from_slice(line)?;
        Ok(match kind.kind {
            "answer" => Self::Answer(serde_json::from_slice(line)?),
            "hello" => Self::Hello(serde_json::from_slice(line)?),
            "progress" => Self::Progress(serde_json::from_slice(line)?),
            "warning" => Self::Warning(serde_json::from_slice(line)?),
            "ready" => Self::Ready(serde_json::from_slice(line)?),
            "error" => Self::Error(serde_json::from_slice(line)?),
            _ => Self::Unknown,
        })
    }
}

/// The line that asks the worker to end.
pub(crate) const STOP: &[u8] = b"{\"type\":\"stop\"}\n";

/// The line that carries a query.
pub(crate) fn query(id: u64, body: &str) -> Vec<u8> {
    let mut line = Vec::with_capacity(body.len() + body.len() / 8 + 48);
    line.extend_from_slice(b"{\"type\":\"query\",\"id\":");
    line.extend_from_slice(id.to_string().as_bytes());
    line.extend_from_slice(b",\"body\":");
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(&mut line, body);
    line.extend_from_slice(b"}\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_one_line_whatever_it_holds() {
        let body = "{\"user\": \"1\",\n \"text\": \"\u{2028}é\\\"\"}\0";
        let line = query(7, body);
        assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
        let value: Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(value, serde_json::json!({"type": "query", "id": 7, "body": body}));
    }

    #[test]
    fn unknown_types_and_fields_are_no_error() {
        assert!(matches!(Message::parse(b"{\"x\":1,\"type\":\"new\"}"), Ok(Message::Unknown)));
        assert!(matches!(
            Message::parse(b"{\"type\":\"hello\",\"version\":1,\"x\":{}}"),
            Ok(Message::Hello(_))
        ));
    }
}
