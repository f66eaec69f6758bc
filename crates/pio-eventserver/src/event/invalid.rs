//! Why an event is refused, in PIO's words without its class names.

use crate::json::Syntax;

/// Why a text does not hold an event that can be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEvent {
    /// The text is not JSON.
    #[error("The body is not valid JSON: {0}.")]
    Json(String),
    /// The JSON is not an object.
    #[error("An event must be a JSON object.")]
    NotAnObject,
    /// A required field is not there.
    #[error("The field {0} is required.")]
    Missing(&'static str),
    /// A required field is `null`.
    #[error("The required field {0} cannot be null.")]
    Null(&'static str),
    /// A field that should be text holds something else.
    #[error("The field {0} must be a string.")]
    NotText(&'static str),
    /// The properties are no object.
    #[error("The field properties must be an object.")]
    PropertiesNotAnObject,
    /// The time has none of the accepted forms.
    #[error("Fail to extract eventTime {0}")]
    Time(String),
    /// The event's name is empty.
    #[error("event must not be empty.")]
    EmptyEvent,
    /// Another field is empty.
    #[error("{0} must not be empty string.")]
    Empty(&'static str),
    /// Only one half of the target entity is there.
    #[error("targetEntityType and targetEntityId must be specified together.")]
    HalfTarget,
    /// `$unset` names no property.
    #[error("properties cannot be empty for $unset event")]
    EmptyUnset,
    /// The name begins like a reserved one.
    #[error("{0} is not a supported reserved event name.")]
    ReservedEvent(String),
    /// A reserved event names a target entity.
    #[error("Reserved event {0} cannot have targetEntity")]
    ReservedTarget(String),
    /// A name in another field begins like a reserved one.
    #[error("The {field} {name} is not allowed. 'pio_' is a reserved name prefix.")]
    ReservedName {
        /// The field.
        field: &'static str,
        /// The name.
        name: String,
    },
    /// The event's id does not fit its column.
    #[error("The field eventId must not be longer than 32 characters.")]
    LongId,
    /// PostgreSQL cannot store NUL in a text.
    #[error("The field {0} must not contain the NUL character.")]
    Nul(&'static str),
}

impl From<Syntax> for InvalidEvent {
    fn from(syntax: Syntax) -> Self {
        Self::Json(syntax.to_string())
    }
}
