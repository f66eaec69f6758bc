//! `pio accesskey …`. The words are PIO's.

use anyhow::Result;
use pio_storage::Storage;
use pio_storage::access_keys::{AccessKey, NewAccessKey};
use pio_storage::errors::StorageError;
use serde_json::{Value, json};

use super::app::PIO;
use super::lookup;
use crate::cli::apps;
use crate::database;
use crate::errors::ConsoleError;
use crate::output::Console;

const ACCESS_KEY: &str = "AccessKey$";

pub(crate) fn run(console: Console, verb: apps::AccessKey) -> Result<()> {
    database::with(async |storage| match verb {
        apps::AccessKey::New(args) => new(console, &storage, args).await,
        apps::AccessKey::List(args) => list(console, &storage, args.app.as_deref()).await,
        apps::AccessKey::Delete(args) => delete(console, &storage, args.key).await,
    })
}

async fn new(console: Console, storage: &Storage, args: apps::NewAccessKey) -> Result<()> {
    let app = lookup::app(storage, &args.app).await?;
    let new = NewAccessKey { key: args.key.clone(), app_id: app.id, events: args.events };
    let key = storage.access_keys().create(&new).await.map_err(|error| match error {
        StorageError::AccessKeyTaken => ConsoleError::KeyExists(args.key.unwrap_or_default()).into(),
        other => anyhow::Error::from(other),
    })?;
    console.info(ACCESS_KEY, format_args!("Created new access key: {}", key.key));
    console.result(&shown(&key));
    Ok(())
}

async fn list(console: Console, storage: &Storage, app: Option<&str>) -> Result<()> {
    let keys = match app {
        Some(name) => storage.access_keys().list_of(lookup::app(storage, name).await?.id).await?,
        None => storage.access_keys().list().await?,
    };
    console.info(PIO, format_args!("{:>64} | {:>6} | Allowed Event(s)", "Access Key(s)", "App ID"));
    for key in &keys {
        console.info(PIO, format_args!("{:>64} | {:>6} | {}", key.key, key.app_id, allowed(key)));
    }
    console.info(PIO, format_args!("Finished listing {} access key(s).", keys.len()));
    console.result(&keys.iter().map(shown).collect());
    Ok(())
}

async fn delete(console: Console, storage: &Storage, key: String) -> Result<()> {
    if !storage.access_keys().delete(&key).await? {
        return Err(ConsoleError::NoKey(key).into());
    }
    console.info(ACCESS_KEY, format_args!("Deleted access key {key}."));
    console.result(&json!({ "key": key }));
    Ok(())
}

/// The events that a key allows, as people read them.
pub(crate) fn allowed(key: &AccessKey) -> String {
    if key.events.is_empty() {
        return "(all)".to_owned();
    }
    let mut events = key.events.clone();
    events.sort();
    events.join(",")
}

/// A key as JSON.
pub(crate) fn shown(key: &AccessKey) -> Value {
    json!({"key": key.key, "appId": key.app_id, "events": key.events})
}
