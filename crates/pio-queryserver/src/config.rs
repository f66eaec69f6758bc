//! What a deployment decides about its front.

use std::sync::Arc;
use std::time::Duration;

use pio_http::budget::Budget;
use pio_http::limits::Limits;
use pio_settings::event_server::EventServerAddress;
use pio_settings::memory::server::ServerPlan;
use pio_settings::secret::Secret;

use pio_link::lines::MAX_LINE_BYTES;

/// The settings of the front.
#[derive(Debug, Clone)]
pub struct Config {
    /// The key that `/reload` and `/stop` ask for.
    pub server_key: Option<Secret>,
    /// Where there is no key: whether programs on this machine may ask for `/reload` and `/stop`. Others never may. On a platform
    /// nobody may: requests of the whole world may reach the server through a router that runs beside it.
    pub local_control: bool,
    /// Where predictions are sent as events; nowhere where there is none.
    pub feedback: Option<Feedback>,
    /// How long a client waits for its answer before it gets 504.
    pub query_time: Duration,
    /// How many queries may be with the worker at once; more get 503.
    pub queries: usize,
    /// How many bytes those queries may have together.
    pub query_bytes: usize,
    /// How many bytes one answer may have, and all large answers together that wait until they can be sent.
    pub answer_bytes: usize,
    /// How many bytes the predictions may have together that wait until they can be sent as events.
    pub feedback_bytes: usize,
    /// The memory for queries that are being read and answered.
    pub budget: Budget,
    /// How long a worker may answer nothing, while queries wait, before it is replaced.
    pub silence: Duration,
    /// How long `/reload` waits for the new worker before it answers that the work goes on.
    pub reload_time: Duration,
    /// The pause after a worker's first unexpected end; it doubles with each further one.
    pub first_pause: Duration,
    /// The limits of connections.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server_key: None,
            local_control: true,
            feedback: None,
            query_time: Duration::from_secs(25),
            queries: 512,
            query_bytes: 64 * 1024 * 1024,
            answer_bytes: MAX_LINE_BYTES,
            feedback_bytes: 16 * 1024 * 1024,
            budget: Budget::default(),
            silence: Duration::from_secs(90),
            reload_time: Duration::from_secs(25),
            first_pause: Duration::from_millis(250),
            // What is left of the 25 s that a platform gives is for the worker to end.
            limits: Limits { drain: Duration::from_secs(20), ..Limits::default() },
        }
    }
}

impl Config {
    /// One that fits into the memory of this process.
    #[must_use]
    pub fn within(plan: &ServerPlan) -> Self {
        let config = Self::default();
        let limits = Limits {
            connections: plan.connections,
            active: plan.active,
            socket_buffer: plan.socket_buffer,
            ..config.limits
        };
        let budget = Budget::new(plan.small, plan.large, limits.body_bytes, Arc::default());
        Self {
            query_bytes: config.query_bytes.min(plan.small + plan.large),
            answer_bytes: config.answer_bytes.min(plan.large),
            feedback_bytes: config.feedback_bytes.min(plan.large / 4),
            budget,
            limits,
            ..config
        }
    }
}

/// Where and with which key predictions are sent as events.
#[derive(Debug, Clone)]
pub struct Feedback {
    /// The event server.
    pub server: EventServerAddress,
    /// The access key of the app that keeps the events.
    pub access_key: Secret,
}
