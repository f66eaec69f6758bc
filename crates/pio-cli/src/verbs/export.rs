//! `pio export`: writes the events of an app or channel as JSON lines, either completely or not at all.

use std::io::{BufWriter, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use fs_err as fs;
use futures_util::{StreamExt as _, pin_mut};
use pio_eventserver::event::json;
use pio_process::stdout;
use pio_storage::Storage;
use pio_storage::events::filter::{Filter, Order};
use pio_storage::events::table::EventTable;
use serde_json::json;

use crate::cli::data;
use crate::database;
use crate::errors::ConsoleError;
use crate::output::Console;
use crate::support::{local_path, lookup};

const EVENTS_TO_FILE: &str = "EventsToFile$";

pub(crate) fn run(console: Console, args: &data::Export) -> Result<()> {
    if args.format == data::Format::Parquet {
        return Err(ConsoleError::Parquet.into());
    }
    if args.output == Path::new("-") {
        let out = std::io::stdout().lock();
        return database::with(async |storage| {
            let table = lookup::table(&storage, args.appid, args.channel.as_deref()).await?;
            to_stdout(write(&storage, table, BufWriter::new(out)).await)
        });
    }
    let output = local_path::local(&args.output).map_err(ConsoleError::RemoteOutput)?;
    if output.exists() {
        return Err(ConsoleError::OutputExists(output).into());
    }
    let exported = database::with(async |storage| {
        let table = lookup::table(&storage, args.appid, args.channel.as_deref()).await?;
        to_folder(&storage, table, &output).await
    })?;
    console.info(EVENTS_TO_FILE, format_args!("{exported} event(s)."));
    console.info(EVENTS_TO_FILE, format_args!("Events are exported to {}/.", output.display()));
    console.info(EVENTS_TO_FILE, "Done.");
    console.result(&json!({"exported": exported, "output": output.to_string_lossy()}));
    Ok(())
}

/// The result of an export to standard output. A reader may close the pipe early.
fn to_stdout(written: Result<u64>) -> Result<()> {
    match written.map(drop).map_err(anyhow::Error::downcast::<std::io::Error>) {
        Ok(()) => Ok(()),
        Err(Ok(error)) => stdout::taken(Err(error)).map_err(|error| ConsoleError::Output(error).into()),
        Err(Err(other)) => Err(other),
    }
}

/// Writes to a temporary folder next to the output folder, with Spark's file names, and renames it when
/// complete.
async fn to_folder(storage: &Storage, table: EventTable, output: &Path) -> Result<u64> {
    let parent = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let readable = std::fs::Permissions::from_mode(0o755);
    let partial = tempfile::Builder::new()
        .prefix(".pio-export-")
        .permissions(readable)
        .tempdir_in(parent)
        .with_context(|| format!("no folder can be made in {}", parent.display()))?;
    let file = fs::File::create(partial.path().join("part-00000"))?;
    let exported = write(storage, table, BufWriter::with_capacity(256 * 1024, &file)).await?;
    file.sync_all()?;
    fs::write(partial.path().join("_SUCCESS"), "")?;
    fs::rename(partial.path(), output)?;
    Ok(exported)
}

async fn write(storage: &Storage, table: EventTable, mut out: impl Write) -> Result<u64> {
    let filter = Filter { order: Order::Stored, ..Filter::default() };
    let events = storage.events().stream(table, &filter).await?;
    pin_mut!(events);
    let (mut count, mut line) = (0, String::new());
    while let Some(event) = events.next().await {
        line.clear();
        json::write(&event?, &mut line);
        line.push('\n');
        out.write_all(line.as_bytes())?;
        count += 1;
    }
    out.flush()?;
    Ok(count)
}
