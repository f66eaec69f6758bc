//! MailChimp's form webhook.

use crate::json::tree::{Object, Value};
use crate::time::{strict, text};
use crate::webhooks::{ConnectorError, Form, event_of, form_text};

/// Makes an event of a call of MailChimp.
///
/// # Errors
///
/// Where the type is unknown, a field is missing or `fired_at` is not a time.
pub fn event(data: &Form) -> Result<Object, ConnectorError> {
    match data.get("type").map(String::as_str) {
        Some("subscribe") => subscriber(data, "subscribe", &["ip_opt", "ip_signup"]),
        Some("unsubscribe") => {
            subscriber(data, "unsubscribe", &["action", "reason", "ip_opt", "campaign_id"])
        }
        Some("profile") => subscriber(data, "profile", &["ip_opt"]),
        Some("upemail") => {
            let user = event_of("upemail", "user", form_text(data, "data[new_id]")?);
            Ok(with_time(on_list(user, data)?, data)?
                .with("properties", Value::Object(properties(data, &["new_email", "old_email"])?)))
        }
        Some("cleaned") => cleaned(data),
        Some("campaign") => {
            let campaign = event_of("campaign", "campaign", form_text(data, "data[id]")?);
            Ok(with_time(on_list(campaign, data)?, data)?
                .with("properties", Value::Object(properties(data, &["subject", "status", "reason"])?)))
        }
        Some(other) => {
            Err(ConnectorError(format!("Cannot convert unknown MailChimp data type {other} to event JSON")))
        }
        None => Err(ConnectorError("The field 'type' is required for MailChimp data.".to_owned())),
    }
}

/// What happened to a subscriber of a list.
fn subscriber(data: &Form, name: &str, fields: &[&str]) -> Result<Object, ConnectorError> {
    let event = with_time(on_list(event_of(name, "user", form_text(data, "data[id]")?), data)?, data)?;
    let merges = Object::default()
        .with_text("EMAIL", Some(form_text(data, "data[merges][EMAIL]")?))
        .with_text("FNAME", Some(form_text(data, "data[merges][FNAME]")?))
        .with_text("LNAME", Some(form_text(data, "data[merges][LNAME]")?))
        .with_text("INTERESTS", data.get("data[merges][INTERESTS]").map(String::as_str));
    let properties = properties(data, &["email", "email_type"])?.with("merges", Value::Object(merges));
    Ok(event.with("properties", Value::Object(add(properties, data, fields)?)))
}

/// An address was removed from a list.
fn cleaned(data: &Form) -> Result<Object, ConnectorError> {
    let properties = Object::default()
        .with_text("campaignId", Some(form_text(data, "data[campaign_id]")?))
        .with_text("reason", Some(form_text(data, "data[reason]")?))
        .with_text("email", Some(form_text(data, "data[email]")?));
    let list = event_of("cleaned", "list", form_text(data, "data[list_id]")?);
    Ok(with_time(list, data)?.with("properties", Value::Object(properties)))
}

fn on_list(event: Object, data: &Form) -> Result<Object, ConnectorError> {
    Ok(event
        .with_text("targetEntityType", Some("list"))
        .with_text("targetEntityId", Some(form_text(data, "data[list_id]")?)))
}

/// `fired_at` has no offset and is UTC.
fn with_time(event: Object, data: &Form) -> Result<Object, ConnectorError> {
    let fired_at = form_text(data, "fired_at")?;
    let moment = strict::parse(&format!("{}Z", fired_at.replacen(' ', "T", 1))).ok_or_else(|| {
        ConnectorError("The field 'fired_at' must be a time like 2009-03-26 21:35:57.".to_owned())
    })?;
    let mut text = String::new();
    text::write(&moment, &mut text);
    Ok(event.with_text("eventTime", Some(&text)))
}

fn properties(data: &Form, fields: &[&str]) -> Result<Object, ConnectorError> {
    add(Object::default(), data, fields)
}

fn add(mut properties: Object, data: &Form, fields: &[&str]) -> Result<Object, ConnectorError> {
    for field in fields {
        properties = properties.with_text(field, Some(form_text(data, &format!("data[{field}]"))?));
    }
    Ok(properties)
}
