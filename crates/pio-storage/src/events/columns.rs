//! Events column by column, on their way into a table.

use std::collections::HashSet;

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use tokio_postgres::types::{ToSql, Type};

use super::{NewEvent, row, table::EventTable, zone};
use crate::{errors::Result, params::Param, session::Session};

/// From so many events on they are copied, which costs the server least for each of them. Fewer are inserted: a copy takes one more
/// exchange with the server.
const WORTH_A_COPY: usize = 100;

/// The types of the columns, in the order of [`row::COLUMNS`].
const TYPES: [Type; 13] = [
    Type::VARCHAR,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TIMESTAMP,
    Type::VARCHAR,
    Type::TEXT,
    Type::TEXT,
    Type::TIMESTAMP,
    Type::VARCHAR,
];

/// The events column by column, as the statement takes them.
#[derive(Default)]
pub(super) struct Columns<'a> {
    ids: Vec<&'a str>,
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
    /// Of events and their ids, in the order in which they are to be stored.
    pub(super) fn of(
        events: impl Iterator<Item = (&'a NewEvent, &'a str)>,
        now: DateTime<FixedOffset>,
    ) -> Self {
        let mut columns = Self::default();
        for (event, id) in events {
            columns.push(event, id, now);
        }
        columns
    }

    fn push(&mut self, event: &'a NewEvent, id: &'a str, now: DateTime<FixedOffset>) {
        let event_time = zone::in_milliseconds(event.event_time.unwrap_or(now));
        let creation_time = zone::in_milliseconds(event.creation_time.unwrap_or(now));
        self.ids.push(id);
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

    /// Stores all of them; an id that is taken is an error.
    pub(super) async fn store(&self, session: &mut Session, table: EventTable) -> Result<()> {
        if self.ids.len() < WORTH_A_COPY || session.is_pooled() {
            return session.execute(&insert(table), &self.params()).await.map(drop);
        }
        let sql = format!("COPY {} ({}) FROM STDIN (FORMAT binary)", table.quoted(), row::COLUMNS);
        session.copy(&sql, &TYPES, (0..self.ids.len()).map(|at| self.row(at))).await
    }

    /// Stores those whose id is free, and gives the ids of what was stored.
    pub(super) async fn store_new(
        &self,
        session: &mut Session,
        table: EventTable,
    ) -> Result<HashSet<String>> {
        let sql = format!("{} ON CONFLICT (id) DO NOTHING RETURNING id", insert(table));
        let rows = session.query(&sql, &self.params()).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    fn params(&self) -> [&(dyn Param + Sync); 13] {
        [
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
        ]
    }

    fn row(&self, at: usize) -> [&(dyn ToSql + Sync); 13] {
        [
            &self.ids[at],
            &self.events[at],
            &self.entity_types[at],
            &self.entity_ids[at],
            &self.target_entity_types[at],
            &self.target_entity_ids[at],
            &self.properties[at],
            &self.event_times[at],
            &self.event_zones[at],
            &self.tags[at],
            &self.pr_ids[at],
            &self.creation_times[at],
            &self.creation_zones[at],
        ]
    }
}

fn insert(table: EventTable) -> String {
    format!(
        "INSERT INTO {} ({}) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], \
         $6::text[], $7::text[], $8::timestamp[], $9::text[], $10::text[], $11::text[], $12::timestamp[], $13::text[])",
        table.quoted(),
        row::COLUMNS
    )
}
