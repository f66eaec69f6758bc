//! The command line: its verbs and their options, as clap structs.

pub mod apps;
pub mod data;
pub mod engines;
pub mod servers;
pub mod words;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// The console of `PredictionIO`.
#[derive(Debug, Parser)]
#[command(
    name = "pio",
    version,
    about = "The console of PredictionIO",
    after_help = "What stands behind `--` goes to spark-submit, as in\n\n  pio train -v my-variant.json -- --master spark://mycluster:7077\n\n\
                  See `pio help <command>` for one command.",
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
}

/// Options of every command; they may stand before or after it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// Specify an engine ID, under which trained models are kept. Short: -ei
    #[arg(long, value_name = "ID", global = true)]
    pub engine_id: Option<String>,
    /// Specify an engine version. Short: -ev
    #[arg(long, value_name = "VERSION", global = true)]
    pub engine_version: Option<String>,
    /// The engine's folder. Short: -ed
    #[arg(long, value_name = "FOLDER", global = true)]
    pub engine_dir: Option<PathBuf>,
    /// Path to an engine variant JSON file. Default: engine.json
    #[arg(short = 'v', long, value_name = "FILE", global = true)]
    pub variant: Option<PathBuf>,
    /// Let Spark use Kryo to serialize. Short: -sk
    #[arg(long, global = true)]
    pub spark_kryo: bool,
    /// Show details, such as every line of sbt.
    #[arg(long, global = true)]
    pub verbose: bool,
    /// Print results as JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// Taken and ignored: sbt is part of this distribution.
    #[arg(long, value_name = "FILE", global = true, hide = true)]
    pub sbt: Option<PathBuf>,
    /// Taken and ignored: this program knows its own folder.
    #[arg(long, value_name = "FOLDER", global = true, hide = true)]
    pub pio_home: Option<PathBuf>,
    /// Taken and ignored: Spark is part of this distribution.
    #[arg(long, value_name = "FOLDER", global = true, hide = true)]
    pub spark_home: Option<PathBuf>,
    /// Taken and ignored: nothing is copied to a scratch space.
    #[arg(long, value_name = "URI", global = true, hide = true)]
    pub scratch_uri: Option<String>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Display the version of this console.
    Version,
    /// Display what is there and what is missing: closure, Java, database, unfinished trainings.
    Status,
    /// Manage the apps of the event server.
    #[command(subcommand, arg_required_else_help = true)]
    App(apps::App),
    /// Manage the access keys of apps.
    #[command(name = "accesskey", subcommand, arg_required_else_help = true)]
    AccessKey(apps::AccessKey),
    /// Import events from a file into an app.
    Import(data::Import),
    /// Export the events of an app into a folder.
    Export(data::Export),
    /// Launch an event server.
    #[command(name = "eventserver")]
    EventServer(servers::EventServer),
    /// Build the engine at the current folder.
    Build(engines::Build),
    /// Kick off a training of an engine.
    Train(engines::Train),
    /// Kick off an evaluation of an engine.
    Eval(engines::Eval),
    /// Deploy a trained engine as a server.
    Deploy(servers::Deploy),
    /// Stop a deployed engine.
    Undeploy(servers::Undeploy),
    /// Use a trained engine to process many queries of a file.
    #[command(name = "batchpredict")]
    BatchPredict(engines::BatchPredict),
    /// Launch a driver program of the engine on Spark.
    Run(engines::Run),
    /// Start the embedded database and an event server in the background.
    #[command(name = "start-all")]
    StartAll(servers::EventServer),
    /// Stop what start-all started, and the embedded database.
    #[command(name = "stop-all")]
    StopAll,
    /// Not part of this distribution.
    #[command(hide = true)]
    Dashboard(Retired),
    /// Not part of this distribution.
    #[command(name = "adminserver", hide = true)]
    AdminServer(Retired),
    /// No longer supported.
    #[command(hide = true)]
    Template(Retired),
    /// No longer supported.
    #[command(hide = true)]
    Upgrade(Retired),
    /// No longer supported.
    #[command(hide = true)]
    Unregister(Retired),
}

/// Whatever was given to a verb that is gone.
#[derive(Debug, Args)]
pub struct Retired {
    /// Ignored.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub rest: Vec<String>,
}
