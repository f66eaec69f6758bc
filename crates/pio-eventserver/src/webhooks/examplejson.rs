//! The example of a connector for JSON bodies. It is not offered unless a program adds it.

use crate::webhooks::schema::{Field, Kind, fields, optional, required};
use crate::webhooks::{ConnectorError, event_of};
use pio_json::tree::{Object, Value};

const USER_ACTION: &[Field] = &[
    required("userId", Kind::Text),
    required("event", Kind::Text),
    required("timestamp", Kind::Text),
    optional("context", Kind::Map),
    required("anotherProperty1", Kind::Int),
    optional("anotherProperty2", Kind::Text),
];

const USER_ACTION_ITEM: &[Field] = &[
    required("userId", Kind::Text),
    required("event", Kind::Text),
    required("itemId", Kind::Text),
    required("timestamp", Kind::Text),
    required("context", Kind::Map),
    optional("anotherPropertyA", Kind::Double),
    optional("anotherPropertyB", Kind::Bool),
];

/// Makes an event of what a user did, alone (`userAction`) or with an item (`userActionItem`).
///
/// # Errors
///
/// Where the type is unknown, or a required field is missing or has the wrong type.
pub fn event(data: &Object) -> Result<Object, ConnectorError> {
    let expected = match data.text("type") {
        Some("userAction") => USER_ACTION,
        Some("userActionItem") => USER_ACTION_ITEM,
        Some(other) => {
            return Err(ConnectorError(format!("Cannot convert unknown type '{other}' to Event JSON.")));
        }
        None => return Err(ConnectorError::field("type", "a string")),
    };
    let found = fields(data, expected)?;
    let text = |name| found.text(name).unwrap_or_default();
    let mut event = event_of(text("event"), "user", text("userId"));
    if let Some(item) = found.text("itemId") {
        event = event.with_text("targetEntityType", Some("item")).with_text("targetEntityId", Some(item));
    }
    let is_property = |name: &str| !matches!(name, "userId" | "event" | "itemId" | "timestamp");
    let properties = found.0.iter().filter(|(name, _)| is_property(name)).cloned().collect();
    Ok(event
        .with_text("eventTime", Some(text("timestamp")))
        .with("properties", Value::Object(Object(properties))))
}
