//! The front's own share of a query's time, beside the same exchange with the worker itself.

use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;

use crate::fake::{AT_ONCE, quick, ready_with, worker};

const QUERIES: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_front_costs_a_query_little() {
    let direct = with_the_worker_itself().await;
    let fronted = through_the_front().await;
    let cost = fronted.saturating_sub(direct);
    // Bound loosely: this is a debug build on a machine that does other things too. `cargo xtask bench` measures the bar of 0.3 ms.
    assert!(cost < Duration::from_millis(5), "the front adds {cost:?} to {direct:?}");
}

async fn with_the_worker_itself() -> Duration {
    let (ours, theirs) = UnixStream::pair().unwrap();
    tokio::spawn(worker(theirs, AT_ONCE, watch::Sender::new(0)));
    let (input, mut output) = ours.into_split();
    let mut lines = BufReader::new(input).lines();
    while !lines.next_line().await.unwrap().unwrap().contains("\"ready\"") {}
    let mut times = Vec::new();
    for id in 0..QUERIES {
        let start = Instant::now();
        output
            .write_all(format!("{{\"type\":\"query\",\"id\":{id},\"body\":\"{{}}\"}}\n").as_bytes())
            .await
            .unwrap();
        assert!(lines.next_line().await.unwrap().unwrap().contains("answer"));
        times.push(start.elapsed());
    }
    median(times)
}

async fn through_the_front() -> Duration {
    let deployed = ready_with(quick()).await;
    let mut stream = TcpStream::connect(deployed.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut times = Vec::new();
    let mut buffer = vec![0; 4096];
    for _ in 0..QUERIES {
        let start = Instant::now();
        stream
            .write_all(b"POST /queries.json HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}")
            .await
            .unwrap();
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(buffer[..read].starts_with(b"HTTP/1.1 200"));
        times.push(start.elapsed());
    }
    median(times)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
