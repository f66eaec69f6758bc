//! The verbs that serve, and those that end them.

use clap::Args;

use super::engines::Workflow;

/// `pio eventserver`.
#[derive(Debug, Clone, Args)]
pub struct EventServer {
    /// IP to bind to.
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0")]
    pub ip: String,
    /// Port to bind to.
    #[arg(long, value_name = "NUMBER", default_value_t = 7070)]
    pub port: u16,
    /// Count events for /stats.json.
    #[arg(long)]
    pub stats: bool,
}

/// `pio deploy`.
#[derive(Debug, Args)]
pub struct Deploy {
    /// IP to bind to.
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0")]
    pub ip: String,
    /// Port to bind to.
    #[arg(long, value_name = "NUMBER", default_value_t = 8000)]
    pub port: u16,
    /// The engine instance; the latest completed one if not specified.
    #[arg(long, value_name = "ID")]
    pub engine_instance_id: Option<String>,
    /// Send each prediction to the event server.
    #[arg(long)]
    pub feedback: bool,
    /// Access key of the app where feedback is stored. /reload and /stop ask for it too, unless --server-access-key is given.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub accesskey: Option<String>,
    /// The key that /reload and /stop ask for; also read from `PIO_SERVER_ACCESS_KEY`.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub server_access_key: Option<String>,
    /// Host of the event server for feedback, or its URL (`https://…`); also read from `PIO_EVENTSERVER_IP`. Default: this machine
    #[arg(long, value_name = "HOST")]
    pub event_server_ip: Option<String>,
    /// Port of the event server for feedback; also read from `PIO_EVENTSERVER_PORT`. 443 means HTTPS. Default: 7070, of a URL 80 or 443
    #[arg(long, value_name = "NUMBER")]
    pub event_server_port: Option<u16>,
    /// Serve the Event API on the same port, whether or not the engine has a model yet.
    #[arg(long)]
    pub with_eventserver: bool,
    /// Count events for /stats.json; only with --with-eventserver.
    #[arg(long, requires = "with_eventserver")]
    pub stats: bool,
    /// What it shares with other verbs.
    #[command(flatten)]
    pub workflow: Workflow,
    /// Taken and ignored: there is no admin server.
    #[arg(long, value_name = "ADDRESS", hide = true)]
    pub admin_server_ip: Option<String>,
    /// Taken and ignored: there is no admin server.
    #[arg(long, value_name = "NUMBER", hide = true)]
    pub admin_server_port: Option<u16>,
    /// Taken and ignored: logs go to standard error.
    #[arg(long, value_name = "URL", hide = true)]
    pub log_url: Option<String>,
    /// Taken and ignored: logs go to standard error.
    #[arg(long, value_name = "TEXT", hide = true)]
    pub log_prefix: Option<String>,
}

/// `pio undeploy`.
#[derive(Debug, Args)]
pub struct Undeploy {
    /// IP of the deployed engine.
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0")]
    pub ip: String,
    /// Port of the deployed engine.
    #[arg(long, value_name = "NUMBER", default_value_t = 8000)]
    pub port: u16,
    /// The key that its /stop asks for; also read from `PIO_SERVER_ACCESS_KEY`.
    #[arg(long, visible_alias = "accesskey", value_name = "KEY", allow_hyphen_values = true)]
    pub server_access_key: Option<String>,
}
