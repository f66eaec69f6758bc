//! Getting the database ready while requests are answered already.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use pio_settings::database::DatabaseSettings;
use pio_storage::{Options, Storage};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::tasks::Background;

/// How long to wait before the next attempt.
const RETRY: Duration = Duration::from_secs(1);

/// How long the schema may take to be made: another process may be at it.
const DATABASE_TIMEOUT: Duration = Duration::from_mins(1);

/// Brings the schema up to date as soon as the database is there, and adds missing indexes in the background.
pub(crate) fn prepare_database(
    database: &DatabaseSettings,
    storage: Storage,
) -> (Arc<AtomicBool>, JoinHandle<()>) {
    let is_migrated = Arc::new(AtomicBool::new(false));
    let done = is_migrated.clone();
    let database = database.clone();
    let task = Background::until_done(async move {
        let mut attempts: u32 = 0;
        while let Err(error) = storage.migrate().await {
            if attempts.is_multiple_of(10) {
                tracing::error!(%error, "events cannot be stored yet");
            }
            attempts += 1;
            sleep(RETRY).await;
        }
        done.store(true, Relaxed);
        tracing::info!("the database is ready");
        add_indexes(&database).await;
    });
    (is_migrated, task)
}

/// Uses connections of its own, because the readers' have a shorter time limit.
async fn add_indexes(database: &DatabaseSettings) {
    let options = Options { pool_size: 2, operation_timeout: DATABASE_TIMEOUT, ..Options::default() };
    let outcome = match Storage::open(database, options) {
        Ok(storage) => storage.events().create_missing_indexes().await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(made) if made.is_empty() => {}
        Ok(made) => tracing::info!(indexes = made.join(", "), "missing indexes were added"),
        Err(error) => tracing::warn!(%error, "missing indexes were not added"),
    }
}
