//! From lines to batches of events.

use std::io::BufRead;

use pio_eventserver::event::parse;
use pio_storage::events::NewEvent;
use tokio::sync::mpsc::Sender;

use super::source::Source;

/// How many lines are stored together.
const BATCH: u64 = 4000;

/// Some lines of the input. Numbers count over all files.
#[derive(Default)]
pub(crate) struct Batch {
    first: u64,
    last: u64,
    /// The events.
    pub(crate) events: Vec<NewEvent>,
    /// The numbers of lines that are no events, and why.
    pub(crate) bad: Vec<(u64, String)>,
}

impl Batch {
    /// Which lines these are, for messages.
    pub(crate) fn place(&self) -> String {
        format!("one of lines {} to {}", self.first, self.last)
    }

    fn take(&mut self, number: u64, line: &[u8]) {
        let Ok(text) = std::str::from_utf8(line) else {
            return self.bad.push((number, "it is not UTF-8.".to_owned()));
        };
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return;
        }
        match parse::event(text) {
            Ok(event) => self.events.push(event),
            Err(error) => self.bad.push((number, error.to_string())),
        }
    }
}

/// Reads everything and sends it in batches, until the receiver is gone.
pub(crate) fn read(source: Source, batches: &Sender<Batch>) -> std::io::Result<()> {
    let mut number = 0;
    let mut line = Vec::new();
    let mut batch = Batch { first: 1, ..Batch::default() };
    for mut reader in source.open()? {
        while next(&mut *reader, &mut line)? {
            number += 1;
            batch.last = number;
            batch.take(number, &line);
            if number - batch.first + 1 >= BATCH {
                let full = std::mem::replace(&mut batch, Batch { first: number + 1, ..Batch::default() });
                if batches.blocking_send(full).is_err() {
                    return Ok(());
                }
            }
        }
    }
    // A receiver that is gone has failed already.
    let _ = batches.blocking_send(batch);
    Ok(())
}

fn next(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    Ok(reader.read_until(b'\n', line)? > 0)
}
