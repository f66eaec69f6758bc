//! News of changed metadata.

use std::time::Duration;

use pio_storage::{
    Storage,
    access_keys::NewAccessKey,
    test_support::{PrivateServer, database},
};
use tokio::{sync::watch::Receiver, time::timeout};

use crate::sample::app;

/// What was heard of a database.
struct News {
    counter: Receiver<u64>,
    heard: u64,
}

impl News {
    /// Hears of the connection.
    async fn of(storage: &Storage) -> Self {
        let mut news = Self { counter: storage.metadata_changes(), heard: 0 };
        news.tell("the connection").await;
        news
    }

    /// Waits for news, and sees that the counter goes up.
    async fn tell(&mut self, what: &str) {
        let told = timeout(Duration::from_secs(10), self.counter.changed()).await;
        told.unwrap_or_else(|_| panic!("no news of {what}")).unwrap();
        let count = *self.counter.borrow_and_update();
        assert!(count > self.heard, "with {what} the counter went from {} to {count}", self.heard);
        self.heard = count;
    }
}

#[tokio::test]
async fn every_change_is_heard_by_other_processes() {
    let db = database().await;
    let mut news = News::of(&Storage::connect(&db.settings).await.unwrap()).await;
    let (app, _) = db.storage.apps().create(&app("App")).await.unwrap();
    news.tell("a new app").await;
    let new = NewAccessKey { app_id: app.id, ..NewAccessKey::default() };
    let key = db.storage.access_keys().create(&new).await.unwrap();
    news.tell("a new key").await;
    let channel = db.storage.channels().create(app.id, "ch").await.unwrap();
    news.tell("a new channel").await;
    db.storage.channels().delete(&channel).await.unwrap();
    news.tell("a deleted channel").await;
    db.storage.access_keys().delete(&key.key).await.unwrap();
    news.tell("a deleted key").await;
    db.storage.apps().delete(app.id).await.unwrap();
    news.tell("a deleted app").await;
}

#[tokio::test]
async fn where_nothing_changes_there_is_no_news() {
    let db = database().await;
    let mut news = News::of(&db.storage).await;
    let more = timeout(Duration::from_millis(2500), news.counter.changed()).await;
    assert!(more.is_err(), "news of nothing");
}

#[tokio::test]
async fn a_lost_connection_is_news_and_is_made_again() {
    let server = tokio::task::spawn_blocking(PrivateServer::start).await.unwrap();
    let settings = server.ensure_running();
    let mut news = News::of(&Storage::connect(&settings).await.unwrap()).await;
    server.stop();
    news.tell("the loss").await;
    assert_eq!(server.ensure_running(), settings, "the port stays");
    let storage = Storage::connect(&settings).await.unwrap();
    news.tell("the new connection").await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    news.counter.mark_unchanged();
    storage.apps().create(&app("App")).await.unwrap();
    news.tell("a new app").await;
}
