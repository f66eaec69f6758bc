//! Why an event is refused, in PIO's words without its class names.

use pio_json::number::NumberError;

use pio_json::Syntax;

/// Why a text does not hold an event that can be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEvent {
    /// The text is not JSON.
    #[error("The body is not valid JSON: {0}.")]
    Json(Syntax),
    /// More follows the first document.
    #[error(
        "The body holds more than one JSON document. Send one event, or an array of them to /batch/events.json."
    )]
    Several,
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
    #[error("Fail to extract eventTime {0}: {TIME_FORM}")]
    Time(String),
    /// A number cannot be stored.
    #[error("A number in the {what} cannot be stored: {why}.")]
    Number {
        /// The field or property.
        what: String,
        /// Why.
        why: NumberError,
    },
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
        match syntax {
            Syntax::Trailing => Self::Several,
            Syntax::Refused(why) => Self::Number { what: "body".to_owned(), why },
            other => Self::Json(other),
        }
    }
}

/// The form of a time, for messages.
pub(crate) const TIME_FORM: &str = "it must be a date, a time with seconds and an offset or Z, such as \
    2004-12-13T21:39:45.618-07:00 or 2004-12-13T21:39:45Z.";

/// How many characters of a client's text a message shows.
const SHOWN: usize = 100;

/// A client's text as a message shows it: not all of a long one, and without control characters, which a terminal would obey.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars().take(SHOWN) {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
