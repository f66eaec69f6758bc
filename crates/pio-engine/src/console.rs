//! Prints build events on standard error: with a moving progress line on a terminal, as plain lines
//! otherwise.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pio_logging::start;

use crate::build_event::{BuildEvent, Listener};
use crate::log;
use pio_link::messages::Progress;

/// Update interval of the progress line.
const TERMINAL_PAUSE: Duration = Duration::from_millis(100);

/// A listener that prints events on standard error. Output of the engine goes to the stream the engine chose.
/// If the log format is JSON, everything goes to the log.
#[must_use]
pub fn listener(verbose: bool) -> Listener {
    if start::is_json() {
        return log::listener();
    }
    let terminal = std::io::stderr().is_terminal();
    let console = Mutex::new(Console { verbose, terminal, stage: None, line_is_open: false });
    Arc::new(move |notice| console.lock().unwrap_or_else(PoisonError::into_inner).on_event(notice))
}

struct Console {
    verbose: bool,
    terminal: bool,
    stage: Option<Stage>,
    /// Whether the cursor is on an unfinished progress line.
    line_is_open: bool,
}

struct Stage {
    name: String,
    message: String,
    since: Instant,
    said: Instant,
}

impl Console {
    fn on_event(&mut self, notice: BuildEvent) {
        match notice {
            BuildEvent::Step(words) => self.say(&format!("{words} …")),
            BuildEvent::Info(words) => self.say(&words),
            BuildEvent::Warning(words) => self.say(&format!("Warning: {words}")),
            BuildEvent::Output(line) if self.verbose => self.say(&line),
            BuildEvent::Output(_) => {}
            BuildEvent::Printed { error: true, line } => self.say(&line),
            BuildEvent::Trace(text) => text.lines().for_each(|line| self.say(&format!("[TRACE] {line}"))),
            BuildEvent::Printed { error: false, line } => self.print(&line),
            BuildEvent::Progress(progress) => self.progress(&progress),
        }
    }

    fn progress(&mut self, progress: &Progress) {
        let now = Instant::now();
        let pause = if self.terminal { TERMINAL_PAUSE } else { log::PAUSE };
        match &mut self.stage {
            Some(stage) if stage.name == progress.stage => {
                let finished = progress.total.is_some() && progress.done == progress.total;
                if stage.message == progress.message && now - stage.said < pause && !finished {
                    return;
                }
                stage.message.clone_from(&progress.message);
                stage.said = now;
            }
            _ => {
                self.close();
                let (name, message) = (progress.stage.clone(), progress.message.clone());
                self.stage = Some(Stage { name, message, since: now, said: now });
            }
        }
        let since = self.stage.as_ref().map_or(Duration::ZERO, |stage| now - stage.since);
        let words = words(progress, since);
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r\x1b[K{words}");
            self.line_is_open = true;
        } else {
            self.say(&words);
        }
    }

    /// Ends the progress line and moves to the next line.
    fn close(&mut self) {
        if self.line_is_open {
            let _ = writeln!(std::io::stderr());
            self.line_is_open = false;
        }
    }

    fn say(&mut self, words: &str) {
        let clear = if self.line_is_open { "\r\x1b[K" } else { "" };
        self.line_is_open = false;
        let _ = writeln!(std::io::stderr(), "{clear}{words}");
    }

    fn print(&mut self, line: &str) {
        if self.line_is_open {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
            self.line_is_open = false;
        }
        let _ = writeln!(std::io::stdout(), "{line}");
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.close();
    }
}

/// Formats progress, for example `Reading events: 12,000 of 2,000,000 (3.1 s)`.
fn words(progress: &Progress, since: Duration) -> String {
    let is_said = |number: u64| progress.message.contains(&number.to_string());
    let count = match (progress.done, progress.total) {
        (Some(done), _) if is_said(done) => String::new(),
        (Some(done), Some(total)) => format!(": {} of {}", thousands(done), thousands(total)),
        (Some(done), None) => format!(": {}", thousands(done)),
        _ => String::new(),
    };
    let time =
        if since.as_millis() < 100 { String::new() } else { format!(" ({:.1} s)", since.as_secs_f64()) };
    format!("{}{count}{time}", progress.message)
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Progress, words};
    use std::time::Duration;

    #[test]
    fn progress_reads_well() {
        let progress =
            |done, total| Progress { stage: "read".into(), message: "Reading events".into(), done, total };
        assert_eq!(words(&progress(None, None), Duration::ZERO), "Reading events");
        assert_eq!(
            words(&progress(Some(1_234_567), None), Duration::from_millis(3120)),
            "Reading events: 1,234,567 (3.1 s)"
        );
        let said = Progress { message: "443 events read".to_owned(), ..progress(Some(443), None) };
        assert_eq!(words(&said, Duration::ZERO), "443 events read");
        assert_eq!(words(&progress(Some(999), Some(2000)), Duration::ZERO), "Reading events: 999 of 2,000");
    }
}
