//! Data hooks: files in the engine's `data/` from which a release fills the event store before it trains.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use pio_process::command::Command;
use pio_process::error::Error as ProcessError;
use pio_storage::Storage;
use pio_storage::apps::{App, NewApp};
use pio_storage::events::table::EventTable;

use crate::config::Config;
use crate::errors::Error;
use crate::run;
use crate::talk;

const INITIAL_EVENTS: &str = "data/initial-events.json";
const CREATE_INITIAL: &str = "data/create-initial-events";
const SYNC_EVENTS: &str = "data/sync-events.json";
const CREATE_SYNC: &str = "data/create-sync-events";

/// Runs the hooks that the engine has. The initial ones run once, in the release that creates the app; the sync hook in
/// every later one.
///
/// # Errors
/// When a hook or an import fails; an app that was created for it is removed again.
pub async fn load_data(config: &Config, engine: &Path, storage: &Storage) -> Result<(), Error> {
    if ![INITIAL_EVENTS, CREATE_INITIAL, CREATE_SYNC].iter().any(|hook| engine.join(hook).is_file()) {
        return Ok(());
    }
    let Some(name) = &config.app_name else {
        talk::warning("The data hooks in data/ were not run, because PIO_EVENTSERVER_APP_NAME is not set.");
        return Ok(());
    };
    match storage.apps().find(name).await? {
        Some(app) => sync(config, engine, storage, app.id).await,
        None => create(engine, storage, name).await,
    }
}

/// Creates the app and imports its first events.
async fn create(engine: &Path, storage: &Storage, name: &str) -> Result<(), Error> {
    let has_hook = engine.join(CREATE_INITIAL).is_file();
    if !has_hook && !engine.join(INITIAL_EVENTS).is_file() {
        return Ok(());
    }
    let app = create_app(storage, name).await?;
    let imported = async {
        if has_hook {
            run_hook(engine, CREATE_INITIAL, INITIAL_EVENTS).await?;
        }
        import(engine, app.id, INITIAL_EVENTS).await
    };
    if let Err(error) = imported.await {
        // Else the next release would find the app and take it for filled.
        storage.apps().delete(app.id).await?;
        return Err(error);
    }
    Ok(())
}

/// Creates the app with the access key of the config vars, where there is one.
///
/// # Errors
/// When the database refuses.
pub async fn create_app(storage: &Storage, name: &str) -> Result<App, Error> {
    talk::step(format_args!("Creating the app {name}"));
    let access_key = pio_settings::env::get(pio_settings::vars::PIO_EVENTSERVER_ACCESS_KEY);
    let new = NewApp { id: None, name: name.to_owned(), description: None, access_key };
    let (app, _) = storage.apps().create(&new).await?;
    Ok(app)
}

/// Lets the sync hook write new events and imports them.
async fn sync(config: &Config, engine: &Path, storage: &Storage, app: i32) -> Result<(), Error> {
    if !engine.join(CREATE_SYNC).is_file() {
        return Ok(());
    }
    talk::step(format_args!("Running {CREATE_SYNC}"));
    run_program(engine, CREATE_SYNC).await?;
    if !engine.join(SYNC_EVENTS).is_file() {
        talk::detail(format_args!("It wrote no {SYNC_EVENTS}: nothing to import"));
        return Ok(());
    }
    if config.purge_on_sync {
        talk::detail("Deleting the events that are there, because PIO_PURGE_EVENTS_ON_SYNC is true");
        storage.apps().clear_data(EventTable::of_app(app)).await?;
    }
    import(engine, app, SYNC_EVENTS).await
}

async fn run_hook(engine: &Path, hook: &'static str, file: &'static str) -> Result<(), Error> {
    talk::step(format_args!("Running {hook}"));
    run_program(engine, hook).await?;
    if engine.join(file).is_file() { Ok(()) } else { Err(Error::HookMadeNothing { hook, file }) }
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

async fn import(engine: &Path, app: i32, file: &'static str) -> Result<(), Error> {
    talk::step(format_args!("Importing {file}"));
    let words = ["import", "--appid", &app.to_string(), "--input", file].map(str::to_owned);
    let status = run::watched(run::pio(&words, engine).no_stdin()).await?;
    if status.success() { Ok(()) } else { Err(Error::Import { file, source: failed("pio import", status) }) }
}

fn failed(name: &str, status: std::process::ExitStatus) -> ProcessError {
    ProcessError::Failed { name: name.to_owned(), status, tail: pio_process::output::Tail::default() }
}
