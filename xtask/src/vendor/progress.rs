//! How far fetching is: a bar on a terminal, now and then a line elsewhere.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::log;

/// How many lines tell the progress where there is no terminal.
const LINES: usize = 10;

/// How many of the wanted files have come.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    total: usize,
    arrived: AtomicUsize,
}

impl Progress {
    pub(crate) fn start(total: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("       {bar:40} {pos}/{len} {wide_msg}");
            ProgressBar::new(total as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, total, arrived: AtomicUsize::new(0) }
    }

    /// Counts one file.
    pub(crate) fn arrived(&self, name: &str) {
        let arrived = self.arrived.fetch_add(1, Ordering::Relaxed) + 1;
        match &self.bar {
            Some(bar) => {
                bar.set_message(name.to_owned());
                bar.inc(1);
            }
            None if arrived.is_multiple_of(self.total.div_ceil(LINES)) || arrived == self.total => {
                log::say(format_args!("       {arrived} of {} files", self.total));
            }
            None => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
