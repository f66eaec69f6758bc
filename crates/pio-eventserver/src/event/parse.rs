//! One event from a text, for whoever reads events from elsewhere than a request.

use pio_storage::events::NewEvent;

use crate::event::document::{self, Document};
pub use crate::event::invalid::InvalidEvent;
use crate::event::validate;

/// Reads the event that `text` holds, by the rules of the Event API.
///
/// # Errors
///
/// Where the text is no JSON object, or the object no event.
pub fn event(text: &str) -> Result<NewEvent, InvalidEvent> {
    match document::read(text, 0)? {
        Document::Object(fields) => validate::event(*fields),
        Document::Array(_) => Err(InvalidEvent::NotAnObject),
    }
}
