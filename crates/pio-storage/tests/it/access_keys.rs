//! Access keys.

use pio_storage::{
    access_keys::{NewAccessKey, Permissions},
    errors::StorageError,
    test_support::{TestDatabase, database, run_sql},
};

use crate::sample::app;

async fn with_app() -> TestDatabase {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    db
}

fn key(key: &str, events: &[&str]) -> NewAccessKey {
    let events = events.iter().map(|&name| name.to_owned()).collect();
    NewAccessKey {
        key: Some(key.to_owned()).filter(|key| !key.is_empty()),
        app_id: 1,
        events,
        permissions: None,
    }
}

#[tokio::test]
async fn a_key_that_is_not_given_is_64_random_characters_for_a_url() {
    let db = with_app().await;
    let one = db.storage.access_keys().create(&key("", &[])).await.unwrap().key;
    let two = db.storage.access_keys().create(&key("", &[])).await.unwrap().key;
    assert_ne!(one, two);
    for key in [one, two] {
        assert!(
            key.len() == 64 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
            "{key}"
        );
        assert!(!key.starts_with('-'), "it can be given to a command: {key}");
    }
}

#[tokio::test]
async fn allowed_events_are_kept_as_pio_keeps_them() {
    let db = with_app().await;
    let created = db.storage.access_keys().create(&key("abc", &["rate", "buy"])).await.unwrap();
    assert_eq!(db.storage.access_keys().get("abc").await.unwrap(), Some(created));
    let stored = "DO $$ BEGIN ASSERT (SELECT events FROM pio_meta_accesskeys WHERE accesskey = 'abc') = 'rate,buy'; \
                  ASSERT (SELECT count(*) FROM pio_meta_accesskeys WHERE events IS NULL) = 1; END $$";
    run_sql(&db.settings, stored).await;
}

#[tokio::test]
async fn a_key_must_be_new_and_for_an_app_that_exists() {
    let db = with_app().await;
    db.storage.access_keys().create(&key("abc", &[])).await.unwrap();
    assert!(matches!(
        db.storage.access_keys().create(&key("abc", &[])).await,
        Err(StorageError::AccessKeyTaken)
    ));
    let orphan = NewAccessKey { app_id: 99, ..key("def", &[]) };
    assert!(matches!(db.storage.access_keys().create(&orphan).await, Err(StorageError::NoSuchApp { .. })));
}

#[tokio::test]
async fn what_the_column_cannot_hold_is_refused() {
    let db = with_app().await;
    for bad in
        [key(&"x".repeat(65), &[]), key("a\0b", &[]), key("a", &["x,y"]), key("a", &[""]), key("a", &["\0"])]
    {
        assert!(matches!(db.storage.access_keys().create(&bad).await, Err(StorageError::Invalid { .. })));
    }
    db.storage.access_keys().create(&key(&"é".repeat(64), &[])).await.unwrap();
    assert_eq!(
        db.storage.access_keys().get("a\0b").await.unwrap(),
        None,
        "a request with such a key is just wrong"
    );
}

#[tokio::test]
async fn deleting_tells_whether_the_key_was_there() {
    let db = with_app().await;
    db.storage.access_keys().create(&key("abc", &[])).await.unwrap();
    assert!(db.storage.access_keys().delete("abc").await.unwrap());
    assert!(!db.storage.access_keys().delete("abc").await.unwrap());
    assert_eq!(
        db.storage.access_keys().list_of(1).await.unwrap().len(),
        1,
        "the app's first key is still there"
    );
}

#[tokio::test]
async fn a_key_of_an_app_that_is_gone_is_still_a_key() {
    let db = with_app().await;
    run_sql(&db.settings, "INSERT INTO pio_meta_accesskeys VALUES ('orphankey', 99, NULL)").await;
    assert_eq!(db.storage.access_keys().get("orphankey").await.unwrap().map(|key| key.app_id), Some(99));
}

#[tokio::test]
async fn a_key_is_not_shown_when_it_is_formatted() {
    let db = with_app().await;
    let created = db.storage.access_keys().create(&key("abc123", &[])).await.unwrap();
    assert_eq!(
        format!("{created:?}"),
        r#"AccessKey { key: "***", app_id: 1, events: [], permissions: None }"#
    );
}

#[tokio::test]
async fn keys_are_listed_in_the_order_in_which_they_were_made() {
    let db = with_app().await;
    let first = db.storage.access_keys().list_of(1).await.unwrap().remove(0).key;
    for name in ["z", "a", "m"] {
        db.storage.access_keys().create(&key(name, &[])).await.unwrap();
    }
    let listed = db.storage.access_keys().list().await.unwrap();
    assert_eq!(
        listed.iter().map(|key| key.key.as_str()).collect::<Vec<_>>(),
        [first.as_str(), "z", "a", "m"]
    );
}

#[tokio::test]
async fn a_key_may_be_permitted_less_than_everything() {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    let keys = db.storage.access_keys();
    let read = Permissions { read: true, write: false, delete: false };
    let new = NewAccessKey { permissions: Some(read), ..key("reader", &["rate"]) };
    assert_eq!(keys.create(&new).await.unwrap().permissions, Some(read));
    assert_eq!(keys.get("reader").await.unwrap().unwrap().permissions, Some(read));
    keys.create(&key("all", &[])).await.unwrap();
    let listed: Vec<_> = keys.list().await.unwrap().into_iter().map(|key| key.permissions).collect();
    assert_eq!(listed, [None, Some(read), None]);
    assert_eq!(keys.list_of(1).await.unwrap().len(), 3);
    // PIO deletes a key without knowing of its permissions; who makes it anew says what it may do.
    run_sql(&db.settings, "DELETE FROM pio_meta_accesskeys WHERE accesskey = 'reader'").await;
    assert_eq!(keys.create(&key("reader", &[])).await.unwrap().permissions, None);
    assert_eq!(keys.get("reader").await.unwrap().unwrap().permissions, None);
    db.storage.apps().delete(1).await.unwrap();
    let sql = "DO $$ BEGIN ASSERT NOT EXISTS (SELECT 1 FROM pio_meta_permissions), 'some stayed'; END $$";
    run_sql(&db.settings, sql).await;
}
