//! `pio import` and `pio export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `pio import`.
#[derive(Debug, Args)]
pub struct Import {
    /// App ID of events to be imported.
    #[arg(long, visible_alias = "app-id", value_name = "NUMBER")]
    pub appid: i32,
    /// Channel name; the default channel if not specified.
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
    /// A file with one event in JSON a line (also .gz), a folder of such files, or - for standard input.
    #[arg(long, value_name = "FILE")]
    pub input: PathBuf,
    /// Delete the events that are there, in the same transaction: others see the old events or the new ones.
    #[arg(long)]
    pub replace: bool,
    /// With --replace: delete the events that are there even if the input holds none.
    #[arg(long, requires = "replace")]
    pub allow_empty: bool,
    /// Import nothing where the app or channel has events already.
    #[arg(long, conflicts_with = "replace")]
    pub if_empty: bool,
}

/// `pio export`.
#[derive(Debug, Args)]
pub struct Export {
    /// App ID of events to be exported.
    #[arg(long, visible_alias = "app-id", value_name = "NUMBER")]
    pub appid: i32,
    /// Channel name; the default channel if not specified.
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
    /// The folder to be made, or - for standard output.
    #[arg(long, value_name = "FOLDER")]
    pub output: PathBuf,
    /// The format.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub format: Format,
}

/// The formats of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One event in JSON a line.
    Json,
    /// Not supported any more.
    #[value(hide = true)]
    Parquet,
}
