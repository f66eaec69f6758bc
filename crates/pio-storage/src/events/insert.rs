//! Storing events: one statement for all of them, and one commit.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, FixedOffset, Utc};
use uuid::Uuid;

use super::{
    Event, Events, Insertion, NewEvent, Outcome, columns::Columns, json, row, table::EventTable, zone,
};
use crate::{
    errors::{Result, StorageError, UnavailableCause},
    session::Session,
};

/// How often an id is tried again whose event vanished between the insertion and the look at what was in its way.
const ATTEMPTS: usize = 5;

impl Events<'_> {
    /// Stores events in one commit; what became of each is told in their order. When this returns `Ok`, what it reports as stored
    /// is durable.
    ///
    /// # Errors
    /// An event cannot be stored, the table is not there, or the database failed. None of the events is stored then, unless the
    /// error is [`StorageError::OutcomeUnknown`].
    pub async fn insert(&self, table: EventTable, events: &[NewEvent]) -> Result<Vec<Insertion>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let mut session = self.storage.session().await?;
        session.begin_with_next();
        let insertions = insert(&mut session, table, events).await?;
        session.commit().await?;
        Ok(insertions)
    }
}

/// Stores events within a session.
pub(super) async fn insert(
    session: &mut Session,
    table: EventTable,
    events: &[NewEvent],
) -> Result<Vec<Insertion>> {
    for event in events {
        row::check(event)?;
    }
    session.will_send(events.iter().map(|event| event.properties.len()).sum());
    let ids: Vec<String> = events.iter().map(id).collect();
    if events.iter().all(|event| event.id.is_none()) {
        // Ids made here are unique: no look for conflicts is paid for.
        let columns = Columns::of(events.iter().zip(ids.iter().map(String::as_str)), now());
        columns
            .store(session, table)
            .await
            .map_err(|e| e.in_table(session.table_name(&table.to_string())))?;
        return Ok(ids.into_iter().map(|id| Insertion { id, outcome: Outcome::Stored }).collect());
    }
    let stored = store_in_order(session, table, events, &ids)
        .await
        .map_err(|e| e.in_table(session.table_name(&table.to_string())))?;
    resolve(session, table, events, ids, stored).await
}

fn id(event: &NewEvent) -> String {
    event.id.clone().unwrap_or_else(|| Uuid::now_v7().simple().to_string())
}

fn now() -> DateTime<FixedOffset> {
    zone::in_milliseconds(Utc::now().fixed_offset())
}

/// Stores events in the order of their ids: two who store the same ids at a time must not each wait for the other.
async fn store_in_order(
    session: &mut Session,
    table: EventTable,
    events: &[NewEvent],
    ids: &[String],
) -> Result<HashSet<String>> {
    let mut ordered: Vec<_> = events.iter().zip(ids.iter().map(String::as_str)).collect();
    ordered.sort_by_key(|(_, id)| *id);
    Columns::of(ordered.into_iter(), now()).store_new(session, table).await
}

/// Tells what became of each event where some ids were taken, by what is stored or by an event before it.
async fn resolve(
    session: &mut Session,
    table: EventTable,
    events: &[NewEvent],
    ids: Vec<String>,
    mut stored: HashSet<String>,
) -> Result<Vec<Insertion>> {
    let taken: Vec<&str> = taken(&ids, &stored);
    let there = by_id(session, table, &taken).await?;
    let mut insertions = Vec::with_capacity(ids.len());
    for (event, id) in events.iter().zip(ids) {
        let outcome = match there.get(&id) {
            _ if stored.remove(&id) => Outcome::Stored,
            Some(other) if is_same(event, other) => Outcome::Repeated,
            Some(_) => Outcome::Conflict,
            None => again(session, table, event, &id).await?,
        };
        insertions.push(Insertion { id, outcome });
    }
    Ok(insertions)
}

/// The ids that were not stored, or that occur again after they were.
fn taken<'a>(ids: &'a [String], stored: &HashSet<String>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    ids.iter().filter(|id| !stored.contains(*id) || !seen.insert(*id)).map(String::as_str).collect()
}

async fn by_id(session: &mut Session, table: EventTable, ids: &[&str]) -> Result<HashMap<String, Event>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT {} FROM {} WHERE id = ANY($1::text[])", row::COLUMNS, table.quoted());
    let rows = session.query(&sql, &[&ids]).await?;
    rows.iter().map(|row| row::event(row).map(|event| (event.id.clone(), event))).collect()
}

/// What was in the way of this event was deleted before it could be looked at.
async fn again(session: &mut Session, table: EventTable, event: &NewEvent, id: &String) -> Result<Outcome> {
    let events = std::slice::from_ref(event);
    for _ in 0..ATTEMPTS {
        if !store_in_order(session, table, events, std::slice::from_ref(id)).await?.is_empty() {
            return Ok(Outcome::Stored);
        }
        if let Some(other) = by_id(session, table, &[id]).await?.values().next() {
            return Ok(if is_same(event, other) { Outcome::Repeated } else { Outcome::Conflict });
        }
    }
    Err(StorageError::Unavailable {
        reason: UnavailableCause::Busy,
        detail: "an event id is stored and deleted over and over".to_owned(),
    })
}

/// Whether an event says the same as one that is stored. Times that the client did not give are left out.
fn is_same(new: &NewEvent, stored: &Event) -> bool {
    new.event == stored.event
        && new.entity_type == stored.entity_type
        && new.entity_id == stored.entity_id
        && new.target_entity_type == stored.target_entity_type
        && new.target_entity_id == stored.target_entity_id
        && new.pr_id == stored.pr_id
        && new.tags == stored.tags
        && new.event_time.is_none_or(|time| zone::in_milliseconds(time) == stored.event_time)
        && json::is_same(if new.properties.is_empty() { "{}" } else { &new.properties }, &stored.properties)
}
