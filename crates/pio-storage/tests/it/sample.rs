//! Values that several tests use.

use pio_storage::{apps::NewApp, events::NewEvent};

/// An app of this name.
pub(crate) fn app(name: &str) -> NewApp {
    NewApp { name: name.to_owned(), ..NewApp::default() }
}

/// A user's event without target.
pub(crate) fn event(name: &str, user: &str) -> NewEvent {
    NewEvent {
        event: name.to_owned(),
        entity_type: "user".to_owned(),
        entity_id: user.to_owned(),
        ..NewEvent::default()
    }
}

/// The same event with an id that the client chose.
pub(crate) fn with_id(id: &str, event: NewEvent) -> NewEvent {
    NewEvent { id: Some(id.to_owned()), ..event }
}
