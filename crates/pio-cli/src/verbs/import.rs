//! `pio import`: imports all events of the input files, or none.

mod batch;
mod format;
mod lines;
mod source;

use anyhow::{Context as _, Result};
use pio_storage::Storage;
use pio_storage::events::Outcome;
use pio_storage::events::table::EventTable;
use serde_json::json;
use tokio::sync::mpsc;

use self::batch::{Batch, Position};
use self::source::Source;
use crate::cli::data;
use crate::database;
use crate::errors::ConsoleError;
use crate::output::{Console, warn};
use crate::support::lookup;

const FILE_TO_EVENTS: &str = "FileToEvents$";
/// Maximum number of batches waiting for the database.
const WAITING: usize = 4;
/// Maximum number of bad lines shown.
const SHOWN: u64 = 20;

#[derive(Default)]
struct Counts {
    stored: u64,
    repeated: u64,
    bad: u64,
    first_bad: Option<Position>,
    /// Nothing was read, because the app already had events.
    was_left_out: bool,
}

pub(crate) fn run(console: Console, args: &data::Import) -> Result<()> {
    let source = Source::find(&args.input)?;
    let counts = database::with(async |storage| {
        let table = lookup::table(&storage, args.appid, args.channel.as_deref()).await?;
        import(&storage, table, source, Mode::of(args)).await
    })?;
    let imported = counts.stored + counts.repeated;
    if counts.was_left_out {
        console.info(FILE_TO_EVENTS, "There are events already, so nothing was imported (--if-empty).");
        console.result(&json!({"imported": 0, "repeated": 0}));
        return Ok(());
    }
    if imported == 0 {
        warn(FILE_TO_EVENTS, format_args!("{} holds no events.", args.input.display()));
    }
    console.info(
        FILE_TO_EVENTS,
        format_args!("{imported} event(s), of which {} were there already.", counts.repeated),
    );
    console.info(FILE_TO_EVENTS, "Events are imported.");
    console.info(FILE_TO_EVENTS, "Done.");
    console.result(&json!({"imported": imported, "repeated": counts.repeated}));
    Ok(())
}

/// How existing events are handled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Add,
    Replace { allow_empty: bool },
    AddToNothing,
}

impl Mode {
    fn of(args: &data::Import) -> Self {
        match (args.replace, args.if_empty) {
            (true, _) => Self::Replace { allow_empty: args.allow_empty },
            (_, true) => Self::AddToNothing,
            _ => Self::Add,
        }
    }
}

/// Reads the input in a separate thread while the database stores batches. Nothing is stored or deleted
/// before the final commit.
async fn import(storage: &Storage, table: EventTable, source: Source, mode: Mode) -> Result<Counts> {
    let events = storage.events();
    let mut import = match mode {
        Mode::Add => events.import(table).await?,
        Mode::AddToNothing | Mode::Replace { .. } => events.import_alone(table).await?,
    };
    if matches!(mode, Mode::Replace { .. }) {
        import.clear().await?;
    }
    if mode == Mode::AddToNothing && !import.is_empty().await? {
        return Ok(Counts { was_left_out: true, ..Counts::default() });
    }
    let (batches, mut received) = mpsc::channel(WAITING);
    let reader = std::thread::spawn(move || batch::read(source, &batches));
    let mut counts = Counts::default();
    while let Some(batch) = received.recv().await {
        complain(&batch, &mut counts);
        if counts.bad == 0 {
            let insertions = import.add(&batch.events).await.with_context(|| batch.place())?;
            for insertion in insertions {
                match insertion.outcome {
                    Outcome::Stored => counts.stored += 1,
                    Outcome::Repeated => counts.repeated += 1,
                    Outcome::Conflict => return Err(ConsoleError::RepeatedId(batch.place()).into()),
                }
            }
        }
    }
    reader.join().map_err(|_| anyhow::anyhow!("the file could not be read to its end"))??;
    if let Some(first) = counts.first_bad {
        return Err(ConsoleError::BadLines { bad: counts.bad, first: first.to_string() }.into());
    }
    if counts.stored == 0 && mode == (Mode::Replace { allow_empty: false }) {
        return Err(ConsoleError::NothingToReplaceWith.into());
    }
    import.commit().await?;
    Ok(counts)
}

/// Reports bad lines, up to a limit: the whole file may have another format.
fn complain(batch: &Batch, counts: &mut Counts) {
    for (place, why) in &batch.bad {
        counts.bad += 1;
        counts.first_bad.get_or_insert_with(|| place.clone());
        if counts.bad <= SHOWN {
            warn(FILE_TO_EVENTS, format_args!("{place}: {why}"));
        }
    }
}
