//! Logs of the servers: for a person on a terminal, JSON for whatever else reads them.

use std::io::{IsTerminal as _, stderr};

use pio_settings::{env, vars};
use tracing_subscriber::EnvFilter;

/// Sends logs to standard error. `PIO_LOG` says which; `verbose` shows more.
pub(crate) fn start(verbose: bool) {
    let default = if verbose {
        "debug,hyper=info,tokio_postgres=info,ureq=info,ureq_proto=info"
    } else {
        "info,tokio_postgres=warn"
    };
    let filter = env::get(vars::PIO_LOG)
        .and_then(|text| EnvFilter::try_new(text).ok())
        .unwrap_or_else(|| EnvFilter::new(default));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    if stderr().is_terminal() {
        logs.with_target(false).with_ansi(env::get(vars::NO_COLOR).is_none()).init();
    } else {
        logs.json().flatten_event(true).init();
    }
}
