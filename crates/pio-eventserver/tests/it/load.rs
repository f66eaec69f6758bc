//! Clients that send one event after the other and note which of them were acknowledged.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::client::{Call, Client};

/// Running clients.
pub(crate) struct Load {
    clients: JoinSet<Vec<u64>>,
    is_over: Arc<AtomicBool>,
    acknowledged: Arc<AtomicU64>,
}

impl Load {
    /// Starts clients whose events are numbered from `first` on, in their `entityId`.
    pub(crate) fn start(address: SocketAddr, clients: usize, first: u64) -> Self {
        let next = Arc::new(AtomicU64::new(first));
        let is_over = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(AtomicU64::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..clients {
            tasks.spawn(client(address, next.clone(), is_over.clone(), acknowledged.clone()));
        }
        Self { clients: tasks, is_over, acknowledged }
    }

    /// Waits until so many more were acknowledged: on a busy machine the load needs time to build up.
    pub(crate) async fn more(&self, count: u64) {
        let goal = self.acknowledged.load(Relaxed) + count;
        for _ in 0..3000 {
            if self.acknowledged.load(Relaxed) >= goal {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("no {count} events were acknowledged within 30 s");
    }

    /// Ends the clients and gives the numbers that were acknowledged.
    pub(crate) async fn finish(self) -> Vec<u64> {
        self.is_over.store(true, Relaxed);
        self.clients.join_all().await.concat()
    }
}

async fn client(
    address: SocketAddr,
    next: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
) -> Vec<u64> {
    let mut acknowledged = Vec::new();
    while !is_over.load(Relaxed) {
        let Some(mut client) = Client::try_connect(address).await else {
            sleep(Duration::from_millis(5)).await;
            continue;
        };
        // A number is used once: whether an unanswered event was stored is unknown.
        while !is_over.load(Relaxed) {
            let number = next.fetch_add(1, Relaxed);
            let event = format!(r#"{{"event":"e","entityType":"load","entityId":"{number}"}}"#);
            match client.call(&Call::post("/events.json?accessKey=ACCESSKEY", event)).await {
                Ok(reply) if reply.status == 201 => {
                    acknowledged.push(number);
                    count.fetch_add(1, Relaxed);
                }
                Ok(reply) => {
                    assert_eq!(reply.status, 503, "{}", reply.body);
                    sleep(Duration::from_millis(5)).await;
                }
                Err(_) => break,
            }
        }
    }
    acknowledged
}
