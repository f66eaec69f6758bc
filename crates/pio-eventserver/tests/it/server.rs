//! Servers for tests, each with a database of its own.

use std::net::SocketAddr;

use pio_eventserver::config::Config;
use pio_eventserver::server::serve;
use pio_settings::database::DatabaseSettings;
use pio_storage::Storage;
use pio_storage::access_keys::NewAccessKey;
use pio_storage::apps::NewApp;
use pio_storage::test_support::{database, run_sql};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{self, Call, Reply};

/// A server that runs until it is stopped or dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) settings: DatabaseSettings,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    /// A server on any database. It may not be ready yet.
    pub(crate) async fn on(settings: DatabaseSettings, config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let database = settings.clone();
        let task = tokio::spawn(async move {
            let shutdown = async { drop(stopped.await) };
            serve(listener, &database, config, shutdown).await.unwrap();
        });
        Self { address, settings, stop: Some(stop), task }
    }

    /// A ready server with the apps and keys of the recordings.
    pub(crate) async fn start(config: Config) -> Self {
        let database = database().await;
        seed(&database.storage, &database.settings).await;
        let server = Self::on(database.settings, config).await;
        server.ready().await;
        server
    }

    /// Waits until the server is ready.
    pub(crate) async fn ready(&self) {
        for _ in 0..200 {
            if self.get("/readyz").await.status == 200 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the server did not become ready");
    }

    pub(crate) async fn call(&self, call: &Call) -> Reply {
        client::call(self.address, call).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(&Call::get(path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> Reply {
        self.call(&Call::post(path, body)).await
    }

    /// Tells the server to stop.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Stops the server and waits for its end.
    pub(crate) async fn stopped(mut self) {
        self.stop();
        self.task.await.unwrap();
    }
}

/// The apps and keys that the recordings were made with.
pub(crate) async fn seed(storage: &Storage, settings: &DatabaseSettings) {
    for (id, name, key) in [(1, "first", "ACCESSKEY"), (2, "second", "OTHERKEY")] {
        let app = NewApp {
            id: Some(id),
            name: name.to_owned(),
            description: None,
            access_key: Some(key.to_owned()),
        };
        storage.apps().create(&app).await.unwrap();
    }
    let events = vec!["rate".to_owned(), "buy".to_owned()];
    let key = NewAccessKey { key: Some("RESTRICTEDKEY".to_owned()), app_id: 1, events, permissions: None };
    storage.access_keys().create(&key).await.unwrap();
    storage.channels().create(1, "ch1").await.unwrap();
    run_sql(settings, "INSERT INTO pio_meta_accesskeys (accesskey, appid) VALUES ('ORPHANKEY', 99)").await;
}
