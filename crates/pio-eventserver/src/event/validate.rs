//! PIO's rules for events.

use pio_json::number::NumberError;
use pio_storage::events::NewEvent;

use crate::event::fields::{Fields, Map, Text};
use crate::event::invalid::{InvalidEvent, shown};
use crate::event::properties::{Properties, is_reserved};
use crate::time::strict;

/// How many characters the column for ids takes.
const MAX_ID_LENGTH: usize = 32;

/// Checks the fields in PIO's order and makes them an event.
pub(crate) fn event(fields: Fields) -> Result<NewEvent, InvalidEvent> {
    let event = required(fields.event, "event")?;
    let id = optional(fields.event_id, "eventId")?.filter(|id| !id.is_empty());
    let entity_type = required(fields.entity_type, "entityType")?;
    let entity_id = required(fields.entity_id, "entityId")?;
    let target_entity_type = optional(fields.target_entity_type, "targetEntityType")?;
    let target_entity_id = optional(fields.target_entity_id, "targetEntityId")?;
    let properties = match fields.properties {
        Map::Missing => Properties { json: String::from("{}"), ..Properties::default() },
        Map::Given(Properties { refused: Some((name, why)), .. }) => {
            return Err(InvalidEvent::Number { what: format!("property {}", shown(&name)), why });
        }
        Map::Given(properties) => properties,
        Map::Wrong => return Err(InvalidEvent::PropertiesNotAnObject),
    };
    let event_time = match optional(fields.event_time, "eventTime")? {
        Some(text) => Some(strict::parse(&text).ok_or_else(|| InvalidEvent::Time(shown(&text)))?),
        None => None,
    };
    let pr_id = optional(fields.pr_id, "prId")?;
    if id.as_ref().is_some_and(|id| id.chars().count() > MAX_ID_LENGTH) {
        return Err(InvalidEvent::LongId);
    }
    let has_target = target(target_entity_type.as_deref(), target_entity_id.as_deref())?;
    names(&event, &entity_type, &entity_id, has_target, &properties)?;
    other_names(&entity_type, target_entity_type.as_deref(), &properties)?;
    Ok(NewEvent {
        id,
        event,
        entity_type,
        entity_id,
        target_entity_type,
        target_entity_id,
        properties: properties.json,
        event_time,
        tags: Vec::new(),
        pr_id,
        creation_time: None,
    })
}

fn required(text: Text, name: &'static str) -> Result<String, InvalidEvent> {
    match text {
        Text::Missing => Err(InvalidEvent::Missing(name)),
        Text::Null => Err(InvalidEvent::Null(name)),
        Text::Wrong => Err(InvalidEvent::NotText(name)),
        Text::Refused(why) => Err(refused(name, why)),
        Text::Given(value) => without_nul(value, name),
    }
}

fn optional(text: Text, name: &'static str) -> Result<Option<String>, InvalidEvent> {
    match text {
        Text::Missing | Text::Null => Ok(None),
        Text::Wrong => Err(InvalidEvent::NotText(name)),
        Text::Refused(why) => Err(refused(name, why)),
        Text::Given(value) => without_nul(value, name).map(Some),
    }
}

fn refused(field: &str, why: NumberError) -> InvalidEvent {
    InvalidEvent::Number { what: format!("field {field}"), why }
}

fn without_nul(value: String, name: &'static str) -> Result<String, InvalidEvent> {
    if value.contains('\0') { Err(InvalidEvent::Nul(name)) } else { Ok(value) }
}

/// Whether there is a target entity, which must then be whole.
fn target(entity_type: Option<&str>, entity_id: Option<&str>) -> Result<bool, InvalidEvent> {
    match (entity_type, entity_id) {
        (Some(""), _) => Err(InvalidEvent::Empty("targetEntityType")),
        (_, Some("")) => Err(InvalidEvent::Empty("targetEntityId")),
        (Some(_), None) | (None, Some(_)) => Err(InvalidEvent::HalfTarget),
        (Some(_), Some(_)) => Ok(true),
        (None, None) => Ok(false),
    }
}

/// The rules for the event's own name and its entity.
fn names(
    event: &str,
    entity_type: &str,
    entity_id: &str,
    has_target: bool,
    properties: &Properties,
) -> Result<(), InvalidEvent> {
    if event.is_empty() {
        return Err(InvalidEvent::EmptyEvent);
    }
    if entity_type.is_empty() {
        return Err(InvalidEvent::Empty("entityType"));
    }
    if entity_id.is_empty() {
        return Err(InvalidEvent::Empty("entityId"));
    }
    if event == "$unset" && properties.is_empty() {
        return Err(InvalidEvent::EmptyUnset);
    }
    if !is_reserved(event) {
        return Ok(());
    }
    match event {
        "$set" | "$unset" | "$delete" if has_target => Err(InvalidEvent::ReservedTarget(event.to_owned())),
        "$set" | "$unset" | "$delete" => Ok(()),
        _ => Err(InvalidEvent::ReservedEvent(shown(event))),
    }
}

/// The rules for the names of types and properties.
fn other_names(
    entity_type: &str,
    target_type: Option<&str>,
    properties: &Properties,
) -> Result<(), InvalidEvent> {
    let refused = |field, name: &str| Err(InvalidEvent::ReservedName { field, name: shown(name) });
    if is_reserved(entity_type) && entity_type != "pio_pr" {
        return refused("entityType", entity_type);
    }
    match target_type {
        Some(name) if is_reserved(name) && name != "pio_pr" => return refused("targetEntityType", name),
        _ => {}
    }
    match &properties.reserved {
        Some(name) => refused("property", name),
        None => Ok(()),
    }
}
