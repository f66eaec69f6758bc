//! News of changed metadata.

use std::time::Duration;

use pio_storage::{
    Storage,
    access_keys::NewAccessKey,
    test_support::{PrivateServer, database},
};
use tokio::{sync::watch::Receiver, time::timeout};

use crate::sample::app;

async fn changed(news: &mut Receiver<u64>, what: &str) {
    timeout(Duration::from_secs(10), news.changed())
        .await
        .unwrap_or_else(|_| panic!("no news of {what}"))
        .unwrap();
}

#[tokio::test]
async fn every_change_is_heard_by_other_processes() {
    let db = database().await;
    let mut news = Storage::connect(&db.settings).await.unwrap().metadata_changes();
    changed(&mut news, "the connection").await;
    let (app, _) = db.storage.apps().create(&app("App")).await.unwrap();
    changed(&mut news, "a new app").await;
    let new = NewAccessKey { app_id: app.id, ..NewAccessKey::default() };
    let key = db.storage.access_keys().create(&new).await.unwrap();
    changed(&mut news, "a new key").await;
    let channel = db.storage.channels().create(app.id, "ch").await.unwrap();
    changed(&mut news, "a new channel").await;
    db.storage.channels().delete(&channel).await.unwrap();
    changed(&mut news, "a deleted channel").await;
    db.storage.access_keys().delete(&key.key).await.unwrap();
    changed(&mut news, "a deleted key").await;
    db.storage.apps().delete(app.id).await.unwrap();
    changed(&mut news, "a deleted app").await;
}

#[tokio::test]
async fn a_lost_connection_is_news_and_is_made_again() {
    let server = tokio::task::spawn_blocking(PrivateServer::start).await.unwrap();
    let settings = server.ensure_running();
    let mut news = Storage::connect(&settings).await.unwrap().metadata_changes();
    changed(&mut news, "the connection").await;
    server.stop();
    changed(&mut news, "the loss").await;
    assert_eq!(server.ensure_running(), settings, "the port stays");
    let storage = Storage::connect(&settings).await.unwrap();
    changed(&mut news, "the new connection").await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    news.mark_unchanged();
    storage.apps().create(&app("App")).await.unwrap();
    changed(&mut news, "a new app").await;
}
