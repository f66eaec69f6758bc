//! Segment's JSON webhook, version 2. Its names are in `snake_case`, as PIO's connector had them, or in camelCase, as Segment sends
//! them; stored are the first.

use crate::event::invalid::{TIME_FORM, shown};
use crate::time::strict;
use crate::webhooks::schema::{Field, Kind, fields, optional, required};
use crate::webhooks::{ConnectorError, event_of};
use pio_json::tree::{Object, Value};

/// What every call has.
const COMMON: &[Field] = &[
    required("type", Kind::Text),
    required("timestamp", Kind::Text),
    required("version", Kind::Text),
    optional("anonymous_id", Kind::Text),
    optional("user_id", Kind::Text),
    optional("context", Kind::Fields(CONTEXT)),
];

const CONTEXT: &[Field] = &[
    // PIO dropped the whole context where one of these three was missing; servers have no address and no browser to tell of.
    optional("ip", Kind::Text),
    optional("library", Kind::Fields(&texts(["name", "version"]))),
    optional("user_agent", Kind::Text),
    optional("app", Kind::Fields(&texts(["name", "version", "build"]))),
    optional("campaign", Kind::Fields(&texts(["name", "source", "medium", "term", "content"]))),
    optional("device", Kind::Fields(DEVICE)),
    optional("network", Kind::Fields(NETWORK)),
    optional("location", Kind::Fields(LOCATION)),
    optional("os", Kind::Fields(&[required("name", Kind::Text), required("version", Kind::Text)])),
    optional("referrer", Kind::Fields(&[required("id", Kind::Text), required("type", Kind::Text)])),
    optional("screen", Kind::Fields(SCREEN)),
    optional("timezone", Kind::Text),
];

const DEVICE: &[Field] = &[
    optional("id", Kind::Text),
    optional("advertising_id", Kind::Text),
    optional("ad_tracking_enabled", Kind::Bool),
    optional("manufacturer", Kind::Text),
    optional("model", Kind::Text),
    optional("name", Kind::Text),
    optional("type", Kind::Text),
    optional("token", Kind::Text),
];

const NETWORK: &[Field] = &[
    optional("bluetooth", Kind::Bool),
    optional("carrier", Kind::Text),
    optional("cellular", Kind::Bool),
    optional("wifi", Kind::Bool),
];

const LOCATION: &[Field] = &[
    optional("city", Kind::Text),
    optional("country", Kind::Text),
    optional("latitude", Kind::Double),
    optional("longitude", Kind::Double),
    optional("speed", Kind::Int),
];

const SCREEN: &[Field] =
    &[required("width", Kind::Int), required("height", Kind::Int), required("density", Kind::Int)];

const IDENTIFY: &[Field] = &[optional("traits", Kind::Map)];
const TRACK: &[Field] = &[required("event", Kind::Text), optional("properties", Kind::Map)];
const ALIAS: &[Field] = &[required("previous_id", Kind::Text), required("user_id", Kind::Text)];
const VIEW: &[Field] = &[optional("name", Kind::Text), optional("properties", Kind::Map)];
const GROUP: &[Field] = &[required("group_id", Kind::Text), optional("traits", Kind::Map)];

const fn texts<const N: usize>(names: [&'static str; N]) -> [Field; N] {
    let mut fields = [optional("", Kind::Text); N];
    let mut at = 0;
    while at < N {
        fields[at] = optional(names[at], Kind::Text);
        at += 1;
    }
    fields
}

/// Makes an event of a call of Segment.
///
/// # Errors
///
/// Where the version is missing, the type is unknown, the time is none, or a required field is missing or has the wrong type.
pub fn event(data: &Object) -> Result<Object, ConnectorError> {
    if data.get("version").is_none() {
        return Err(ConnectorError("Failed to get segment.io API version.".to_owned()));
    }
    let common = fields(data, COMMON)?;
    let kind = common.text("type").unwrap_or_default();
    let mut properties = Object(common.0.iter().filter(|(name, _)| name == "context").cloned().collect());
    let own = fields(data, expected(kind)?)?;
    properties.0.extend(own.0.into_iter().filter(|(name, _)| name != "user_id"));
    let id = |name| common.text(name).filter(|id| !id.is_empty());
    let user = id("user_id").or_else(|| id("anonymous_id")).ok_or_else(|| {
        ConnectorError("there was no `userId` or `anonymousId` in the common fields.".to_owned())
    })?;
    let timestamp = common.text("timestamp").unwrap_or_default();
    if strict::parse(timestamp).is_none() {
        return Err(ConnectorError(format!("The field 'timestamp' is {}: {TIME_FORM}", shown(timestamp))));
    }
    Ok(event_of(kind, "user", user)
        .with_text("eventTime", Some(timestamp))
        .with("properties", Value::Object(properties)))
}

/// The fields of each type of call.
fn expected(kind: &str) -> Result<&'static [Field], ConnectorError> {
    Ok(match kind {
        "identify" => IDENTIFY,
        "track" => TRACK,
        "alias" => ALIAS,
        "page" | "screen" => VIEW,
        "group" => GROUP,
        other => {
            let shown = shown(other);
            return Err(ConnectorError(format!("Cannot convert unknown type {shown} to event JSON.")));
        }
    })
}
