//! The master of a cluster. Where the platform gives it a port, its page is there behind a password.

use std::net::{IpAddr, UdpSocket};

use pio_closure::closure::Closure;
use pio_closure::cluster::Master;
use pio_settings::{env, vars};
use tokio::net::TcpListener;

use super::auth::Credentials;
use super::{masters, proxy, recovery};
use crate::errors::Error;
use crate::log;
use crate::run;

/// Runs the master to its end, with a guard before its page where `PORT` is set.
///
/// # Errors
/// When it cannot be started, or has ended in failure.
pub fn run() -> Result<(), Error> {
    let page_port = env::port(vars::PORT)?;
    let several = masters::from_env().is_ok_and(|masters| masters.len() > 1);
    let mut java_options = recovery::options_from_env();
    if several && java_options.is_empty() {
        return Err(Error::NoZooKeeper);
    }
    java_options.extend(page_options());
    if let Some(cores) = env::count(vars::SPARK_DEFAULT_CORES)? {
        java_options.push(format!("-Dspark.deploy.defaultCores={cores}"));
    }
    let (host, port, webui_port) = (own_host(), super::master_port()?, super::master_page_port()?);
    log::step(format_args!("Spark master at spark://{host}:{port}"));
    let master = Master { host, port, webui_port, java_options };
    let command = master.command(&Closure::locate()?)?;
    let Some(port) = page_port else { return run::spark("master", command) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("0.0.0.0", port)).await?;
        let backend = format!("{}:{webui_port}", master.host);
        let page = proxy::serve(listener, backend, Credentials::from_env(), std::future::pending());
        let ended = tokio::select! {
            status = run::logged(command) => status?,
            () = page => return Ok(()),
        };
        run::ended("master", ended)
    })
}

/// What makes the master's page lead to those of its workers and applications, which only the private network sees.
pub(super) fn page_options() -> Vec<String> {
    let mut options = vec!["-Dspark.ui.reverseProxy=true".to_owned()];
    if let Some(url) = env::get(vars::SPARK_REVERSE_PROXY_URL) {
        options.push(format!("-Dspark.ui.reverseProxyUrl={url}"));
    }
    options
}

/// The address that others in the private network reach this process at.
fn own_host() -> String {
    let given = env::get(vars::SPARK_LOCAL_IP).or_else(|| env::get(vars::HEROKU_PRIVATE_IP));
    given
        .or_else(|| outward_address().map(|address| address.to_string()))
        .unwrap_or_else(|| "127.0.0.1".to_owned())
}

/// The address that this machine uses towards others. Nothing is sent: connecting a datagram socket only chooses a route.
fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    socket.connect(("10.255.255.255", 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|address| !address.is_unspecified())
}
