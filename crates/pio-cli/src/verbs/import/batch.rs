//! Groups events of the input into batches.

use std::fmt::{self, Display};

use anyhow::Result;
use pio_eventserver::event::parse::{self, InvalidEvent, Syntax};
use pio_storage::events::NewEvent;
use tokio::sync::mpsc::Sender;

use super::lines::{Lines, MAX_LINE};
use super::source::Source;

/// Maximum number of events in a batch, and the approximate limit for the bytes of their properties.
const MAX_EVENTS: usize = 4000;
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The position of an event in the input: the line, and the file if there are several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Position {
    file: Option<String>,
    line: u64,
}

impl Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}, ")?;
        }
        write!(f, "line {}", self.line)
    }
}

#[derive(Default)]
pub(crate) struct Batch {
    first: Position,
    last: Position,
    pub(crate) events: Vec<NewEvent>,
    /// Invalid lines, with the reasons.
    pub(crate) bad: Vec<(Position, String)>,
    bytes: usize,
}

impl Batch {
    /// The range of positions in the batch, for messages.
    pub(crate) fn place(&self) -> String {
        format!("an event between {} and {}", self.first, self.last)
    }

    fn is_full(&self) -> bool {
        self.events.len() + self.bad.len() >= MAX_EVENTS || self.bytes >= MAX_BYTES
    }
}

/// The receiver of the batches is gone, because it failed.
struct Gone;

/// Fills batches and sends them.
struct Batches<'a> {
    batch: Batch,
    place: Position,
    sender: &'a Sender<Batch>,
}

/// Reads the whole input and sends it in batches. Stops if the receiver is gone.
pub(crate) fn read(source: Source, sender: &Sender<Batch>) -> Result<()> {
    let mut batches = Batches { batch: Batch::default(), place: Position::default(), sender };
    let mut line = Vec::new();
    for input in source.inputs() {
        batches.place = Position { file: input.shown.clone(), line: 0 };
        let mut lines = Lines::new(input.open()?);
        while lines.next(&mut line).map_err(|error| input.unreadable(&error))? {
            batches.place.line += 1;
            if batches.take(&line).is_err() {
                return Ok(());
            }
        }
    }
    // A missing receiver has already reported its own error.
    let _ = batches.send();
    Ok(())
}

impl Batches<'_> {
    fn take(&mut self, line: &[u8]) -> Result<(), Gone> {
        if line.len() > MAX_LINE {
            let why = format!("it is longer than {} MiB; give each event a line of its own.", MAX_LINE >> 20);
            return self.bad(why);
        }
        let Ok(text) = std::str::from_utf8(line) else { return self.bad("it is not UTF-8.".to_owned()) };
        for (number, event) in (1..).zip(parse::events(text.trim())) {
            match event {
                Ok(event) => self.event(event)?,
                // Report only one error per line.
                Err(error) if number == 1 => return self.bad(words(&error)),
                Err(error) => return self.bad(format!("event {number} of this line: {}", words(&error))),
            }
        }
        Ok(())
    }

    fn event(&mut self, event: NewEvent) -> Result<(), Gone> {
        self.batch.bytes += event.properties.len() + event.entity_id.len();
        self.batch.events.push(event);
        self.grown()
    }

    fn bad(&mut self, why: String) -> Result<(), Gone> {
        self.batch.bad.push((self.place.clone(), why));
        self.grown()
    }

    /// Updates the batch's positions after an addition, and sends the batch when it is full.
    fn grown(&mut self) -> Result<(), Gone> {
        if self.batch.events.len() + self.batch.bad.len() == 1 {
            self.batch.first = self.place.clone();
        }
        if self.batch.is_full() { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<(), Gone> {
        let mut full = std::mem::take(&mut self.batch);
        full.last = self.place.clone();
        self.sender.blocking_send(full).map_err(|_| Gone)
    }
}

/// The reason a line is invalid.
fn words(error: &InvalidEvent) -> String {
    match error {
        InvalidEvent::Json(Syntax::End) => {
            "its JSON is not complete. An event stands on one line; `jq -c .` writes each on a line of its own."
                .to_owned()
        }
        InvalidEvent::Json(syntax) => format!("it is not valid JSON: {syntax}."),
        InvalidEvent::NotAnObject => {
            "it is an array, and an event is an object; `jq -c '.[]'` writes each on a line of its own.".to_owned()
        }
        other => other.to_string(),
    }
}
