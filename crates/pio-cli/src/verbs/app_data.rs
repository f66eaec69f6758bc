//! `pio app data-delete`.

use anyhow::Result;
use pio_storage::Storage;
use pio_storage::apps::App;
use pio_storage::channels::Channel;
use pio_storage::events::table::EventTable;
use serde_json::json;

use super::app::{APP, PIO, confirmed, describe};
use crate::cli::apps::DataDelete;
use crate::errors::ConsoleError;
use crate::output::Console;
use crate::support::lookup;

pub(crate) async fn delete(console: Console, storage: &Storage, args: &DataDelete) -> Result<()> {
    let app = lookup::app(storage, &args.name).await?;
    let (channels, default) = targets(storage, &app, args).await?;
    console.question(PIO, question(args));
    if let (Some(channel), false) = (channels.first(), default) {
        console.question(PIO, format_args!("Channel Name: {}", channel.name));
        console.question(PIO, format_args!("  Channel ID: {}", channel.id));
    }
    describe(console, &app);
    if !confirmed(console, args.force)? {
        return Ok(());
    }
    let of_channels = channels.iter().map(|channel| EventTable::of_channel(app.id, channel.id));
    let tables: Vec<_> = of_channels.chain(default.then(|| EventTable::of_app(app.id))).collect();
    storage.apps().clear_data(&tables).await?;
    for channel in &channels {
        cleared(console, format_args!("the channel ID: {}", channel.id));
    }
    if default {
        cleared(console, format_args!("the app ID: {}", app.id));
    }
    let names: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
    console.result(&json!({"appId": app.id, "channels": names, "defaultChannel": default}));
    Ok(())
}

/// The channels to empty, and whether to empty the default channel, too.
async fn targets(storage: &Storage, app: &App, args: &DataDelete) -> Result<(Vec<Channel>, bool)> {
    Ok(match &args.channel {
        Some(name) => {
            (vec![lookup::channel(storage, app, name, ConsoleError::NoChannelToEmpty).await?], false)
        }
        None if args.all => (storage.channels().list_of(app.id).await?, true),
        None => (Vec::new(), true),
    })
}

fn question(args: &DataDelete) -> &'static str {
    match args {
        DataDelete { all: true, .. } => {
            "All data of the app (including default and all channels) will be deleted. Are you sure?"
        }
        DataDelete { channel: Some(_), .. } => "Data of the following channel will be deleted. Are you sure?",
        _ => "Data of the following app (default channel only) will be deleted. Are you sure?",
    }
}

fn cleared(console: Console, what: std::fmt::Arguments<'_>) {
    console.info(APP, format_args!("Removed Event Store for {what}"));
    console.info(APP, format_args!("Initialized Event Store for {what}"));
}
