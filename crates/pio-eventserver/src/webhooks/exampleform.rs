//! The example of a connector for forms. It is not offered unless a program adds it.

use crate::webhooks::{ConnectorError, Form, event_of, form_text, schema};
use pio_json::tree::{Object, Value};

/// Makes an event of what a user did, alone (`userAction`) or with an item (`userActionItem`).
///
/// # Errors
///
/// Where the type is unknown, or a required field is missing or has the wrong type.
pub fn event(data: &Form) -> Result<Object, ConnectorError> {
    match data.get("type").map(String::as_str) {
        Some("userAction") => user_action(data),
        Some("userActionItem") => user_action_item(data),
        Some(other) => Err(ConnectorError(format!("Cannot convert unknown type {other} to event JSON"))),
        None => Err(ConnectorError("The field 'type' is required.".to_owned())),
    }
}

fn user_action(data: &Form) -> Result<Object, ConnectorError> {
    let mut properties = Object::default();
    if data.keys().any(|name| name.starts_with("context[")) {
        properties = properties.with("context", Value::Object(context(data)?));
    }
    let number = form_text(data, "anotherProperty1")?;
    let number: i32 = number.parse().map_err(|_| ConnectorError::field("anotherProperty1", "a number"))?;
    properties = properties
        .with("anotherProperty1", Value::Number(number.to_string()))
        .with_text("anotherProperty2", data.get("anotherProperty2").map(String::as_str));
    let event = event_of(form_text(data, "event")?, "user", form_text(data, "userId")?);
    finish(event, data, properties)
}

fn user_action_item(data: &Form) -> Result<Object, ConnectorError> {
    for name in ["context[ip]", "context[prop1]", "context[prop2]"] {
        form_text(data, name)?;
    }
    let mut properties = Object::default().with("context", Value::Object(context(data)?));
    if let Some(digits) = data.get("anotherPropertyA") {
        properties = properties.with("anotherPropertyA", double(digits, "anotherPropertyA")?);
    }
    if let Some(word) = data.get("anotherPropertyB") {
        let value = word.to_ascii_lowercase().parse();
        let value = value.map_err(|_| ConnectorError::field("anotherPropertyB", "true or false"))?;
        properties = properties.with("anotherPropertyB", Value::Bool(value));
    }
    let event = event_of(form_text(data, "event")?, "user", form_text(data, "userId")?)
        .with_text("targetEntityType", Some("item"))
        .with_text("targetEntityId", Some(form_text(data, "itemId")?));
    finish(event, data, properties)
}

fn context(data: &Form) -> Result<Object, ConnectorError> {
    let mut context = Object::default().with_text("ip", data.get("context[ip]").map(String::as_str));
    if let Some(digits) = data.get("context[prop1]") {
        context = context.with("prop1", double(digits, "context[prop1]")?);
    }
    Ok(context.with_text("prop2", data.get("context[prop2]").map(String::as_str)))
}

fn double(digits: &str, name: &str) -> Result<Value, ConnectorError> {
    schema::double(digits).ok_or_else(|| ConnectorError::field(name, "a number"))
}

fn finish(event: Object, data: &Form, properties: Object) -> Result<Object, ConnectorError> {
    Ok(event
        .with_text("eventTime", Some(form_text(data, "timestamp")?))
        .with("properties", Value::Object(properties)))
}
