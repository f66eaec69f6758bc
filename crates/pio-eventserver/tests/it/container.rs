//! A server in a container of 64 MB, and clients that want more memory than it has. The kernel must never kill it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use pio_storage::test_support::{TestDatabase, database, run_sql};
use pio_test_support::container::Container;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::client::{Call, Client};
use crate::process::Process;
use crate::server::seed;

const EVENT: &str = r#"{"event":"e","entityType":"user","entityId":"1"}"#;
const EVENTS: &str = "/events.json?accessKey=ACCESSKEY";
const BATCH: &str = "/batch/events.json?accessKey=ACCESSKEY";

/// How long the server may take until it stores events again.
const AGAIN: Duration = Duration::from_mins(1);

/// One attack at a time is enough for a machine.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// A server in a container, and a client that behaves all the while.
struct Attacked {
    process: Process,
    container: Container,
    database: TestDatabase,
    good: Arc<Good>,
    is_over: Arc<AtomicBool>,
    client: JoinHandle<()>,
    _alone: MutexGuard<'static, ()>,
}

/// How a good client is answered.
#[derive(Default)]
struct Good {
    stored: AtomicUsize,
    refused: AtomicUsize,
    failed: AtomicUsize,
}

impl Attacked {
    async fn start() -> Option<Self> {
        let container = match Container::new(64) {
            Ok(container) => container,
            Err(reason) => {
                pio_test_support::skip(&format!("run as root where control groups can be made ({reason})"));
                return None;
            }
        };
        let alone = ONE_AT_A_TIME.lock().await;
        let database = database().await;
        seed(&database.storage, &database.settings).await;
        let enter = format!("ulimit -n 10000\necho $$ > {}", container.processes());
        let process = Process::start_after(&enter, &database.settings, "", "error").await;
        let (good, is_over) = (Arc::<Good>::default(), Arc::new(AtomicBool::new(false)));
        let client = tokio::spawn(good_client(process.address, good.clone(), is_over.clone()));
        Some(Self { process, container, database, good, is_over, client, _alone: alone })
    }

    fn address(&self) -> SocketAddr {
        self.process.address
    }

    /// The server lives, a good client had an answer, and events are taken again.
    async fn survives(mut self) {
        self.is_over.store(true, Relaxed);
        // Its last request is answered at the latest when the attack is over.
        (&mut self.client).await.unwrap();
        let Good { stored, refused, failed } = &*self.good;
        let counts = (stored.load(Relaxed), refused.load(Relaxed), failed.load(Relaxed));
        assert!(counts.0 + counts.1 > 0, "stored, refused, not answered: {counts:?}");
        self.lives().await;
    }

    /// The server lives, and takes events again. Of clients that connect by the thousand the system may lose some before the server
    /// knows of them, so nothing is said of a client meanwhile.
    async fn lives(mut self) {
        self.is_over.store(true, Relaxed);
        assert_eq!(self.container.kills().unwrap(), 0, "peak {} kB", crate::memory::peak(self.process.id()));
        let end = Instant::now() + AGAIN;
        loop {
            // A connection that was refused may be closed.
            let taken = async {
                Client::try_connect(self.process.address).await?.call(&Call::post(EVENTS, EVENT)).await.ok()
            };
            let reply = timeout(AGAIN, taken).await.ok().flatten();
            if reply.as_ref().is_some_and(|reply| reply.status == 201) {
                break;
            }
            assert!(Instant::now() < end, "no event is taken after the attack: {reply:?}");
            sleep(Duration::from_millis(100)).await;
        }
        drop(self.process.kill());
    }
}

/// Sends an event on a new connection again and again, with `OTHERKEY`.
async fn good_client(address: SocketAddr, good: Arc<Good>, is_over: Arc<AtomicBool>) {
    let call = Call::post("/events.json?accessKey=OTHERKEY", EVENT);
    while !is_over.load(Relaxed) {
        let answered = async { Client::try_connect(address).await?.call(&call).await.ok() };
        let count = match timeout(Duration::from_secs(20), answered).await {
            Ok(Some(reply)) if reply.status == 201 => &good.stored,
            Ok(Some(reply)) if reply.status == 503 => &good.refused,
            _ => &good.failed,
        };
        count.fetch_add(1, Relaxed);
        sleep(Duration::from_millis(50)).await;
    }
}

async fn send(address: SocketAddr, text: &[u8]) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(text).await.ok()?;
    Some(stream)
}

fn post(path: &str, length: usize, body: &str) -> Vec<u8> {
    let head = "host: x\r\ncontent-type: application/json";
    format!("POST {path} HTTP/1.1\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// Posts the body on so many connections at once, each again and again, for so long.
async fn flood(address: SocketAddr, path: &'static str, body: String, clients: usize, time: Duration) {
    let request: Arc<[u8]> = post(path, body.len(), &body).into();
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let request = request.clone();
        tasks.spawn(async move {
            let mut answer = [0; 4096];
            loop {
                let Some(mut stream) = send(address, &request).await else {
                    sleep(Duration::from_millis(100)).await;
                    continue;
                };
                while let Ok(1..) = stream.read(&mut answer).await {
                    if stream.write_all(&request).await.is_err() {
                        break;
                    }
                }
            }
        });
    }
    sleep(time).await;
    tasks.shutdown().await;
}

#[tokio::test]
async fn idle_connections_do_not_fill_it() {
    let Some(attacked) = Attacked::start().await else { return };
    let mut held = Vec::new();
    for _ in 0..3000 {
        held.extend(TcpStream::connect(attacked.address()).await);
    }
    sleep(Duration::from_secs(2)).await;
    attacked.survives().await;
}

#[tokio::test]
async fn batches_on_a_thousand_connections_do_not_fill_it() {
    let Some(attacked) = Attacked::start().await else { return };
    let properties = r#"{"event":"rate","entityType":"user","entityId":"1","targetEntityType":"item","targetEntityId":"2","properties":{"rating":4.5}}"#;
    let batch = format!("[{}]", [properties; 50].join(","));
    flood(attacked.address(), BATCH, batch, 1000, Duration::from_secs(6)).await;
    attacked.survives().await;
}

#[tokio::test]
async fn events_on_four_thousand_connections_do_not_fill_it() {
    let Some(attacked) = Attacked::start().await else { return };
    flood(attacked.address(), EVENTS, event_of(2048), 4000, Duration::from_secs(6)).await;
    attacked.lives().await;
}

#[tokio::test]
async fn bodies_of_eight_megabytes_do_not_fill_it() {
    let Some(attacked) = Attacked::start().await else { return };
    flood(attacked.address(), EVENTS, event_of(8_000_000), 200, Duration::from_secs(8)).await;
    attacked.survives().await;
}

#[tokio::test]
async fn bodies_that_never_end_do_not_fill_it() {
    let Some(attacked) = Attacked::start().await else { return };
    let mut held = Vec::new();
    let part = " ".repeat(60_000);
    for _ in 0..200 {
        held.extend(send(attacked.address(), &post(EVENTS, 8_000_000, &part)).await);
    }
    sleep(Duration::from_secs(5)).await;
    attacked.survives().await;
}

#[tokio::test]
async fn readers_of_large_events_who_do_not_read_do_not_fill_it() {
    let Some(attacked) = Attacked::start().await else { return };
    let fill = "INSERT INTO pio_event_1 (id, event, entitytype, entityid, properties, eventtime, eventtimezone, creationtime, creationtimezone) \
                SELECT 'large' || n, 'e', 'user', n, '{\"a\":\"' || repeat('y', 4000000) || '\"}', now(), 'UTC', now(), 'UTC' FROM generate_series(1, 20) n";
    run_sql(&attacked.database.settings, fill).await;
    let mut held = Vec::new();
    for path in ["/events/large1.json?accessKey=ACCESSKEY", "/events.json?accessKey=ACCESSKEY"] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
        for _ in 0..16 {
            held.extend(send(attacked.address(), request.as_bytes()).await);
        }
    }
    sleep(Duration::from_secs(6)).await;
    attacked.survives().await;
}

fn event_of(bytes: usize) -> String {
    let filling = "y".repeat(bytes - 100);
    format!(r#"{{"event":"e","entityType":"user","entityId":"1","properties":{{"a":"{filling}"}}}}"#)
}
