//! What the verbs that work on an engine have in common.

use std::sync::Arc;

use anyhow::Result;
use pio_closure::closure::Closure;
use pio_closure::submit;
use pio_engine::build::{self, Built};
use pio_engine::build_event::{BuildEvent, Listener};
use pio_engine::engine::{Engine, EngineOptions};
use pio_engine::job::{Job, JobOptions, JsonExtractor, StackTraces, Verb};
use pio_engine::{console as engine_console, template};
use pio_logging::start;
use pio_settings::database::DatabaseSettings;

use crate::cli::Common;
use crate::cli::engines::{self, Workflow};
use crate::database;
use crate::errors::ConsoleError;
use crate::output::Console;

/// The part of the console that speaks of engines, as PIO named it.
pub(crate) const ENGINE: &str = "Engine$";

/// A job's parts, ready to run.
pub(crate) struct Ready {
    pub(crate) closure: Closure,
    pub(crate) engine: Engine,
    pub(crate) built: Built,
    pub(crate) database: DatabaseSettings,
}

impl Ready {
    /// What is needed to run an engine that was opened: it is built if it never was.
    pub(crate) fn prepare(engine: Engine, spark: &[String], listener: &Listener) -> Result<Self> {
        submit::check_options(spark, &engine.variant.spark_conf)?;
        check_temporary_folder()?;
        let closure = Closure::locate()?;
        if let Some(notice) = template::check(&engine.folder) {
            listener(notice);
        }
        // A database that is not there is known before anything is compiled.
        let database = database::checked(&database::settings()?)?;
        let built = build::ensure(&closure, &engine.folder, listener)?;
        Ok(Self { closure, engine, built, database })
    }

    /// A job of this engine.
    pub(crate) fn job(&self, verb: Verb, options: JobOptions) -> Job<'_> {
        let Self { closure, engine, built, database } = self;
        Job { closure, engine, built, database, verb, options }
    }
}

/// Java and Spark keep files where temporary ones are; in a container with a read-only root there may be no such place.
pub(crate) fn check_temporary_folder() -> Result<(), ConsoleError> {
    let folder = std::env::temp_dir();
    match tempfile::tempfile_in(&folder) {
        Ok(_) => Ok(()),
        Err(source) => Err(ConsoleError::NoTemporaryFolder { folder, source }),
    }
}

/// Hears what goes on. What the engine prints must not get into a result that is JSON.
pub(crate) fn listener(console: Console, verbose: bool) -> Listener {
    let hear = engine_console::listener(verbose);
    if !console.json {
        return hear;
    }
    Arc::new(move |notice| match notice {
        BuildEvent::Printed { line, .. } => hear(BuildEvent::Printed { error: true, line }),
        other => hear(other),
    })
}

/// What the common options say of the engine.
pub(crate) fn options(common: &Common) -> EngineOptions {
    EngineOptions {
        folder: common.engine_dir.clone(),
        variant: common.variant.clone(),
        id: common.engine_id.clone(),
        version: common.engine_version.clone(),
    }
}

/// What the options say of a job.
pub(crate) fn job_options(common: &Common, workflow: &Workflow, spark: Vec<String>) -> JobOptions {
    JobOptions {
        spark_options: spark,
        spark_kryo: common.spark_kryo,
        json_extractor: match workflow.json_extractor {
            engines::JsonExtractor::Both => JsonExtractor::Both,
            engines::JsonExtractor::Json4sNative => JsonExtractor::Json4sNative,
            engines::JsonExtractor::Gson => JsonExtractor::Gson,
        },
        lenient_params: workflow.lenient_params,
        verbose: common.verbose,
        stack_traces: if start::logs_stack_traces() { StackTraces::Log } else { StackTraces::File },
        batch: workflow.batch.clone().unwrap_or_default(),
    }
}
