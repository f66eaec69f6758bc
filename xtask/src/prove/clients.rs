//! Clients of the event server, of several kinds.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use e2e::http::{Answer, Client};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::ledger::{Sent, Told};
use super::plan::Bystanders;

/// Longer than the server may take for any answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(40);

/// How often a request is repeated at most once the load is over.
const LAST_REPEATS: usize = 20;

/// How long a client waits before it sends again.
const PAUSE: Duration = Duration::from_millis(10);

/// What the clients of a round share.
pub(crate) struct Target {
    /// Where the event server listens, without a slash at the end.
    pub(crate) url: String,
    pub(crate) address: String,
    pub(crate) key: String,
    pub(crate) is_over: AtomicBool,
    /// Counts the processes that the event server was.
    pub(crate) process: AtomicU64,
    /// Counts acknowledged events.
    pub(crate) acknowledged: AtomicU64,
}

/// How a client sends events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Single events without ids; a request is sent once.
    Once,
    /// Single events with ids of the client's, repeated until they are acknowledged.
    OwnIds,
    /// Single events without ids, repeated after a 503.
    Repeating,
    /// Batches without ids, repeated after a 503.
    Batches,
    /// Calls of a webhook; a request is sent once.
    Webhook,
}

/// The clients of a round.
pub(crate) const KINDS: [Kind; 8] = [
    Kind::Once,
    Kind::Once,
    Kind::OwnIds,
    Kind::OwnIds,
    Kind::Repeating,
    Kind::Repeating,
    Kind::Batches,
    Kind::Webhook,
];

/// Sends until the load is over; gives all requests, and answers that nobody may get.
pub(crate) fn send(kind: Kind, number: usize, seed: u64, target: &Target) -> (Vec<Sent>, Vec<String>) {
    let client = match Client::new(ANSWER_LIMIT) {
        Ok(client) => client,
        Err(error) => return (Vec::new(), vec![format!("no client: {error:#}")]),
    };
    let mut random = StdRng::seed_from_u64(seed ^ ((number as u64 + 1) << 32));
    let (mut all, mut violations) = (Vec::new(), Vec::new());
    let mut next = 0;
    while !target.is_over.load(Relaxed) {
        let count = if kind == Kind::Batches { random.random_range(1..=50) } else { 1 };
        let entities: Vec<String> = (next..next + count).map(|event| format!("{number}-{event}")).collect();
        next += count;
        let body = kind.body(&entities, seed, &mut random);
        let mut sent = Sent::new(entities, kind == Kind::OwnIds);
        violations.extend(deliver(kind, &client, target, &body, &mut sent));
        target.acknowledged.fetch_add(sent.count_acknowledged() as u64, Relaxed);
        all.push(sent);
    }
    (all, violations)
}

/// Sends one request, again and again where its kind does; gives an answer that nobody may get.
fn deliver(kind: Kind, client: &Client, target: &Target, body: &str, sent: &mut Sent) -> Option<String> {
    let url = format!("{}{}?accessKey={}", target.url, kind.path(), target.key);
    let process = target.process.load(Relaxed);
    let mut last_repeats = 0;
    let violation = loop {
        let answer = client.post_text(&url, body).ok();
        let told = match &answer {
            None => Told::Nothing,
            Some(answer) if answer.status == 503 => told(answer),
            Some(answer) => match acknowledge(kind, answer, sent) {
                Ok(()) => Told::Done,
                Err(violation) => break Some(violation),
            },
        };
        sent.told.push(told);
        let repeats = match told {
            Told::Done => false,
            Told::Nothing => kind == Kind::OwnIds,
            Told::NotStored | Told::Unknown => !matches!(kind, Kind::Once | Kind::Webhook),
        };
        last_repeats += usize::from(target.is_over.load(Relaxed));
        if told != Told::Done {
            // A server that is away refuses at once; it is not asked thousands of times.
            std::thread::sleep(if last_repeats > 0 { 10 * PAUSE } else { PAUSE });
        }
        if !repeats || last_repeats > LAST_REPEATS {
            break None;
        }
    };
    sent.saw_restart = target.process.load(Relaxed) != process;
    violation
}

/// What a 503 says of the events.
fn told(answer: &Answer) -> Told {
    if answer.body["outcome"] == "not stored" { Told::NotStored } else { Told::Unknown }
}

fn acknowledge(kind: Kind, answer: &Answer, sent: &mut Sent) -> Result<(), String> {
    let statuses: Vec<u64> = match (kind, &answer.body) {
        (Kind::Batches, Value::Array(items)) if answer.status == 200 => {
            items.iter().filter_map(|item| item["status"].as_u64()).collect()
        }
        (Kind::Batches, _) => Vec::new(),
        _ => vec![u64::from(answer.status)],
    };
    if statuses.len() != sent.entities.len() || statuses.iter().any(|status| *status != 201) {
        return Err(format!("{kind:?} was answered {}: {}", answer.status, answer.body));
    }
    sent.acknowledged.fill(true);
    Ok(())
}

impl Kind {
    fn path(self) -> &'static str {
        match self {
            Self::Batches => "/batch/events.json",
            Self::Webhook => "/webhooks/segmentio.json",
            Self::Once | Self::OwnIds | Self::Repeating => "/events.json",
        }
    }

    fn body(self, entities: &[String], seed: u64, random: &mut StdRng) -> String {
        let mut event = |entity: &String| {
            // One in a hundred is large.
            let size = if random.random_bool(0.01) { 200_000 } else { random.random_range(0..300) };
            json!({ "event": "rate", "entityType": "user", "entityId": entity, "properties": { "p": "x".repeat(size) } })
        };
        match self {
            Self::Once | Self::Repeating => event(&entities[0]).to_string(),
            Self::OwnIds => {
                let mut event = event(&entities[0]);
                event["eventId"] = format!("own-{seed}-{}", entities[0]).into();
                event.to_string()
            }
            Self::Batches => Value::Array(entities.iter().map(event).collect()).to_string(),
            Self::Webhook => {
                let time = "2015-08-21T15:25:32.799Z";
                json!({
                    "version": 2, "type": "track", "event": "e", "sent_at": time, "timestamp": time, "user_id": entities[0],
                })
                .to_string()
            }
        }
    }
}

/// Connects clients that only take room, for as long as the result lives. Connections that are refused are left out.
pub(crate) fn crowd(bystanders: Bystanders, target: &Target) -> Vec<TcpStream> {
    let Target { address, key, .. } = target;
    let head = |line: &str| format!("{line} HTTP/1.1\r\nHost: {address}\r\n");
    let half_body = format!(
        "{}Content-Length: 1000000\r\n\r\n[{{",
        head(&format!("POST /batch/events.json?accessKey={key}"))
    );
    let unread = format!("{}\r\n", head(&format!("GET /events.json?accessKey={key}&limit=-1"))).repeat(20);
    let kinds = [
        (bystanders.silent, String::new()),
        (bystanders.half_heads, head("POST /events.json")),
        (bystanders.half_bodies, half_body),
        (bystanders.unread_answers, unread),
    ];
    let connect = |text: &String| {
        let mut stream = TcpStream::connect(address).ok()?;
        stream.set_write_timeout(Some(Duration::from_secs(1))).ok()?;
        stream.write_all(text.as_bytes()).ok()?;
        Some(stream)
    };
    kinds.iter().flat_map(|(count, text)| (0..*count).filter_map(move |_| connect(text))).collect()
}
