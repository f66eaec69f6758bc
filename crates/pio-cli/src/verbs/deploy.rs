//! `pio deploy`: the front in this process, and the engine in a JVM below it.

mod events;
mod launch;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use pio_closure::closure::Closure;
use pio_engine::engine::Engine;
use pio_eventserver::api::Api;
use pio_eventserver::config::Limits;
use pio_eventserver::tasks::{Background, TaskEnded};
use pio_http::budget::Budget;
use pio_logging::start::{self, Program};
use pio_queryserver::config::{Config, Feedback};
use pio_queryserver::mounted_api::MountedApi;
use pio_queryserver::serve::serve;
use pio_settings::database::DatabaseSettings;
use pio_settings::event_server::EventServerAddress;
use pio_settings::memory::server::Server;
use pio_settings::secret::Secret;
use pio_settings::{env, memory, vars};

use self::events::Events;
use self::launch::EngineLaunch;
use super::event_server::bind;
use super::undeploy::Target;
use crate::cli::Common;
use crate::cli::servers::Deploy;
use crate::errors::ConsoleError;
use crate::output::Console;
use crate::support::engine::{check_temporary_folder, job_options, options};
use crate::{database, runtime};

/// Time limit for storing the last events when the server ends.
const LAST_EVENTS: Duration = Duration::from_secs(2);

pub(crate) fn run(console: Console, common: &Common, args: &Deploy, spark: Vec<String>) -> Result<()> {
    let engine = Engine::open(&options(common))?;
    let config = config(args)?;
    check_temporary_folder()?;
    let closure = Closure::locate()?;
    if args.port != 0 {
        Target { ip: &args.ip, port: args.port, key: config.server_key.as_ref() }.end(console)?;
    }
    start::start(Program::Server, common.verbose);
    let options = job_options(common, &args.workflow, spark);
    let event_database = args.with_eventserver.then(database::settings).transpose()?;
    let launch = EngineLaunch::new(closure, engine, options, args.engine_instance_id.clone());
    runtime::single()?.block_on(async {
        let shutdown = runtime::asked_to_end()?;
        let listener = bind(&args.ip, args.port).await?;
        tracing::info!(address = %listener.local_addr()?, "the engine server listens");
        let budget = config.budget.clone();
        let (mounted_api, mut events) =
            event_database.map(|database| event_server(&database, args, budget)).transpose()?.unzip();
        let mut lost = None;
        let end = async {
            tokio::select! {
                () = shutdown => {}
                ended = lost_task(&mut events) => lost = Some(ended),
            }
        };
        serve(listener, Arc::new(launch), config, mounted_api, end).await?;
        if let Some(events) = events {
            // The API has been dropped by now; its accepted events are still being stored.
            tokio::time::timeout(LAST_EVENTS, events.finished()).await.unwrap_or(Ok(()))?;
        }
        if let Some(ended) = lost {
            return Err(ended.into());
        }
        tracing::info!("the engine server has ended");
        Ok(())
    })
}

/// The Event API for the engine's port, and a task that completes once every accepted event is stored.
fn event_server(
    database: &DatabaseSettings,
    args: &Deploy,
    budget: Budget,
) -> Result<(Arc<dyn MountedApi>, Background)> {
    let limits = Limits::within(&memory::of_server(Server::Front));
    let config = pio_eventserver::config::Config {
        stats: args.stats,
        budget: Some(budget),
        limits,
        ..Default::default()
    };
    let (api, background) = Api::start(database, config)?;
    Ok((Arc::new(Events(api)), background))
}

/// Completes when a task that stores events ends unexpectedly.
async fn lost_task(events: &mut Option<Background>) -> TaskEnded {
    match events {
        Some(events) => events.failed().await,
        None => std::future::pending().await,
    }
}

fn config(args: &Deploy) -> Result<Config> {
    let own_key = args.server_access_key.clone().or_else(|| env::get(vars::PIO_SERVER_ACCESS_KEY));
    Ok(Config {
        // An empty key would give everybody access.
        server_key: own_key.or_else(|| args.accesskey.clone()).filter(|key| !key.is_empty()).map(Secret::new),
        local_control: env::get(vars::PORT).is_none(),
        feedback: if args.feedback { Some(feedback(args)?) } else { None },
        ..Config::within(&memory::of_server(Server::Front))
    })
}

fn feedback(args: &Deploy) -> Result<Feedback> {
    let key = args.accesskey.clone().or_else(|| env::get(vars::PIO_EVENTSERVER_ACCESS_KEY));
    let host = [vars::PIO_EVENTSERVER_IP, vars::PIO_EVENTSERVER_HOSTNAME];
    let host = args.event_server_ip.clone().or_else(|| host.into_iter().find_map(env::get));
    let port = match args.event_server_port {
        Some(port) => Some(port),
        None => env::port(vars::PIO_EVENTSERVER_PORT)?,
    };
    let server = match (host, port) {
        (Some(host), port) => EventServerAddress::parse(&host, port)?,
        (None, None) if args.with_eventserver => EventServerAddress::local(Some(args.port)),
        (None, port) => EventServerAddress::local(port),
    };
    Ok(Feedback { server, access_key: Secret::new(key.ok_or(ConsoleError::NoFeedbackKey)?) })
}
