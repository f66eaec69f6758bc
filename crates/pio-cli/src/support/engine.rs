//! Shared code of verbs that work on an engine.

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

/// The class name that PIO's engine messages carry.
pub(crate) const ENGINE: &str = "Engine$";

/// Everything that a job needs.
pub(crate) struct Ready {
    pub(crate) closure: Closure,
    pub(crate) engine: Engine,
    pub(crate) built: Built,
    pub(crate) database: DatabaseSettings,
}

impl Ready {
    /// Prepares to run an engine. Builds it if it was never built.
    pub(crate) fn prepare(engine: Engine, spark: &[String], listener: &Listener) -> Result<Self> {
        submit::check_options(spark, &engine.variant.spark_conf)?;
        check_temporary_folder()?;
        let closure = Closure::locate()?;
        if let Some(notice) = template::check(&engine.folder) {
            listener(notice);
        }
        // Find out about an unreachable database before compiling.
        let database = database::checked(&database::settings()?)?;
        let built = build::ensure(&closure, &engine.folder, listener)?;
        Ok(Self { closure, engine, built, database })
    }

    pub(crate) fn job(&self, verb: Verb, options: JobOptions) -> Job<'_> {
        let Self { closure, engine, built, database } = self;
        Job { closure, engine, built, database, verb, options }
    }
}

/// Checks the temporary folder. Java and Spark need it, and a container with a read-only root may have none.
pub(crate) fn check_temporary_folder() -> Result<(), ConsoleError> {
    let folder = std::env::temp_dir();
    match tempfile::tempfile_in(&folder) {
        Ok(_) => Ok(()),
        Err(source) => Err(ConsoleError::NoTemporaryFolder { folder, source }),
    }
}

/// Creates a listener for build events. Output of the engine must not get into a JSON result.
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

pub(crate) fn options(common: &Common) -> EngineOptions {
    EngineOptions {
        folder: common.engine_dir.clone(),
        variant: common.variant.clone(),
        id: common.engine_id.clone(),
        version: common.engine_version.clone(),
    }
}

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
