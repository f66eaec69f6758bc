//! The release phase: runs the app's data hooks, then trains.

use std::os::unix::process::ExitStatusExt as _;

use pio_settings::database::DatabaseSettings;
use pio_settings::memory::kills::{KillCause, Kills};
use pio_storage::{Options, Storage};

use crate::commands;
use crate::config::{Config, EventApi, Words};
use crate::errors::Error;
use crate::hooks;
use crate::log;
use crate::run;

/// Exit code of a shell whose child was killed by SIGKILL.
const KILLED: i32 = 128 + 9;

/// Runs the release phase.
///
/// # Errors
/// When the release must not go live.
pub async fn release(config: &Config, extra: &Words, database: &DatabaseSettings) -> Result<(), Error> {
    let engine = run::engine()?;
    let options = Options { application_name: "pio release".to_owned(), pool_size: 1, ..Options::default() };
    let storage = Storage::connect_with(database, options).await?;
    hooks::load_data(config, &engine, &storage).await?;
    if config.event_api == EventApi::Embedded && waits_for_events(config, &storage).await? {
        return Ok(());
    }
    check_app(config, &storage).await?;
    drop(storage);
    let words = commands::train(config, extra)?;
    log::step(format_args!("Training: {}", commands::shown(&words)));
    let kills = Kills::now();
    let status = run::watched(run::pio(&words, &engine)).await?;
    if status.success() {
        return Ok(());
    }
    // The kernel may have killed the command's JVM. The command itself then exits normally.
    let for_memory = kills.reason(&Kills::now()) == KillCause::Memory;
    Err(Error::Training { killed: for_memory || status.signal() == Some(9) || status.code() == Some(KILLED) })
}

/// Whether the app is still waiting for its first event. If one app serves both the engine and the Event API,
/// its first release has an app to collect events for, but nothing to train with.
async fn waits_for_events(config: &Config, storage: &Storage) -> Result<bool, Error> {
    let Some(name) = &config.app_name else { return Ok(false) };
    let app = match storage.apps().find(name).await? {
        Some(app) => app,
        None => hooks::create_app(storage, name).await?,
    };
    let is_empty = hooks::is_empty(storage, app.id).await?;
    if is_empty {
        log::step(format_args!("The app {name} has no events yet, so there is nothing to train"));
        log::detail("Send events, then train: heroku run train");
    }
    Ok(is_empty)
}

/// Warns if the app in the config vars does not exist or has no events. This is not an error: the engine may
/// use another app.
async fn check_app(config: &Config, storage: &Storage) -> Result<(), Error> {
    let Some(name) = &config.app_name else { return Ok(()) };
    let apps = storage.apps().list().await?;
    if let Some(app) = apps.iter().find(|app| app.name == *name) {
        if hooks::is_empty(storage, app.id).await? {
            log::warning(format_args!(
                "The app {name} has no events yet, so an engine that reads it has nothing to learn from.\n\
                 Send events to the event server or commit data/initial-events.json; then `heroku releases:retry`."
            ));
        }
        return Ok(());
    }
    let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
    let known = if names.is_empty() { "no app at all".to_owned() } else { names.join(", ") };
    log::warning(format_args!(
        "PIO_EVENTSERVER_APP_NAME is {name}, and the database knows no app of that name, but {known}.\n\
         Create it with `heroku run pio app new {name}`, or set PIO_EVENTSERVER_APP_NAME to the name of one that exists."
    ));
    Ok(())
}
