//! Data hooks: files in the engine's `data/` folder. A release uses them to fill the event store before
//! training.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use pio_process::command::Command;
use pio_process::error::Error as ProcessError;
use pio_storage::Storage;
use pio_storage::apps::{App, NewApp};
use pio_storage::errors::StorageError;
use pio_storage::events::filter::{Filter, Order};
use pio_storage::events::table::EventTable;

use crate::config::Config;
use crate::errors::Error;
use crate::log;
use crate::run;

const INITIAL_EVENTS: &str = "data/initial-events.json";
const CREATE_INITIAL: &str = "data/create-initial-events";
const SYNC_EVENTS: &str = "data/sync-events.json";
const CREATE_SYNC: &str = "data/create-sync-events";

/// Runs the engine's hooks: the initial ones if the app has no events yet, the sync hook in every later
/// release.
///
/// # Errors
/// When a hook or an import fails. An app that was created for the import is removed again.
pub async fn load_data(config: &Config, engine: &Path, storage: &Storage) -> Result<(), Error> {
    let has = |file: &str| engine.join(file).is_file();
    if has(SYNC_EVENTS) && !has(CREATE_SYNC) {
        log::warning(format_args!("{SYNC_EVENTS} is not imported: only what {CREATE_SYNC} writes is."));
    }
    if ![INITIAL_EVENTS, CREATE_INITIAL, CREATE_SYNC].into_iter().any(has) {
        return Ok(());
    }
    let Some(name) = &config.app_name else {
        log::warning("The data hooks in data/ were not run, because PIO_EVENTSERVER_APP_NAME is not set.");
        return Ok(());
    };
    let has_initial = has(INITIAL_EVENTS) || has(CREATE_INITIAL);
    match storage.apps().find(name).await? {
        None if has_initial => create(engine, storage, name).await,
        None => Ok(()),
        Some(app) if has_initial && is_empty(storage, app.id).await? => {
            log::step(format_args!("The app {name} has no events yet"));
            write_initial(engine).await?;
            // Another release may import the same events concurrently.
            import_initial(engine, storage, app.id, &["--if-empty"]).await
        }
        Some(app) => sync(config, engine, app.id).await,
    }
}

/// Whether an app has no events. Channels are ignored.
///
/// # Errors
/// When the database fails.
pub async fn is_empty(storage: &Storage, app: i32) -> Result<bool, Error> {
    let any = Filter { limit: Some(1), order: Order::Stored, ..Filter::default() };
    Ok(storage.events().find(EventTable::of_app(app), &any).await?.is_empty())
}

/// Creates the app and imports its initial events.
async fn create(engine: &Path, storage: &Storage, name: &str) -> Result<(), Error> {
    // Create the app after the hook: a hook that fails or is killed must not leave an app behind.
    write_initial(engine).await?;
    let app = create_app(storage, name).await?;
    let imported = import_initial(engine, storage, app.id, &[]).await;
    // An event server accepts events for the app as soon as it exists; those must be kept.
    if imported.is_err() && !storage.apps().delete_if_empty(app.id).await? {
        log::warning(format_args!("The app {name} stays, because it has got events meanwhile."));
    }
    imported
}

/// Runs the hook that writes the initial events, if there is one.
async fn write_initial(engine: &Path) -> Result<(), Error> {
    if !engine.join(CREATE_INITIAL).is_file() {
        return Ok(());
    }
    log::step(format_args!("Running {CREATE_INITIAL}"));
    run_program(engine, CREATE_INITIAL).await?;
    if engine.join(INITIAL_EVENTS).is_file() {
        return Ok(());
    }
    Err(Error::HookMadeNothing { hook: CREATE_INITIAL, file: INITIAL_EVENTS })
}

async fn import_initial(engine: &Path, storage: &Storage, app: i32, options: &[&str]) -> Result<(), Error> {
    import(engine, app, INITIAL_EVENTS, options).await?;
    if is_empty(storage, app).await? { Err(Error::NoInitialEvents { file: INITIAL_EVENTS }) } else { Ok(()) }
}

/// Creates the app, with the access key from the config vars if one is set.
///
/// # Errors
/// When the database rejects it.
pub async fn create_app(storage: &Storage, name: &str) -> Result<App, Error> {
    log::step(format_args!("Creating the app {name}"));
    let access_key = pio_settings::env::get(pio_settings::vars::PIO_EVENTSERVER_ACCESS_KEY);
    let new = NewApp { id: None, name: name.to_owned(), description: None, access_key };
    match storage.apps().create(&new).await {
        Ok((app, _)) => Ok(app),
        Err(StorageError::AccessKeyTaken) => Err(key_taken(storage, new).await?),
        Err(other) => Err(other.into()),
    }
}

async fn key_taken(storage: &Storage, new: NewApp) -> Result<Error, Error> {
    let mut owner = None;
    if let Some(key) = storage.access_keys().get(new.access_key.as_deref().unwrap_or_default()).await? {
        owner = storage.apps().get(key.app_id).await?.map(|app| app.name);
    }
    Ok(Error::AccessKeyTaken { app: new.name, owner })
}

/// Runs the sync hook and imports the events that it wrote.
async fn sync(config: &Config, engine: &Path, app: i32) -> Result<(), Error> {
    if !engine.join(CREATE_SYNC).is_file() {
        return Ok(());
    }
    let before = written(&engine.join(SYNC_EVENTS));
    log::step(format_args!("Running {CREATE_SYNC}"));
    run_program(engine, CREATE_SYNC).await?;
    let after = written(&engine.join(SYNC_EVENTS));
    if after.is_none() || after == before {
        // Don't import an old file again, and don't let it replace newer events.
        log::detail(format_args!("It wrote no {SYNC_EVENTS}: nothing to import"));
        return Ok(());
    }
    if !config.purge_on_sync {
        return import(engine, app, SYNC_EVENTS, &[]).await;
    }
    log::detail("They replace the events that are there, because PIO_PURGE_EVENTS_ON_SYNC is true");
    let options: &[&str] =
        if config.allow_empty_sync { &["--replace", "--allow-empty"] } else { &["--replace"] };
    match import(engine, app, SYNC_EVENTS, options).await {
        Err(Error::Import { file, source }) => Err(Error::Replacement { file, source }),
        other => other,
    }
}

/// Properties that change whenever a file is written: its inode, its length, and the time of its last change.
fn written(file: &Path) -> Option<(u64, u64, i64, i64)> {
    let found = fs_err::metadata(file).ok().filter(std::fs::Metadata::is_file)?;
    Some((found.ino(), found.size(), found.ctime(), found.ctime_nsec()))
}

async fn run_program(engine: &Path, hook: &'static str) -> Result<(), Error> {
    let program = engine.join(hook);
    if fs_err::metadata(&program)?.permissions().mode() & 0o111 == 0 {
        return Err(Error::HookNotExecutable { hook });
    }
    let status = run::watched(Command::new(&program).named(hook).current_dir(engine).no_stdin());
    match status.await {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::HookFailed { hook, source: failed(hook, status) }),
        Err(Error::Process(source)) => Err(Error::HookFailed { hook, source }),
        Err(other) => Err(other),
    }
}

async fn import(engine: &Path, app: i32, file: &'static str, options: &[&str]) -> Result<(), Error> {
    log::step(format_args!("Importing {file}"));
    let app = app.to_string();
    let words = ["import", "--appid", &app, "--input", file];
    let words: Vec<String> = words.iter().chain(options).map(|&word| word.to_owned()).collect();
    let status = run::watched(run::pio(&words, engine).no_stdin()).await?;
    if status.success() { Ok(()) } else { Err(Error::Import { file, source: failed("pio import", status) }) }
}

fn failed(name: &str, status: std::process::ExitStatus) -> ProcessError {
    ProcessError::Failed { name: name.to_owned(), status, tail: pio_process::output::Tail::default() }
}
