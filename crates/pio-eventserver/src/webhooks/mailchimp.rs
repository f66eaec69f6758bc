//! MailChimp's form webhook.

use crate::event::invalid::shown;
use crate::time::{strict, text};
use crate::webhooks::{ConnectorError, Form, event_of, form_text};
use pio_json::tree::{Object, Value};

/// Makes an event of a call of MailChimp. Only what identifies is required: the ids and the time.
///
/// # Errors
///
/// Where the type is unknown, an id is missing or `fired_at` is not a time.
pub fn event(data: &Form) -> Result<Object, ConnectorError> {
    match data.get("type").map(String::as_str) {
        Some("subscribe") => subscriber(data, "subscribe", &["ip_opt", "ip_signup"]),
        Some("unsubscribe") => {
            subscriber(data, "unsubscribe", &["action", "reason", "ip_opt", "campaign_id"])
        }
        Some("profile") => subscriber(data, "profile", &["ip_opt"]),
        Some("upemail") => {
            let user = event_of("upemail", "user", form_text(data, "data[new_id]")?);
            finish(on_list(user, data)?, data, properties(data, &["new_email", "old_email"]))
        }
        Some("cleaned") => cleaned(data),
        Some("campaign") => {
            let campaign = event_of("campaign", "campaign", form_text(data, "data[id]")?);
            finish(on_list(campaign, data)?, data, properties(data, &["subject", "status", "reason"]))
        }
        Some(other) => {
            let shown = shown(other);
            Err(ConnectorError(format!("Cannot convert unknown MailChimp data type {shown} to event JSON")))
        }
        None => Err(ConnectorError("The field 'type' is required for MailChimp data.".to_owned())),
    }
}

/// What happened to a subscriber of a list.
fn subscriber(data: &Form, name: &str, fields: &[&str]) -> Result<Object, ConnectorError> {
    let user = event_of(name, "user", form_text(data, "data[id]")?);
    let mut merges = Object::default();
    for field in ["EMAIL", "FNAME", "LNAME", "INTERESTS"] {
        merges = merges.with_text(field, value(data, &format!("data[merges][{field}]")));
    }
    let mut given = properties(data, &["email", "email_type"]);
    if !merges.0.is_empty() {
        given = given.with("merges", Value::Object(merges));
    }
    given.0.extend(properties(data, fields).0);
    finish(on_list(user, data)?, data, given)
}

/// An address was removed from a list.
fn cleaned(data: &Form) -> Result<Object, ConnectorError> {
    let properties = Object::default()
        .with_text("campaignId", value(data, "data[campaign_id]"))
        .with_text("reason", value(data, "data[reason]"))
        .with_text("email", value(data, "data[email]"));
    finish(event_of("cleaned", "list", form_text(data, "data[list_id]")?), data, properties)
}

fn on_list(event: Object, data: &Form) -> Result<Object, ConnectorError> {
    Ok(event
        .with_text("targetEntityType", Some("list"))
        .with_text("targetEntityId", Some(form_text(data, "data[list_id]")?)))
}

/// Adds the time and the properties. `fired_at` has no offset and is UTC.
fn finish(event: Object, data: &Form, properties: Object) -> Result<Object, ConnectorError> {
    let fired_at = form_text(data, "fired_at")?;
    let moment = strict::parse(&format!("{}Z", fired_at.replacen(' ', "T", 1))).ok_or_else(|| {
        ConnectorError("The field 'fired_at' must be a time like 2009-03-26 21:35:57.".to_owned())
    })?;
    let mut text = String::new();
    text::write(&moment, &mut text);
    Ok(event.with_text("eventTime", Some(&text)).with("properties", Value::Object(properties)))
}

/// The fields that are there.
fn properties(data: &Form, fields: &[&str]) -> Object {
    fields.iter().fold(Object::default(), |properties, field| {
        properties.with_text(field, value(data, &format!("data[{field}]")))
    })
}

fn value<'a>(data: &'a Form, name: &str) -> Option<&'a str> {
    data.get(name).map(String::as_str)
}
