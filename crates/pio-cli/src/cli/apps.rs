//! `pio app …` and `pio accesskey …`.

use clap::{Args, Subcommand};

/// The verbs for apps.
#[derive(Debug, Subcommand)]
pub enum App {
    /// Create an app with its first access key.
    New(NewApp),
    /// List all apps.
    List,
    /// Show details of an app.
    Show(Name),
    /// Delete an app with all its data.
    Delete(Delete),
    /// Delete data of an app, and keep the app.
    DataDelete(DataDelete),
    /// Create a channel for an app.
    ChannelNew(Channel),
    /// Delete a channel of an app with its data.
    ChannelDelete(ChannelDelete),
}

/// `pio app new`.
#[derive(Debug, Args)]
pub struct NewApp {
    /// App name.
    pub name: String,
    /// Specify this if you already have data under an app ID.
    #[arg(long, value_name = "NUMBER")]
    pub id: Option<i32>,
    /// Description of the new app.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Specify a custom default access key.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub access_key: Option<String>,
}

/// An app by its name.
#[derive(Debug, Args)]
pub struct Name {
    /// App name.
    pub name: String,
}

/// `pio app delete`.
#[derive(Debug, Args)]
pub struct Delete {
    /// App name.
    pub name: String,
    /// Whether to ask.
    #[command(flatten)]
    pub force: Force,
}

/// `pio app data-delete`.
#[derive(Debug, Args)]
pub struct DataDelete {
    /// App name.
    pub name: String,
    /// Delete data of this channel; of the default channel if not specified.
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    pub channel: Option<String>,
    /// Delete all data of this app, of the default channel and all others.
    #[arg(long)]
    pub all: bool,
    /// Whether to ask.
    #[command(flatten)]
    pub force: Force,
}

/// An app and a channel by their names.
#[derive(Debug, Args)]
pub struct Channel {
    /// App name.
    pub name: String,
    /// Channel name: letters, digits and -, at most 16.
    pub channel: String,
}

/// `pio app channel-delete`.
#[derive(Debug, Args)]
pub struct ChannelDelete {
    /// Which channel.
    #[command(flatten)]
    pub target: Channel,
    /// Whether to ask.
    #[command(flatten)]
    pub force: Force,
}

/// Whether to ask before data are deleted.
#[derive(Debug, Clone, Copy, Args)]
pub struct Force {
    /// Delete without prompting for confirmation.
    #[arg(short, long)]
    pub force: bool,
}

/// The verbs for access keys.
#[derive(Debug, Subcommand)]
pub enum AccessKey {
    /// Create an access key for an app, for all events or only for some.
    New(NewAccessKey),
    /// List the access keys, of all apps or of one.
    List(ListAccessKeys),
    /// Delete an access key.
    Delete(DeleteAccessKey),
}

/// `pio accesskey new`.
#[derive(Debug, Args)]
pub struct NewAccessKey {
    /// App to be associated with the new access key.
    pub app: String,
    /// Allowed event name(s); all if none is given.
    pub events: Vec<String>,
    /// Specify a custom key.
    #[arg(long, alias = "access-key", value_name = "KEY", allow_hyphen_values = true)]
    pub key: Option<String>,
    /// The key may read events. With any of --read, --write and --delete it may do no more than these say, and all of them only
    /// with its allowed events; without, it may do everything, but send its allowed events only.
    #[arg(long)]
    pub read: bool,
    /// The key may send events.
    #[arg(long)]
    pub write: bool,
    /// The key may delete events.
    #[arg(long)]
    pub delete: bool,
}

/// `pio accesskey list`.
#[derive(Debug, Args)]
pub struct ListAccessKeys {
    /// App name.
    pub app: Option<String>,
}

/// `pio accesskey delete`.
#[derive(Debug, Args)]
pub struct DeleteAccessKey {
    /// The access key to be deleted.
    #[arg(allow_hyphen_values = true)]
    pub key: String,
}
