//! Jobs in a JVM: train, eval, batchpredict and serve. `docs/native-jvm.md` describes the protocol.

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

/// A job that runs in one JVM.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// The closure with Java, Spark and the runtime.
    pub closure: &'a Closure,
    /// The engine.
    pub engine: &'a Engine,
    /// The built engine.
    pub built: &'a Built,
    /// The database.
    pub database: &'a DatabaseSettings,
    /// The verb with its options.
    pub verb: Verb,
    /// The options common to all verbs.
    pub options: JobOptions,
}

/// Options common to all jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobOptions {
    /// Options for spark-submit, given after `--`.
    pub spark_options: Vec<String>,
    /// `--spark-kryo`: use Spark's Kryo serializer.
    pub spark_kryo: bool,
    /// `--json-extractor`.
    pub json_extractor: JsonExtractor,
    /// Missing required parameters become 0 or null, as in PIO.
    pub lenient_params: bool,
    /// `--verbose`.
    pub verbose: bool,
    /// Where stack traces go.
    pub stack_traces: StackTraces,
    /// `--batch`: a label stored with the instance.
    pub batch: String,
}

/// Where stack traces of the engine go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StackTraces {
    /// Only to the job's log file.
    #[default]
    File,
    /// Also to the log.
    Log,
}

/// The JSON library used for the engine's classes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub enum JsonExtractor {
    /// json4s, then Gson.
    #[default]
    Both,
    /// Only json4s.
    Json4sNative,
    /// Only Gson.
    Gson,
}

/// What the JVM does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Train the engine.
    Train(TrainOptions),
    /// Evaluate the engine.
    Eval(EvalOptions),
    /// Answer a file of queries.
    BatchPredict(BatchPredictOptions),
    /// Answer queries over the link to the native process.
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
    /// The evaluation class.
    pub evaluation: String,
    /// The class with the list of engine parameters, if it is not the evaluation class.
    pub engine_params_generator: Option<String>,
    /// The output file for the best parameters.
    pub best_file: PathBuf,
}

/// The options of `pio batchpredict`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchPredictOptions {
    /// The instance that answers the queries.
    pub engine_instance_id: String,
    /// The input file, with one query per line.
    pub input: PathBuf,
    /// The output folder.
    pub output: PathBuf,
    /// The number of partitions of the queries.
    pub query_partitions: Option<u32>,
}

/// The options of a serving worker.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServeOptions {
    /// The instance that answers the queries.
    pub engine_instance_id: String,
}

/// A JVM that serves an engine instance.
pub struct Worker {
    /// The native end of the socket pair.
    pub link: std::os::unix::net::UnixStream,
    /// The process, in its own process group.
    pub process: AsyncChild,
}

impl Verb {
    /// The name of the verb in the protocol.
    fn name(&self) -> &'static str {
        match self {
            Self::Train(_) => "train",
            Self::Eval(_) => "eval",
            Self::BatchPredict(_) => "batchpredict",
            Self::Serve(_) => "serve",
        }
    }
}
