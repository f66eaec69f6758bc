//! Webhooks: bodies in the form of other services, each turned into an event by a connector.
//!
//! A program that embeds the server adds its own connectors to [`Connectors`]; `pio eventserver` offers PIO's two.

use std::collections::BTreeMap;

use pio_json::tree::Object;

pub mod exampleform;
pub mod examplejson;
pub mod mailchimp;
pub(crate) mod schema;
pub mod segmentio;

/// Why a connector could not make an event, in words for the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConnectorError(pub String);

impl ConnectorError {
    /// A field is not there or has the wrong type.
    #[must_use]
    pub fn field(name: &str, expected: &str) -> Self {
        Self(format!("The field '{name}' is required and must be {expected}."))
    }
}

/// A form's fields. Of equal names the last one counts.
pub type Form = BTreeMap<String, String>;

/// Turns a JSON body into an event in the form that `POST /events.json` takes.
pub type JsonConnector = fn(&Object) -> Result<Object, ConnectorError>;

/// Turns a form into an event in the form that `POST /events.json` takes.
pub type FormConnector = fn(&Form) -> Result<Object, ConnectorError>;

/// The connectors by the name in their path, `/webhooks/<name>.json` or `/webhooks/<name>.form`.
#[derive(Clone)]
pub struct Connectors {
    /// For JSON bodies.
    pub json: BTreeMap<String, JsonConnector>,
    /// For forms.
    pub form: BTreeMap<String, FormConnector>,
}

impl Default for Connectors {
    fn default() -> Self {
        Self {
            json: BTreeMap::from([("segmentio".to_owned(), segmentio::event as JsonConnector)]),
            form: BTreeMap::from([("mailchimp".to_owned(), mailchimp::event as FormConnector)]),
        }
    }
}

/// The value of a required field of a form.
fn form_text<'a>(data: &'a Form, name: &str) -> Result<&'a str, ConnectorError> {
    data.get(name)
        .map(String::as_str)
        .ok_or_else(|| ConnectorError(format!("The field '{name}' is required.")))
}

/// An event that is still without target, properties and time.
fn event_of(event: &str, entity_type: &str, entity_id: &str) -> Object {
    Object::default()
        .with_text("event", Some(event))
        .with_text("entityType", Some(entity_type))
        .with_text("entityId", Some(entity_id))
}
