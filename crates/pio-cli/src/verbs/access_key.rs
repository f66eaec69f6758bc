//! `pio accesskey …`. Its messages are PIO's.

use anyhow::Result;
use pio_storage::Storage;
use pio_storage::access_keys::{AccessKey, NewAccessKey, Permissions};
use pio_storage::errors::StorageError;
use serde_json::{Value, json};

use super::app::PIO;
use crate::cli::apps;
use crate::database;
use crate::errors::ConsoleError;
use crate::output::Console;
use crate::support::lookup;

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
    let permissions = Permissions { read: args.read, write: args.write, delete: args.delete };
    let permissions = (args.read || args.write || args.delete).then_some(permissions);
    let new = NewAccessKey { key: args.key.clone(), app_id: app.id, events: args.events, permissions };
    let key = storage.access_keys().create(&new).await.map_err(|error| match error {
        StorageError::AccessKeyTaken => ConsoleError::KeyExists(args.key.unwrap_or_default()).into(),
        other => anyhow::Error::from(other),
    })?;
    console.info(ACCESS_KEY, format_args!("Created new access key: {}", key.key));
    if let Some(permissions) = key.permissions {
        console.info(
            ACCESS_KEY,
            format_args!("It may {} {}.", permitted(permissions).join(" and "), what(&key)),
        );
    }
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

/// The events that a key allows, for people. Restricted permissions are appended.
pub(crate) fn allowed(key: &AccessKey) -> String {
    let events = if key.events.is_empty() { "(all)".to_owned() } else { sorted(&key.events).join(",") };
    match key.permissions {
        None => events,
        Some(permissions) => format!("{events} ({} only)", permitted(permissions).join(", ")),
    }
}

fn sorted(events: &[String]) -> Vec<String> {
    let mut events = events.to_vec();
    events.sort();
    events
}

fn what(key: &AccessKey) -> String {
    if key.events.is_empty() {
        "all events".to_owned()
    } else {
        format!("{} only", sorted(&key.events).join(", "))
    }
}

/// The names of a key's permissions.
fn permitted(permissions: Permissions) -> Vec<&'static str> {
    let Permissions { read, write, delete } = permissions;
    [(read, "read"), (write, "write"), (delete, "delete")]
        .into_iter()
        .filter_map(|(is_permitted, word)| is_permitted.then_some(word))
        .collect()
}

pub(crate) fn shown(key: &AccessKey) -> Value {
    let mut value = json!({"key": key.key, "appId": key.app_id, "events": key.events});
    if let Some(permissions) = key.permissions {
        value["permissions"] = json!(permitted(permissions));
    }
    value
}
