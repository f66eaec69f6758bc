//! Storing events: one statement for all of them, and one commit.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use uuid::Uuid;

use super::{Event, Events, Insertion, NewEvent, Outcome, json, row, table::EventTable, zone};
use crate::{
    errors::{Reason, Result, StorageError},
    session::Session,
};

/// How often an id is tried again whose event vanished between the insertion and the look at what was in its way.
const ATTEMPTS: usize = 5;

impl Events<'_> {
    /// Stores events in one statement and one commit; what became of each is told in their order. When this returns
    /// `Ok`, what it reports as stored is durable. An error means that none of them was stored, except that after a lost
    /// connection or a time limit it is unknown.
    ///
    /// # Errors
    /// An event cannot be stored, the table is not there, or the database failed.
    pub async fn insert(&self, table: EventTable, events: &[NewEvent]) -> Result<Vec<Insertion>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        insert(&mut self.storage.session().await?, table, events).await
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
    let now = zone::in_milliseconds(Utc::now().fixed_offset());
    let columns = Columns::of(events, now);
    match columns.insert(session, table).await.map_err(|e| e.in_table(table))? {
        Some(stored) if stored.len() < events.len() => {
            resolve(session, table, events, columns.ids.clone(), stored).await
        }
        _ => Ok(columns.ids.into_iter().map(|id| Insertion { id, outcome: Outcome::Stored }).collect()),
    }
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
            None => again(session, table, event).await?,
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
    let sql = format!("SELECT {} FROM {} WHERE id = ANY($1::text[])", row::COLUMNS, table.quoted());
    let rows = session.query(&sql, &[&ids]).await?;
    rows.iter().map(|row| row::event(row).map(|event| (event.id.clone(), event))).collect()
}

/// What was in the way of this event was deleted before it could be looked at.
async fn again(session: &mut Session, table: EventTable, event: &NewEvent) -> Result<Outcome> {
    let events = std::slice::from_ref(event);
    for _ in 0..ATTEMPTS {
        let now = zone::in_milliseconds(Utc::now().fixed_offset());
        let columns = Columns::of(events, now);
        if columns.insert(session, table).await?.is_none_or(|stored| !stored.is_empty()) {
            return Ok(Outcome::Stored);
        }
        let ids: Vec<&str> = columns.ids.iter().map(String::as_str).collect();
        if let Some(other) = by_id(session, table, &ids).await?.values().next() {
            return Ok(if is_same(event, other) { Outcome::Repeated } else { Outcome::Conflict });
        }
    }
    Err(StorageError::Unavailable {
        reason: Reason::Busy,
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

/// The events column by column, as the statement takes them.
struct Columns<'a> {
    ids: Vec<String>,
    generated: bool,
    events: Vec<&'a str>,
    entity_types: Vec<&'a str>,
    entity_ids: Vec<&'a str>,
    target_entity_types: Vec<Option<&'a str>>,
    target_entity_ids: Vec<Option<&'a str>>,
    properties: Vec<&'a str>,
    event_times: Vec<NaiveDateTime>,
    event_zones: Vec<String>,
    tags: Vec<Option<String>>,
    pr_ids: Vec<Option<&'a str>>,
    creation_times: Vec<NaiveDateTime>,
    creation_zones: Vec<String>,
}

impl<'a> Columns<'a> {
    fn of(events: &'a [NewEvent], now: DateTime<FixedOffset>) -> Self {
        let mut columns = Self::with_capacity(events.len());
        for event in events {
            columns.push(event, now);
        }
        columns
    }

    fn with_capacity(count: usize) -> Self {
        Self {
            ids: Vec::with_capacity(count),
            generated: true,
            events: Vec::with_capacity(count),
            entity_types: Vec::with_capacity(count),
            entity_ids: Vec::with_capacity(count),
            target_entity_types: Vec::with_capacity(count),
            target_entity_ids: Vec::with_capacity(count),
            properties: Vec::with_capacity(count),
            event_times: Vec::with_capacity(count),
            event_zones: Vec::with_capacity(count),
            tags: Vec::with_capacity(count),
            pr_ids: Vec::with_capacity(count),
            creation_times: Vec::with_capacity(count),
            creation_zones: Vec::with_capacity(count),
        }
    }

    fn push(&mut self, event: &'a NewEvent, now: DateTime<FixedOffset>) {
        let event_time = zone::in_milliseconds(event.event_time.unwrap_or(now));
        let creation_time = zone::in_milliseconds(event.creation_time.unwrap_or(now));
        self.generated &= event.id.is_none();
        self.ids.push(event.id.clone().unwrap_or_else(|| Uuid::now_v7().simple().to_string()));
        self.events.push(&event.event);
        self.entity_types.push(&event.entity_type);
        self.entity_ids.push(&event.entity_id);
        self.target_entity_types.push(event.target_entity_type.as_deref());
        self.target_entity_ids.push(event.target_entity_id.as_deref());
        self.properties.push(if event.properties.is_empty() { "{}" } else { &event.properties });
        self.event_times.push(event_time.naive_utc());
        self.event_zones.push(zone::name(&event_time));
        self.tags.push((!event.tags.is_empty()).then(|| event.tags.join(",")));
        self.pr_ids.push(event.pr_id.as_deref());
        self.creation_times.push(creation_time.naive_utc());
        self.creation_zones.push(zone::name(&creation_time));
    }

    /// Inserts those whose id is free; gives the ids of what was inserted, or nothing where it was all.
    async fn insert(&self, session: &mut Session, table: EventTable) -> Result<Option<HashSet<String>>> {
        let (name, columns) = (table.quoted(), row::COLUMNS);
        let insert = format!(
            "INSERT INTO {name} ({columns}) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], \
             $5::text[], $6::text[], $7::text[], $8::timestamp[], $9::text[], $10::text[], $11::text[], \
             $12::timestamp[], $13::text[])"
        );
        let params: &[&(dyn tokio_postgres::types::ToSql + Sync)] = &[
            &self.ids,
            &self.events,
            &self.entity_types,
            &self.entity_ids,
            &self.target_entity_types,
            &self.target_entity_ids,
            &self.properties,
            &self.event_times,
            &self.event_zones,
            &self.tags,
            &self.pr_ids,
            &self.creation_times,
            &self.creation_zones,
        ];
        if self.generated {
            // Ids made here are unique: no look for conflicts is paid for.
            session.execute(&insert, params).await?;
            return Ok(None);
        }
        let rows =
            session.query(&format!("{insert} ON CONFLICT (id) DO NOTHING RETURNING id"), params).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect::<Result<_>>().map(Some)
    }
}
