//! `pio deploy`: the front in this process, the engine in a JVM below it.

mod launch;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use pio_closure::closure::Closure;
use pio_engine::engine::Engine;
use pio_queryserver::config::{Config, Feedback};
use pio_queryserver::serve::serve;
use pio_settings::secret::Secret;
use pio_settings::{env, vars};

use self::launch::EngineLaunch;
use super::engine::{job_options, options};
use super::event_server::bind;
use super::undeploy::Target;
use crate::cli::Common;
use crate::cli::servers::Deploy;
use crate::errors::ConsoleError;
use crate::output::Console;
use crate::{logging, runtime};

/// Where an event server is when nobody says.
const EVENT_SERVER: (&str, u16) = ("127.0.0.1", 7070);

pub(crate) fn run(console: Console, common: &Common, args: &Deploy, spark: Vec<String>) -> Result<()> {
    let engine = Engine::open(&options(common))?;
    let config = config(args)?;
    let closure = Closure::locate()?;
    if args.port != 0 {
        Target { ip: &args.ip, port: args.port, key: config.server_key.as_ref() }.end(console)?;
    }
    logging::start(common.verbose);
    let options = job_options(common, &args.workflow, spark);
    let launch = EngineLaunch::new(closure, engine, options, args.engine_instance_id.clone());
    runtime::single()?.block_on(async {
        let shutdown = runtime::asked_to_end()?;
        let listener = bind(&args.ip, args.port).await?;
        tracing::info!(address = %listener.local_addr()?, "the engine server listens");
        serve(listener, Arc::new(launch), config, shutdown).await?;
        tracing::info!("the engine server has ended");
        Ok(())
    })
}

fn config(args: &Deploy) -> Result<Config> {
    let own_key = args.server_access_key.clone().or_else(|| env::get(vars::PIO_SERVER_ACCESS_KEY));
    Ok(Config {
        server_key: own_key.or_else(|| args.accesskey.clone()).map(Secret::new),
        feedback: if args.feedback { Some(feedback(args)?) } else { None },
        ..Config::default()
    })
}

fn feedback(args: &Deploy) -> Result<Feedback> {
    let key = args.accesskey.clone().or_else(|| env::get(vars::PIO_EVENTSERVER_ACCESS_KEY));
    let host = args.event_server_ip.clone().or_else(|| env::get(vars::PIO_EVENTSERVER_IP));
    let port = match (args.event_server_port, env::get(vars::PIO_EVENTSERVER_PORT)) {
        (Some(port), _) => port,
        (None, Some(text)) => text.trim().parse().context("PIO_EVENTSERVER_PORT is not a port number")?,
        (None, None) => EVENT_SERVER.1,
    };
    Ok(Feedback {
        host: host.unwrap_or_else(|| EVENT_SERVER.0.to_owned()),
        port,
        access_key: Secret::new(key.ok_or(ConsoleError::NoFeedbackKey)?),
    })
}
