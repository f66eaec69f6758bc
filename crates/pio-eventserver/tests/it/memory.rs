//! Memory stays within bounds, however much clients send at a time.

use pio_storage::test_support::{database, run_sql};

use crate::client::{Call, Client};
use crate::process::Process;
use crate::server::seed;

const CLIENTS: usize = 12;

/// What the process may have resident at most, in kilobytes: it is to live on a machine of 64 MB.
const MOST: u64 = 56 * 1024;

#[tokio::test]
async fn the_largest_events_are_answered_within_little_memory_however_many_come_at_a_time() {
    let database = database().await;
    seed(&database.storage, &database.settings).await;
    let process = Process::start(&database.settings, "", "error").await;
    let filling = "y".repeat(8 * 1024 * 1024 - 200);
    let event =
        format!(r#"{{"event":"e","entityType":"user","entityId":"1","properties":{{"a":"{filling}"}}}}"#);
    let sent: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (address, call) =
                (process.address, Call::post("/events.json?accessKey=ACCESSKEY", event.clone()));
            tokio::spawn(
                async move { Client::connect(address).await.call(&call).await.map(|reply| reply.status) },
            )
        })
        .collect();
    let mut statuses = Vec::new();
    for status in sent {
        statuses.push(status.await.unwrap().expect("every request is answered"));
    }
    assert!(statuses.iter().all(|status| [201, 503].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&201), "{statuses:?}");
    let peak = peak(process.id());
    assert!(peak < MOST, "{peak} kB were resident");
}

#[tokio::test]
async fn a_list_of_large_events_is_whole_and_takes_little_memory() {
    let database = database().await;
    seed(&database.storage, &database.settings).await;
    let fill = "INSERT INTO pio_event_1 (id, event, entitytype, entityid, properties, eventtime, eventtimezone, creationtime, creationtimezone) \
                SELECT 'large' || n, 'e', 'user', n, '{\"a\":\"' || repeat('y', 4000000) || '\"}', now(), 'UTC', now(), 'UTC' FROM generate_series(1, 20) n";
    run_sql(&database.settings, fill).await;
    let process = Process::start(&database.settings, "", "error").await;
    for path in ["/events.json?accessKey=ACCESSKEY", "/events.json?accessKey=ACCESSKEY&limit=-1"] {
        let reply = Client::connect(process.address).await.call(&Call::get(path)).await.unwrap();
        assert_eq!((reply.status, reply.json().as_array().unwrap().len()), (200, 20), "{path}");
    }
    let peak = peak(process.id());
    assert!(peak < MOST, "{peak} kB were resident");
}

pub(crate) fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
