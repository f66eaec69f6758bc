//! Which events are asked for.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::{indexes::ENTITY, row, table::EventTable};
use crate::{errors::Result, params::Param, schema::check_text};

/// Which events are asked for, as PIO's Event API and event stores have it. The default is all of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Not before this time.
    pub start_time: Option<DateTime<Utc>>,
    /// Before this time, and not at it.
    pub until_time: Option<DateTime<Utc>>,
    /// Of this kind of entity.
    pub entity_type: Option<String>,
    /// Of this entity.
    pub entity_id: Option<String>,
    /// One of these events.
    pub event_names: Option<Vec<String>>,
    /// With this kind of target; `Some(None)` means without target.
    pub target_entity_type: Option<Option<String>>,
    /// With this target; `Some(None)` means without target.
    pub target_entity_id: Option<Option<String>>,
    /// At most as many.
    pub limit: Option<u32>,
    /// In which order.
    pub order: Order,
}

/// In which order events are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By the time they happened, then by the time they were stored.
    #[default]
    EventTime,
    /// The latest first.
    EventTimeReversed,
    /// As they lie in the table: the fastest way to read all.
    Stored,
}

/// A statement and the values for its placeholders.
pub(super) struct Select {
    pub(super) sql: String,
    values: Vec<Box<dyn Param + Sync + Send>>,
}

impl Select {
    /// The statement that a filter means. Values are bound, never written into it.
    pub(super) fn new(table: EventTable, filter: &Filter) -> Result<Self> {
        filter.check()?;
        let mut select =
            Self { sql: format!("SELECT {} FROM {}", row::COLUMNS, table.quoted()), values: Vec::new() };
        let time = |time: DateTime<Utc>| -> NaiveDateTime { time.naive_utc() };
        select.condition("eventtime >=", filter.start_time.map(time));
        select.condition("eventtime <", filter.until_time.map(time));
        select.condition("entitytype =", filter.entity_type.clone());
        select.entity(filter.entity_id.clone());
        select.one_of("event", filter.event_names.clone());
        if let Some(target) = filter.target_entity_type.clone() {
            select.is_or_is_absent("targetentitytype", target);
        }
        if let Some(target) = filter.target_entity_id.clone() {
            select.is_or_is_absent("targetentityid", target);
        }
        select.sql.push_str(match filter.order {
            Order::EventTime => " ORDER BY eventtime, creationtime, id",
            Order::EventTimeReversed => " ORDER BY eventtime DESC, creationtime DESC, id DESC",
            Order::Stored => "",
        });
        if let Some(limit) = filter.limit {
            let number = select.bind(i64::from(limit));
            select.sql.push_str(" LIMIT $");
            select.sql.push_str(&number.to_string());
        }
        Ok(select)
    }

    /// The values, as the driver takes them.
    pub(super) fn params(&self) -> Vec<&(dyn Param + Sync)> {
        self.values.iter().map(|value| &**value as &(dyn Param + Sync)).collect()
    }

    /// Binds a value, and gives the number of its placeholder.
    fn bind(&mut self, value: impl Param + Sync + Send + 'static) -> usize {
        self.values.push(Box::new(value));
        self.values.len()
    }

    fn condition(&mut self, comparison: &str, value: Option<impl Param + Sync + Send + 'static>) {
        if let Some(value) = value {
            let number = self.bind(value);
            self.and(&format!("{comparison} ${number}"));
        }
    }

    /// Asks for the hash as well, which is what the index holds.
    fn entity(&mut self, id: Option<String>) {
        if let Some(id) = id {
            let number = self.bind(id);
            self.and(&format!("{ENTITY} = hashtextextended(${number}, 0) AND entityid = ${number}"));
        }
    }

    fn one_of(&mut self, column: &str, values: Option<Vec<String>>) {
        if let Some(values) = values {
            let number = self.bind(values);
            self.and(&format!("{column} = ANY(${number}::text[])"));
        }
    }

    fn is_or_is_absent(&mut self, column: &str, value: Option<String>) {
        match value {
            Some(value) => self.condition(&format!("{column} ="), Some(value)),
            None => self.and(&format!("{column} IS NULL")),
        }
    }

    fn and(&mut self, condition: &str) {
        self.sql.push_str(if self.sql.contains(" WHERE ") { " AND " } else { " WHERE " });
        self.sql.push_str(condition);
    }
}

impl Filter {
    fn check(&self) -> Result<()> {
        let texts = [
            ("entityType", self.entity_type.as_deref()),
            ("entityId", self.entity_id.as_deref()),
            ("targetEntityType", self.target_entity_type.as_ref().and_then(Option::as_deref)),
            ("targetEntityId", self.target_entity_id.as_ref().and_then(Option::as_deref)),
        ];
        for (field, text) in texts {
            check_text(field, text.unwrap_or_default())?;
        }
        self.event_names.iter().flatten().try_for_each(|name| check_text("event", name))
    }
}
