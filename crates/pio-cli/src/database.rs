//! Selects and connects to the database of a command.

use std::sync::Once;

use anyhow::{Context as _, Result, bail};
use pio_closure::closure::Closure;
use pio_settings::database::DatabaseSettings;
use pio_settings::database::tables::TableNames;
use pio_settings::{dirs, installation};
use pio_storage::{Options, Storage, embedded};

use crate::output::warn;
use crate::runtime;

/// The class name that PIO's storage messages carry.
pub(crate) const STORAGE: &str = "Storage$";

/// Ensures that each process warns only once about settings that are set but not used.
static WARNINGS: Once = Once::new();

/// The database from the environment, else the embedded one, which is started if it is not running.
pub(crate) fn settings() -> Result<DatabaseSettings> {
    let named = DatabaseSettings::from_env()?;
    WARNINGS.call_once(|| {
        let unnamed = DatabaseSettings::misspelt_variables;
        let warnings = named.as_ref().map_or_else(unnamed, |settings| settings.origin.warnings.clone());
        for warning in &warnings {
            warn(STORAGE, warning);
        }
    });
    match named {
        Some(settings) => Ok(settings),
        None => Ok(DatabaseSettings { tables: TableNames::from_env()?, ..embedded_settings()? }),
    }
}

fn embedded_settings() -> Result<DatabaseSettings> {
    let home = dirs::pio_home();
    if let embedded::Status::Running(settings) = embedded::status(&home) {
        return Ok(*settings);
    }
    let postgres = match Closure::locate().and_then(|closure| closure.postgres_dir()) {
        Err(_) if !installation::is_clone() => bail!(
            "no database is named by DATABASE_URL, and a release has none of its own. Set DATABASE_URL=postgres://user:password@host:5432/name"
        ),
        other => other
            .context("no database is named by DATABASE_URL, and the embedded PostgreSQL cannot be started")?,
    };
    Ok(embedded::ensure_running(&postgres, &home)?)
}

/// Connects to the database and runs `work` with it.
pub(crate) fn with<T>(work: impl AsyncFnOnce(Storage) -> Result<T>) -> Result<T> {
    let settings = settings()?;
    runtime::single()?.block_on(async { work(connect(&settings).await?).await })
}

/// Connects with a pool no larger than a command needs.
pub(crate) async fn connect(settings: &DatabaseSettings) -> Result<Storage> {
    let options = Options { pool_size: 2, ..Options::default() };
    Storage::connect_with(settings, options).await.with_context(|| place(settings))
}

/// Checks that the database is usable. Returns the settings with the facts found while connecting.
pub(crate) fn checked(settings: &DatabaseSettings) -> Result<DatabaseSettings> {
    Ok(runtime::single()?.block_on(connect(settings))?.settings())
}

/// Describes the database for messages, without secrets.
pub(crate) fn place(settings: &DatabaseSettings) -> String {
    format!("the database {} at {}:{}", settings.name, settings.host, settings.port)
}
