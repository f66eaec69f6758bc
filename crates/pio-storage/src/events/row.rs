//! An event as a row of its table.

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use tokio_postgres::Row;

use super::{Event, NewEvent, zone};
use crate::{
    errors::{Result, StorageError},
    schema::check_text,
};

/// The columns in the order in which [`event`] reads them.
pub(super) const COLUMNS: &str = "id, event, entitytype, entityid, targetentitytype, targetentityid, properties, \
    eventtime, eventtimezone, tags, prid, creationtime, creationtimezone";

/// The column for ids holds no more characters.
const LONGEST_ID: usize = 32;

/// Reads a row.
pub(super) fn event(row: &Row) -> Result<Event> {
    let tags: Option<&str> = row.try_get(9)?;
    let properties: Option<String> = row.try_get(6)?;
    Ok(Event {
        id: row.try_get(0)?,
        event: row.try_get(1)?,
        entity_type: row.try_get(2)?,
        entity_id: row.try_get(3)?,
        target_entity_type: row.try_get(4)?,
        target_entity_id: row.try_get(5)?,
        properties: properties.filter(|text| !text.is_empty()).unwrap_or_else(|| "{}".to_owned()),
        event_time: time(row, 7)?,
        tags: tags
            .filter(|tags| !tags.is_empty())
            .map(|tags| tags.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
        pr_id: row.try_get(10)?,
        creation_time: time(row, 11)?,
    })
}

/// The time in this column, with the zone in the next one.
fn time(row: &Row, column: usize) -> Result<DateTime<FixedOffset>> {
    let instant: Option<NaiveDateTime> = row.try_get(column)?;
    Ok(zone::restore(instant.unwrap_or_default(), row.try_get(column + 1)?))
}

/// Refuses what cannot be stored, with the field's name.
pub(super) fn check(event: &NewEvent) -> Result<()> {
    let given = [
        ("eventId", event.id.as_deref()),
        ("event", Some(event.event.as_str())),
        ("entityType", Some(event.entity_type.as_str())),
        ("entityId", Some(event.entity_id.as_str())),
        ("targetEntityType", event.target_entity_type.as_deref()),
        ("targetEntityId", event.target_entity_id.as_deref()),
        ("properties", Some(event.properties.as_str())),
        ("prId", event.pr_id.as_deref()),
    ];
    for (field, text) in given {
        check_text(field, text.unwrap_or_default())?;
    }
    for tag in &event.tags {
        check_text("tags", tag)?;
    }
    if event.id.as_ref().is_some_and(|id| id.chars().count() > LONGEST_ID) {
        return Err(StorageError::invalid("eventId", format!("it is longer than {LONGEST_ID} characters")));
    }
    for (field, time) in [("eventTime", event.event_time), ("creationTime", event.creation_time)] {
        if time.is_some_and(is_out_of_range) {
            return Err(StorageError::invalid(field, "it is before 4713 BC"));
        }
    }
    Ok(())
}

/// `PostgreSQL` knows no time before this year.
fn is_out_of_range(time: DateTime<FixedOffset>) -> bool {
    use chrono::Datelike as _;
    time.naive_utc().year() < -4711
}
