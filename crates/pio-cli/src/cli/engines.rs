//! The verbs that work on an engine's folder.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How an engine is built.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub struct Build {
    /// Extra words for sbt when it builds your engine.
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    pub sbt_extra: Option<String>,
    /// Clean build.
    #[arg(long)]
    pub clean: bool,
    /// Skip building external dependencies assembly.
    #[arg(long)]
    pub no_asm: bool,
    /// Pack the engine and its dependencies into one jar.
    #[arg(long)]
    pub uber_jar: bool,
    /// Run the engine's own tests instead.
    #[arg(long)]
    pub test: bool,
    /// Taken and ignored: the build finds what it needs.
    #[arg(long, hide = true)]
    pub generate_pio_sbt: bool,
}

/// What train, eval, deploy and batchpredict have in common.
#[derive(Debug, Clone, Args)]
pub struct Workflow {
    /// A label that is kept with the result.
    #[arg(long, value_name = "TEXT")]
    pub batch: Option<String>,
    /// How JSON becomes the engine's classes.
    #[arg(long, value_enum, ignore_case = true, default_value_t = JsonExtractor::Both)]
    pub json_extractor: JsonExtractor,
    /// Let a required parameter that is missing become 0 or null, as PIO did.
    #[arg(long)]
    pub lenient_params: bool,
    /// Taken and ignored: `pio build` decides how the engine is packed.
    #[arg(long, hide = true)]
    pub uber_jar: bool,
    /// Taken and ignored: use --verbose.
    #[arg(long, value_name = "LEVEL", hide = true)]
    pub verbosity: Option<String>,
}

/// How JSON becomes the engine's classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum JsonExtractor {
    /// json4s first, then Gson.
    #[value(name = "Both", alias = "both")]
    Both,
    /// json4s only.
    #[value(name = "Json4sNative", alias = "json4s")]
    Json4sNative,
    /// Gson only.
    #[value(name = "Gson", alias = "gson")]
    Gson,
}

/// `pio train`.
#[derive(Debug, Args)]
pub struct Train {
    /// What it shares with other verbs.
    #[command(flatten)]
    pub workflow: Workflow,
    /// Disable all data sanity checks. Short: -ssc
    #[arg(long)]
    pub skip_sanity_check: bool,
    /// Stop the training after the data source was read. Short: -sar
    #[arg(long)]
    pub stop_after_read: bool,
    /// Stop the training after the data were prepared. Short: -sap
    #[arg(long)]
    pub stop_after_prepare: bool,
    /// Override the engine factory class of the variant.
    #[arg(long, value_name = "CLASS")]
    pub engine_factory: Option<String>,
    /// Take the parameters of this name from the engine factory, and not from the variant.
    #[arg(long, value_name = "NAME")]
    pub engine_params_key: Option<String>,
    /// Python engines are not supported.
    #[arg(long, value_name = "FILE", hide = true)]
    pub main_py_file: Option<PathBuf>,
    /// Taken and ignored.
    #[arg(long, value_name = "PATH", hide = true)]
    pub params_path: Option<PathBuf>,
    /// Taken and ignored. Short: -mp
    #[arg(long, value_name = "PATH", hide = true)]
    pub metrics_params: Option<PathBuf>,
}

/// `pio eval`.
#[derive(Debug, Args)]
pub struct Eval {
    /// The evaluation's class.
    pub evaluation: String,
    /// The class of the engine parameters generator; the evaluation itself if not specified.
    pub engine_params_generator: Option<String>,
    /// What it shares with other verbs.
    #[command(flatten)]
    pub workflow: Workflow,
}

/// `pio batchpredict`.
#[derive(Debug, Args)]
pub struct BatchPredict {
    /// A file with one query in JSON a line.
    #[arg(long, value_name = "FILE", default_value = "batchpredict-input.json")]
    pub input: PathBuf,
    /// The folder to be made for the predictions.
    #[arg(long, value_name = "FOLDER", default_value = "batchpredict-output.json")]
    pub output: PathBuf,
    /// Into how many parts the queries are split.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub query_partitions: Option<u32>,
    /// The engine instance; the latest completed one if not specified.
    #[arg(long, value_name = "ID")]
    pub engine_instance_id: Option<String>,
    /// What it shares with other verbs.
    #[command(flatten)]
    pub workflow: Workflow,
}

/// `pio run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The class with the `main` method. What stands behind a second `--` goes to it.
    pub main_class: String,
    /// How the engine is built before.
    #[command(flatten)]
    pub build: Build,
}
