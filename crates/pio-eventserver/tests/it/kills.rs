//! Kills under load: whatever was acknowledged is stored, and stored once.

use std::collections::HashMap;
use std::time::Duration;

use pio_eventserver::config::Config;
use pio_settings::database::DatabaseSettings;
use pio_settings::env;
use pio_storage::Storage;
use pio_storage::events::filter::Filter;
use pio_storage::events::table::EventTable;
use pio_storage::test_support::{PrivateServer, database};
use tokio::time::sleep;

use crate::load::Load;
use crate::process::Process;
use crate::server::{Server, seed};

/// How often is killed, where the environment does not say so.
const ROUNDS: u64 = 4;

/// The variable that says so.
const ROUNDS_VARIABLE: &str = "PIO_TEST_KILLS";

const CLIENTS: usize = 16;

/// How many events are acknowledged in each round, at least.
const EACH_ROUND: u64 = 20;

fn rounds() -> u64 {
    env::get(ROUNDS_VARIABLE).map_or(ROUNDS, |rounds| rounds.parse().unwrap())
}

/// How many of the acknowledged events are missing, and how many are there more than once.
async fn wrong(settings: &DatabaseSettings, acknowledged: &[u64]) -> (usize, usize) {
    let storage = Storage::connect(settings).await.unwrap();
    let stored = storage.events().find(EventTable::of_app(1), &Filter::default()).await.unwrap();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for event in &stored {
        *counts.entry(event.entity_id.as_str()).or_default() += 1;
    }
    let count = |number: &u64| counts.get(number.to_string().as_str()).copied().unwrap_or_default();
    let missing = acknowledged.iter().filter(|number| count(number) == 0).count();
    (missing, counts.values().filter(|count| **count > 1).count())
}

/// Kills the server in each round; gives all numbers that were acknowledged.
async fn kill_server(settings: &DatabaseSettings, mode: &str, rounds: u64) -> Vec<u64> {
    let mut acknowledged = Vec::new();
    for round in 0..rounds {
        let mut process = Process::start(settings, mode, "warn").await;
        let load = Load::start(process.address, CLIENTS, round * 1_000_000);
        load.more(EACH_ROUND).await;
        sleep(Duration::from_millis(37 * round % 200)).await;
        process.kill();
        acknowledged.extend(load.finish().await);
    }
    acknowledged
}

#[tokio::test]
async fn killing_the_server_loses_nothing_and_doubles_nothing() {
    let database = database().await;
    seed(&database.storage, &database.settings).await;
    let acknowledged = kill_server(&database.settings, "", rounds()).await;
    assert_eq!(wrong(&database.settings, &acknowledged).await, (0, 0));
}

#[tokio::test]
async fn a_server_that_acknowledges_before_the_commit_is_found_out() {
    let database = database().await;
    seed(&database.storage, &database.settings).await;
    let acknowledged = kill_server(&database.settings, "careless", 6).await;
    let (missing, _) = wrong(&database.settings, &acknowledged).await;
    assert!(missing > 0, "none of {} events was lost: this test proves nothing", acknowledged.len());
}

#[tokio::test]
async fn killing_the_database_loses_nothing_and_doubles_nothing() {
    let database = PrivateServer::start();
    let settings = database.ensure_running();
    let storage = Storage::connect(&settings).await.unwrap();
    seed(&storage, &settings).await;
    let server = Server::on(settings.clone(), Config::default()).await;
    server.ready().await;
    let load = Load::start(server.address, CLIENTS, 0);
    for round in 0..rounds() {
        load.more(EACH_ROUND).await;
        sleep(Duration::from_millis(41 * round % 200)).await;
        database.kill();
        sleep(Duration::from_millis(100)).await;
        assert_eq!(database.ensure_running().port, settings.port);
        server.ready().await;
    }
    load.more(EACH_ROUND).await;
    let acknowledged = load.finish().await;
    assert_eq!(wrong(&settings, &acknowledged).await, (0, 0));
}
