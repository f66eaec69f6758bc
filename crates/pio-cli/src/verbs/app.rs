//! `pio app …`: apps and their channels. Its messages are PIO's.

use anyhow::Result;
use pio_storage::Storage;
use pio_storage::access_keys::AccessKey;
use pio_storage::apps::App;
use pio_storage::channels::Channel;
use pio_storage::errors::StorageError;
use serde_json::{Value, json};

use super::{access_key, app_data};
use crate::cli::apps;
use crate::database;
use crate::errors::ConsoleError;
use crate::output::{Confirmation, Console};
use crate::support::lookup;

pub(crate) const PIO: &str = "Pio$";
pub(crate) const APP: &str = "App$";

pub(crate) fn run(console: Console, verb: apps::App) -> Result<()> {
    database::with(async |storage| match verb {
        apps::App::New(args) => new(console, &storage, args).await,
        apps::App::List => list(console, &storage).await,
        apps::App::Show(args) => show(console, &storage, &args.name).await,
        apps::App::Delete(args) => delete(console, &storage, &args).await,
        apps::App::DataDelete(args) => app_data::delete(console, &storage, &args).await,
        apps::App::ChannelNew(args) => channel_new(console, &storage, &args).await,
        apps::App::ChannelDelete(args) => channel_delete(console, &storage, &args).await,
    })
}

async fn new(console: Console, storage: &Storage, args: apps::NewApp) -> Result<()> {
    let apps::NewApp { name, id, description, access_key } = args;
    let given = access_key.clone();
    let new = pio_storage::apps::NewApp { id, name, description, access_key };
    let (app, key) = storage.apps().create(&new).await.map_err(|error| refusal(error, given))?;
    console.info(APP, format_args!("Initialized Event Store for this app ID: {}.", app.id));
    console.info(PIO, "Created a new app:");
    console.info(PIO, format_args!("      Name: {}", app.name));
    console.info(PIO, format_args!("        ID: {}", app.id));
    console.info(PIO, format_args!("Access Key: {}", key.key));
    let mut result = shown(&app);
    result["accessKey"] = Value::from(key.key);
    console.result(&result);
    Ok(())
}

/// Converts errors of the storage to PIO's messages.
fn refusal(error: StorageError, key: Option<String>) -> anyhow::Error {
    match error {
        StorageError::AppNameTaken { name } => ConsoleError::AppExists(name).into(),
        StorageError::AppIdTaken { id, name } => ConsoleError::AppIdExists { id, name }.into(),
        StorageError::AccessKeyTaken => ConsoleError::KeyExists(key.unwrap_or_default()).into(),
        StorageError::ChannelTaken { name } => ConsoleError::ChannelExists(name).into(),
        StorageError::ChannelName { name } => ConsoleError::ChannelName(name).into(),
        other => other.into(),
    }
}

async fn list(console: Console, storage: &Storage) -> Result<()> {
    let mut apps = storage.apps().list().await?;
    apps.sort_by(|one, other| one.name.cmp(&other.name));
    let keys = storage.access_keys().list().await?;
    let header = format!("{:>20} | {:>4} | {:>64} | Allowed Event(s)", "Name", "ID", "Access Key");
    console.info(PIO, header);
    let mut result = Vec::new();
    for app in &apps {
        let own: Vec<&AccessKey> = keys.iter().filter(|key| key.app_id == app.id).collect();
        for key in &own {
            let allowed = access_key::allowed(key);
            console.info(PIO, format_args!("{:>20} | {:>4} | {:>64} | {allowed}", app.name, app.id, key.key));
        }
        let mut value = shown(app);
        value["accessKeys"] = own.into_iter().map(access_key::shown).collect();
        result.push(value);
    }
    console.info(PIO, format_args!("Finished listing {} app(s).", apps.len()));
    console.result(&Value::from(result));
    Ok(())
}

async fn show(console: Console, storage: &Storage, name: &str) -> Result<()> {
    let app = lookup::app(storage, name).await?;
    let keys = storage.access_keys().list_of(app.id).await?;
    let channels = storage.channels().list_of(app.id).await?;
    if console.json {
        let mut result = shown(&app);
        result["accessKeys"] = keys.iter().map(access_key::shown).collect();
        result["channels"] =
            channels.iter().map(|channel| json!({"id": channel.id, "name": channel.name})).collect();
        console.result(&result);
        return Ok(());
    }
    describe(console, &app);
    for (position, key) in keys.iter().enumerate() {
        let label = if position == 0 { "  Access Key: " } else { "              " };
        console.info(PIO, format_args!("{label}{} | {}", key.key, access_key::allowed(key)));
    }
    list_channels(console, &channels);
    Ok(())
}

async fn delete(console: Console, storage: &Storage, args: &apps::Delete) -> Result<()> {
    let app = lookup::app(storage, &args.name).await?;
    let channels = storage.channels().list_of(app.id).await?;
    console.question(PIO, "The following app (including all channels) will be deleted. Are you sure?");
    describe(console, &app);
    list_channels(console, &channels);
    if !confirmed(console, args.force)? {
        return Ok(());
    }
    let keys = storage.access_keys().list_of(app.id).await?;
    storage.apps().delete(app.id).await?;
    for channel in channels {
        console.info(APP, format_args!("Removed Event Store of the channel ID: {}", channel.id));
        console.info(APP, format_args!("Deleted channel {}", channel.name));
    }
    console.info(APP, format_args!("Removed Event Store for this app ID: {}", app.id));
    for key in keys {
        console.info(APP, format_args!("Removed access key {}", key.key));
    }
    console.info(APP, format_args!("Deleted app {}.", app.name));
    console.info(APP, "Done.");
    console.result(&shown(&app));
    Ok(())
}

async fn channel_new(console: Console, storage: &Storage, args: &apps::Channel) -> Result<()> {
    let app = lookup::app(storage, &args.name).await?;
    let created = storage.channels().create(app.id, &args.channel).await;
    let channel = created.map_err(|error| refusal(error, None))?;
    console.info(APP, "Updated Channel meta-data.");
    console.info(APP, format_args!("Initialized Event Store for the channel: {}.", channel.name));
    console.info(APP, "Created new channel:");
    console.info(APP, format_args!("    Channel Name: {}", channel.name));
    console.info(APP, format_args!("      Channel ID: {}", channel.id));
    console.info(APP, format_args!("          App ID: {}", app.id));
    console.result(&json!({"id": channel.id, "name": channel.name, "appId": app.id}));
    Ok(())
}

async fn channel_delete(console: Console, storage: &Storage, args: &apps::ChannelDelete) -> Result<()> {
    let apps::ChannelDelete { target, force } = args;
    let app = lookup::app(storage, &target.name).await?;
    let channel = lookup::channel(storage, &app, &target.channel, ConsoleError::NoChannelToDelete).await?;
    console.question(PIO, "The following channel will be deleted. Are you sure?");
    console.question(PIO, format_args!("    Channel Name: {}", channel.name));
    console.question(PIO, format_args!("      Channel ID: {}", channel.id));
    console.question(PIO, format_args!("        App Name: {}", app.name));
    console.question(PIO, format_args!("          App ID: {}", app.id));
    if !confirmed(console, *force)? {
        return Ok(());
    }
    storage.channels().delete(&channel).await?;
    console.info(APP, format_args!("Removed Event Store for this channel: {}", channel.name));
    console.info(APP, format_args!("Deleted channel: {}.", channel.name));
    console.result(&json!({"id": channel.id, "name": channel.name, "appId": app.id}));
    Ok(())
}

/// Whether the user agrees to delete data.
pub(crate) fn confirmed(console: Console, force: apps::Force) -> Result<bool> {
    if force.force {
        return Ok(true);
    }
    match console.confirm() {
        Confirmation::Yes => Ok(true),
        Confirmation::No => {
            console.info(PIO, "Aborted.");
            Ok(false)
        }
        Confirmation::None => Err(ConsoleError::NotConfirmed.into()),
    }
}

/// Prints the name, id and description of an app.
pub(crate) fn describe(console: Console, app: &App) {
    console.question(PIO, format_args!("    App Name: {}", app.name));
    console.question(PIO, format_args!("      App ID: {}", app.id));
    console.question(PIO, format_args!(" Description: {}", app.description.as_deref().unwrap_or_default()));
}

fn list_channels(console: Console, channels: &[Channel]) {
    if !channels.is_empty() {
        console.question(
            PIO,
            format_args!("{:>12}: {:>16} | {:>10} ", "Channels", "Channel Name", "Channel ID"),
        );
    }
    for channel in channels {
        console.question(PIO, format_args!("{:>30} | {:>10}", channel.name, channel.id));
    }
}

fn shown(app: &App) -> Value {
    json!({"id": app.id, "name": app.name, "description": app.description})
}
