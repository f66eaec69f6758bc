//! The messages of both directions; `docs/native-jvm.md` is the contract.

use serde::Deserialize;
use serde_json::Value;

/// The version of the contract that is spoken here.
pub const VERSION: u32 = 1;

/// A message from a JVM. Unknown types and fields are no error: a later runtime may send them.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Message {
    /// The first message.
    Hello {
        /// The version of the contract that the JVM speaks.
        version: u32,
    },
    /// How far it is.
    Progress(Progress),
    /// Something that the user should know.
    Warning {
        /// As a sentence.
        message: String,
    },
    /// A worker has loaded its model.
    Ready(Ready),
    /// A worker answers a query.
    Answer(WorkerReply),
    /// The JVM cannot go on.
    Error(RemoteError),
    /// A job has ended well, with what the verb gives back.
    Result(Value),
    /// A type that this version does not know.
    #[serde(other)]
    Unknown,
}

/// How far a JVM is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Progress {
    /// What is being done: read, prepare, train, save, evaluate, predict or load.
    #[serde(default)]
    pub stage: String,
    /// In words.
    #[serde(default)]
    pub message: String,
    /// How much is done.
    #[serde(default)]
    pub done: Option<u64>,
    /// Of how much.
    #[serde(default)]
    pub total: Option<u64>,
}

/// What a worker says of itself when its model is loaded.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ready {
    /// Which model it serves.
    pub engine_instance_id: String,
    /// When that was trained.
    #[serde(default)]
    pub start_time: String,
    /// Names and parameters of its algorithms.
    #[serde(default)]
    pub algorithms: Value,
    /// More for the page of the engine.
    #[serde(default)]
    pub info: serde_json::Map<String, Value>,
}

/// The answer to one query.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerReply {
    /// The query's number.
    pub id: u64,
    /// As of HTTP.
    pub status: u16,
    /// The prediction, where there is one.
    pub body: Option<String>,
    /// What kind of text the body is.
    pub content_type: Option<String>,
    /// The id of the prediction, where the result has a field for it.
    pub pr_id: Option<String>,
    /// Why there is no prediction, for the client.
    pub message: Option<String>,
    /// A stack trace, for logs only.
    pub detail: Option<String>,
}

/// Why a JVM cannot go on.
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
    /// A stack trace, for logs only.
    #[serde(default)]
    pub detail: Option<String>,
}

impl WorkerReply {
    /// What a query gets whose answer cannot be read, where at least its id can.
    #[must_use]
    pub fn unreadable(line: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Id {
            id: u64,
        }
        let Id { id } = serde_json::from_slice(line).ok()?;
        Some(Self::failed(id, "The engine's answer could not be read.".to_owned()))
    }

    /// What a query gets whose answer is longer than so many bytes. Of the answer's line only the beginning is there, where a worker
    /// writes the id.
    #[must_use]
    pub fn too_long(beginning: &[u8], longest: usize) -> Option<Self> {
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
    ///
    /// # Errors
    /// It is no message of the contract.
    pub fn parse(line: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(line)
    }
}

/// The line that asks a JVM to end.
pub const STOP: &[u8] = b"{\"type\":\"stop\"}\n";

/// The line that carries a query.
#[must_use]
pub fn query(id: u64, body: &str) -> Vec<u8> {
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
        let hello = Message::parse(b"{\"type\":\"hello\",\"version\":1,\"x\":{}}");
        assert!(matches!(hello, Ok(Message::Hello { version: 1 })));
    }

    #[test]
    fn an_answer_is_read_with_the_number_of_its_query() {
        let line = br#"{"type":"answer","id":7,"status":200,"contentType":"application/json","body":"{\"a\":1}","prId":null}"#;
        let Ok(Message::Answer(reply)) = Message::parse(line) else { panic!("it is an answer") };
        assert_eq!((reply.id, reply.status, reply.body.as_deref()), (7, 200, Some(r#"{"a":1}"#)));
    }
}
