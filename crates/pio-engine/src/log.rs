//! Writes build events to the log, for servers and platform processes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pio_logging::engine::{self, Relay};

use crate::build_event::{BuildEvent, Listener};
use pio_link::messages::Progress;

/// Minimum interval between progress messages of one stage.
pub(crate) const PAUSE: Duration = Duration::from_secs(10);

/// A listener that logs events.
#[must_use]
pub fn listener() -> Listener {
    let log = Mutex::new(Log::default());
    Arc::new(move |notice| log.lock().unwrap_or_else(PoisonError::into_inner).on_event(notice))
}

#[derive(Default)]
struct Log {
    relay: Relay,
    /// The last reported stage and the time of the report.
    told: Option<(String, Instant)>,
}

impl Log {
    fn on_event(&mut self, notice: BuildEvent) {
        match notice {
            BuildEvent::Step(words) | BuildEvent::Info(words) => tracing::info!("{words}"),
            BuildEvent::Warning(words) => tracing::warn!("{words}"),
            BuildEvent::Output(line) => tracing::debug!("{line}"),
            BuildEvent::Printed { error, line } => self.relay.line(error, &line),
            BuildEvent::Trace(text) => engine::stack_trace(&text),
            BuildEvent::Progress(progress) => self.progress(progress),
        }
    }

    fn progress(&mut self, progress: Progress) {
        let is_finished = progress.total.is_some() && progress.done == progress.total;
        let told = self.told.as_ref();
        if told.is_some_and(|(stage, at)| *stage == progress.stage && at.elapsed() < PAUSE && !is_finished) {
            return;
        }
        let Progress { stage, message, done, total } = progress;
        tracing::info!(stage, done, total, "{message}");
        self.told = Some((stage, Instant::now()));
    }
}
