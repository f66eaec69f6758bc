//! Events from a text, for whoever reads them from elsewhere than a request.

use pio_storage::events::NewEvent;

use crate::event::document::{self, Document};
pub use crate::event::invalid::InvalidEvent;
use crate::event::validate;
pub use pio_json::Syntax;
use pio_json::lexer::Lexer;

/// Reads the event that `text` holds, by the rules of the Event API.
///
/// # Errors
///
/// Where the text is not one JSON object, or the object no event.
pub fn event(text: &str) -> Result<NewEvent, InvalidEvent> {
    of_document(document::read(text, 0)?)
}

/// Reads the events that `text` holds one after the other.
#[must_use]
pub fn events(text: &str) -> Events<'_> {
    Events { lexer: Lexer::new(text), is_broken: false }
}

/// What [`events`] gives: each event, or why it is none. What is not JSON ends it.
pub struct Events<'a> {
    lexer: Lexer<'a>,
    is_broken: bool,
}

impl Iterator for Events<'_> {
    type Item = Result<NewEvent, InvalidEvent>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_broken {
            return None;
        }
        match document::next(&mut self.lexer, 0) {
            Ok(document) => document.map(of_document),
            Err(syntax) => {
                self.is_broken = true;
                Some(Err(syntax.into()))
            }
        }
    }
}

fn of_document(document: Document) -> Result<NewEvent, InvalidEvent> {
    match document {
        Document::Object(fields) => validate::event(*fields),
        Document::Array(_) => Err(InvalidEvent::NotAnObject),
    }
}
