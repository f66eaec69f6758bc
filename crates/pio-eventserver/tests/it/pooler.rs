//! The event server behind `PgBouncer` in transaction mode.

use std::time::Duration;

use pio_eventserver::config::Config;
use pio_storage::test_support::{database, pooler::Pooler};
use pio_test_support::skip;

use crate::client::Call;
use crate::server::{Server, seed};

/// Each transaction gets another connection of the server than the one before.
const ROUND_ROBIN: &str = "server_round_robin = 1\ndefault_pool_size = 4";

#[tokio::test]
async fn events_are_stored_read_and_deleted_and_keys_change() {
    let db = database().await;
    seed(&db.storage, &db.settings).await;
    let Some(pooler) = Pooler::start(&db.settings, "transaction", ROUND_ROBIN) else {
        return skip("PgBouncer is not installed.");
    };
    let server = Server::on(pooler.settings.clone(), Config::default()).await;
    server.ready().await;
    let event =
        |id: &str| format!(r#"{{"eventId":"{id}","event":"rate","entityType":"user","entityId":"u"}}"#);
    for at in 0..20 {
        let stored = server.post("/events.json?accessKey=ACCESSKEY", event(&format!("e{at}"))).await;
        assert_eq!(stored.status, 201, "{}", stored.body);
        let batch = format!("[{},{}]", event(&format!("b{at}")), event(&format!("c{at}")));
        let stored = server.post("/batch/events.json?accessKey=ACCESSKEY", batch).await;
        assert_eq!(stored.body.matches(r#""status":201"#).count(), 2, "{}", stored.body);
        assert_eq!(server.get(&format!("/events/e{at}.json?accessKey=ACCESSKEY")).await.status, 200);
    }
    let listed = server.get("/events.json?accessKey=ACCESSKEY&limit=-1").await;
    assert_eq!(listed.json().as_array().map(Vec::len), Some(60));
    let delete = Call { method: "DELETE".to_owned(), ..Call::get("/events/e0.json?accessKey=ACCESSKEY") };
    assert_eq!(server.call(&delete).await.status, 200);
    db.storage.access_keys().delete("ACCESSKEY").await.unwrap();
    for _ in 0..300 {
        if server.get("/events.json?accessKey=ACCESSKEY").await.status == 401 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the deleted key still opens the app");
}
