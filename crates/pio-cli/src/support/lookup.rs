//! Looks up apps and channels by name or id.

use anyhow::Result;
use pio_storage::Storage;
use pio_storage::apps::App;
use pio_storage::channels::Channel;
use pio_storage::events::table::EventTable;

use crate::errors::ConsoleError;

pub(crate) async fn app(storage: &Storage, name: &str) -> Result<App> {
    let app = storage.apps().find(name).await?;
    Ok(app.ok_or_else(|| ConsoleError::NoApp(name.to_owned()))?)
}

/// Finds a channel by name; a missing one is an error.
pub(crate) async fn channel(
    storage: &Storage,
    app: &App,
    name: &str,
    missing: fn(String) -> ConsoleError,
) -> Result<Channel> {
    let channel = storage.channels().find(app.id, name).await?;
    Ok(channel.ok_or_else(|| missing(name.to_owned()))?)
}

/// The event table of an app, or of one of its channels.
pub(crate) async fn table(storage: &Storage, app_id: i32, channel_name: Option<&str>) -> Result<EventTable> {
    let app = storage.apps().get(app_id).await?.ok_or(ConsoleError::NoAppId(app_id))?;
    Ok(match channel_name {
        None => EventTable::of_app(app.id),
        Some(name) => {
            let channel = channel(storage, &app, name, ConsoleError::NoChannel).await?;
            EventTable::of_channel(app.id, channel.id)
        }
    })
}
