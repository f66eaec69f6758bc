//! Events: what happened, in one table for each app and each channel.

mod columns;
pub mod filter;
mod find;
pub mod group;
mod import;
mod indexes;
mod insert;
pub mod json;
mod row;
pub mod table;
pub mod zone;

use chrono::{DateTime, FixedOffset};

use crate::Storage;

/// An event that is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id: 32 hexadecimal digits, unless the client chose another.
    pub id: String,
    /// What happened, such as `rate` or `$set`.
    pub event: String,
    /// The kind of who did it, such as `user`.
    pub entity_type: String,
    /// Who did it.
    pub entity_id: String,
    /// The kind of what it was done to, such as `item`.
    pub target_entity_type: Option<String>,
    /// What it was done to.
    pub target_entity_id: Option<String>,
    /// The properties: the text of a JSON object, as it was stored.
    pub properties: String,
    /// When it happened, in milliseconds.
    pub event_time: DateTime<FixedOffset>,
    /// Tags; PIO stores them and shows them to nobody.
    pub tags: Vec<String>,
    /// The id of the prediction to which the event is feedback.
    pub pr_id: Option<String>,
    /// When it was stored, in milliseconds.
    pub creation_time: DateTime<FixedOffset>,
}

/// An event to be stored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewEvent {
    /// The id that the client chose; one is made where it is not given.
    pub id: Option<String>,
    /// What happened.
    pub event: String,
    /// The kind of who did it.
    pub entity_type: String,
    /// Who did it.
    pub entity_id: String,
    /// The kind of what it was done to.
    pub target_entity_type: Option<String>,
    /// What it was done to.
    pub target_entity_id: Option<String>,
    /// The properties: the text of a JSON object, stored as it is. Empty means `{}`.
    pub properties: String,
    /// When it happened; now where it is not given. Cut to milliseconds.
    pub event_time: Option<DateTime<FixedOffset>>,
    /// Tags.
    pub tags: Vec<String>,
    /// The id of the prediction to which the event is feedback.
    pub pr_id: Option<String>,
    /// When it came in; now where it is not given. Cut to milliseconds.
    pub creation_time: Option<DateTime<FixedOffset>>,
}

/// What became of one event of an insertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insertion {
    /// The event's id, given or made.
    pub id: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an event that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored.
    Stored,
    /// An event of the same id and content was there already; nothing new was stored.
    Repeated,
    /// An event of the same id and other content was there already; nothing was stored.
    Conflict,
}

/// The events in the database.
#[derive(Clone, Copy)]
pub struct Events<'a> {
    pub(crate) storage: &'a Storage,
}
