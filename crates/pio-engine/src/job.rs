//! Jobs in a JVM: train, eval, batchpredict and serve, started as `docs/native-jvm.md` says.

mod log;
pub mod results;
mod run;
mod spec;
mod start;
mod traces;

use std::path::PathBuf;

use pio_closure::closure::Closure;
use pio_process::child_async::AsyncChild;
use pio_settings::database::DatabaseSettings;

use crate::build::Built;
use crate::engine::Engine;

/// A job for one JVM.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// The closure with Java, Spark and the runtime.
    pub closure: &'a Closure,
    /// The engine.
    pub engine: &'a Engine,
    /// What was built of it.
    pub built: &'a Built,
    /// The database.
    pub database: &'a DatabaseSettings,
    /// What to do.
    pub verb: Verb,
    /// How.
    pub options: JobOptions,
}

/// What is the same for every job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobOptions {
    /// Options for spark-submit: what the user gave after `--`.
    pub spark_options: Vec<String>,
    /// `--spark-kryo`: Spark serialises with Kryo.
    pub spark_kryo: bool,
    /// `--json-extractor`.
    pub json_extractor: JsonExtractor,
    /// A missing required parameter becomes 0 or null, as in PIO.
    pub lenient_params: bool,
    /// `--verbose`.
    pub verbose: bool,
    /// Where stack traces go.
    pub stack_traces: StackTraces,
    /// `--batch`: a label that is kept in the instance.
    pub batch: String,
}

/// Where an engine's stack traces go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StackTraces {
    /// Into the job's log file alone.
    #[default]
    File,
    /// Into the log, too.
    Log,
}

/// What reads and writes JSON for the engine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub enum JsonExtractor {
    /// json4s, then Gson.
    #[default]
    Both,
    /// json4s alone.
    Json4sNative,
    /// Gson alone.
    Gson,
}

/// What a JVM is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Train the engine.
    Train(TrainOptions),
    /// Evaluate it.
    Eval(EvalOptions),
    /// Answer a file of queries.
    BatchPredict(BatchPredictOptions),
    /// Answer queries over the link.
    Serve(ServeOptions),
}

/// The options of `pio train`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrainOptions {
    /// `--skip-sanity-check`.
    pub skip_sanity_check: bool,
    /// `--stop-after-read`.
    pub stop_after_read: bool,
    /// `--stop-after-prepare`.
    pub stop_after_prepare: bool,
    /// `--engine-params-key`.
    pub engine_params_key: Option<String>,
}

/// The options of `pio eval`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvalOptions {
    /// The class of the evaluation.
    pub evaluation: String,
    /// The class of the list of parameters, where it is not the evaluation itself.
    pub engine_params_generator: Option<String>,
    /// Where the best parameters are written.
    pub best_file: PathBuf,
}

/// The options of `pio batchpredict`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchPredictOptions {
    /// The instance that answers.
    pub engine_instance_id: String,
    /// The file of queries, one a line.
    pub input: PathBuf,
    /// The folder for the answers.
    pub output: PathBuf,
    /// In how many parts the queries are answered.
    pub query_partitions: Option<u32>,
}

/// What a worker serves.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServeOptions {
    /// The instance that answers.
    pub engine_instance_id: String,
}

/// A JVM that serves an engine instance.
pub struct Worker {
    /// The native end of the link.
    pub link: std::os::unix::net::UnixStream,
    /// The process, in a group of its own.
    pub process: AsyncChild,
}

impl Verb {
    /// Its name in the contract.
    fn name(&self) -> &'static str {
        match self {
            Self::Train(_) => "train",
            Self::Eval(_) => "eval",
            Self::BatchPredict(_) => "batchpredict",
            Self::Serve(_) => "serve",
        }
    }
}
