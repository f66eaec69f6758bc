//! Starts workers for the front: selects the instance and starts a JVM that serves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::Result;
use pio_closure::closure::Closure;
use pio_closure::submit;
use pio_engine::build::{self, Built};
use pio_engine::engine::Engine;
use pio_engine::errors::{InstanceError, JobError};
use pio_engine::instance;
use pio_engine::job::{Job, JobOptions, ServeOptions, Verb};
use pio_engine::log;
use pio_queryserver::worker::{BoxFuture, InstanceSelector, Launch, LaunchError, Outlook, SpawnedWorker};
use pio_settings::database::DatabaseSettings;
use pio_storage::errors::StorageError;

use crate::{database, errors};

/// Starts the workers of an engine.
pub(super) struct EngineLaunch {
    engine: Arc<Parts>,
    options: JobOptions,
    /// The instance given by the user.
    instance: Option<String>,
    /// Whether a connection pooler was detected in front of the database.
    found_pooler: AtomicBool,
}

struct Parts {
    closure: Closure,
    engine: Engine,
}

impl EngineLaunch {
    pub(super) fn new(
        closure: Closure,
        engine: Engine,
        options: JobOptions,
        instance: Option<String>,
    ) -> Self {
        Self {
            engine: Arc::new(Parts { closure, engine }),
            options,
            instance,
            found_pooler: AtomicBool::new(false),
        }
    }

    async fn start(&self, wanted: InstanceSelector) -> Result<SpawnedWorker> {
        submit::check_options(&self.options.spark_options, &self.engine.engine.variant.spark_conf)?;
        let parts = Arc::clone(&self.engine);
        // Starting the embedded database and building the engine block the thread, for seconds or longer.
        let (mut settings, built) = tokio::task::spawn_blocking(move || parts.prepare()).await??;
        let engine_instance_id = self.instance(&settings, wanted).await?;
        settings.is_pooled |= self.found_pooler.load(Relaxed);
        let job = Job {
            closure: &self.engine.closure,
            engine: &self.engine.engine,
            built: &built,
            database: &settings,
            verb: Verb::Serve(ServeOptions { engine_instance_id }),
            options: self.options.clone(),
        };
        let worker = job.start_worker()?;
        Ok(SpawnedWorker { link: worker.link, process: Box::new(worker.process) })
    }

    async fn instance(&self, settings: &DatabaseSettings, wanted: InstanceSelector) -> Result<String> {
        let named = match wanted {
            InstanceSelector::Same(id) => return Ok(id),
            InstanceSelector::Configured => self.instance.as_deref(),
            InstanceSelector::Newest => None,
        };
        let storage = database::connect(settings).await?;
        self.found_pooler.store(storage.is_pooled(), Relaxed);
        Ok(instance::find(&storage, &self.engine.engine, named).await?.id)
    }
}

impl Launch for EngineLaunch {
    fn launch(&self, wanted: InstanceSelector) -> BoxFuture<'_, Result<SpawnedWorker, LaunchError>> {
        Box::pin(async {
            self.start(wanted)
                .await
                .map_err(|error| LaunchError { words: errors::words(&error), outlook: outlook(&error) })
        })
    }
}

impl Parts {
    fn prepare(&self) -> Result<(DatabaseSettings, Built)> {
        let settings = database::settings()?;
        let built = build::ensure(&self.closure, &self.engine.folder, &log::listener())?;
        Ok((settings, built))
    }
}

fn outlook(error: &anyhow::Error) -> Outlook {
    match error.downcast_ref::<InstanceError>() {
        Some(InstanceError::NotTrained { .. }) => Outlook::Untrained,
        _ if may_pass(error) => Outlook::Passing,
        _ => Outlook::Permanent,
    }
}

/// Whether a retry may succeed. Only a database failure can pass by itself.
fn may_pass(error: &anyhow::Error) -> bool {
    let storage = |cause: &(dyn std::error::Error + 'static)| {
        let nested = match cause.downcast_ref::<InstanceError>() {
            Some(InstanceError::Storage(error)) => Some(error),
            _ => cause.downcast_ref::<StorageError>(),
        };
        nested.is_some_and(StorageError::is_unavailable)
    };
    error.chain().any(storage)
        || error.downcast_ref::<JobError>().is_some_and(|error| matches!(error, JobError::Io(_)))
}
