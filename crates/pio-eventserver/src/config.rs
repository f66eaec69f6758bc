//! How a server is set up.

use std::sync::Arc;
use std::time::Duration;

use pio_http::budget::Budget;
use pio_settings::memory::server::ServerPlan;

use crate::plugins::Plugins;
use crate::webhooks::Connectors;

/// Everything that can be chosen. The default is PIO's event server.
#[derive(Clone, Default)]
pub struct Config {
    /// Whether `/stats.json` counts events.
    pub stats: bool,
    /// What looks at events before or after they are stored.
    pub plugins: Plugins,
    /// What turns other services' calls into events.
    pub connectors: Connectors,
    /// What the server holds at most.
    pub limits: Limits,
    /// The memory that it shares with another server of this process; one of its own where there is none.
    pub budget: Option<Budget>,
}

/// Limits of space and time.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The largest body of events, in bytes. PIO's was the same.
    pub body: usize,
    /// The largest body of a webhook, in bytes.
    pub webhook_body: usize,
    /// How many bytes of bodies of up to 64 KiB are worked on at a time; more wait a moment and are then refused.
    pub small_bodies: usize,
    /// The same of larger bodies.
    pub large_bodies: usize,
    /// Whether memory is limited, so that the size of what is read is asked for before it is read.
    pub is_in_container: bool,
    /// How many events wait for their commit at a time; more are refused.
    pub queue: usize,
    /// How many connections are open at a time; for a further one the one that was idle longest is closed.
    pub connections: usize,
    /// How many of them have a request under way at a time; others wait for a moment.
    pub active: usize,
    /// How many bytes the system keeps of what a connection sends or receives; nothing where it decides itself.
    pub socket_buffer: Option<usize>,
    /// How long the head of a request may take, from its first byte.
    pub head_time: Duration,
    /// How long a body may take.
    pub body_time: Duration,
    /// How long a client may be silent in the middle of a body.
    pub body_silence: Duration,
    /// How long a connection may be idle: longer than the 90 s of Heroku's router.
    pub idle_time: Duration,
    /// How long an event may wait for its commit.
    pub commit_time: Duration,
    /// How long requests under way may take once the server is told to stop.
    pub drain_time: Duration,
}

impl Limits {
    /// Those that fit into the memory of this process.
    #[must_use]
    pub fn within(plan: &ServerPlan) -> Self {
        Self {
            is_in_container: plan.memory.is_some(),
            small_bodies: plan.small,
            large_bodies: plan.large,
            connections: plan.connections,
            active: plan.active,
            socket_buffer: plan.socket_buffer,
            ..Self::default()
        }
    }

    /// The memory for bodies that they mean.
    pub(crate) fn budget(&self) -> Budget {
        Budget::new(self.small_bodies, self.large_bodies, self.body, Arc::default())
    }

    /// Those that hold for connections. Bodies are read within limits of their own, which depend on what is asked for.
    pub(crate) fn of_connections(&self) -> pio_http::limits::Limits {
        pio_http::limits::Limits {
            header: self.head_time,
            idle: self.idle_time,
            connections: self.connections,
            active: self.active,
            socket_buffer: self.socket_buffer,
            drain: self.drain_time,
            ..Default::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 8 * 1024 * 1024,
            webhook_body: 1024 * 1024,
            is_in_container: false,
            small_bodies: 16 * 1024 * 1024,
            large_bodies: 10 * 1024 * 1024,
            queue: 20_000,
            connections: 4096,
            active: 4096,
            socket_buffer: None,
            head_time: Duration::from_secs(15),
            body_time: Duration::from_secs(25),
            body_silence: Duration::from_secs(10),
            idle_time: Duration::from_secs(95),
            commit_time: Duration::from_secs(5),
            drain_time: Duration::from_secs(22),
        }
    }
}
