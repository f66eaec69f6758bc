//! Events of which nobody knows whether they are stored.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use pio_storage::events::table::EventTable;
use pio_storage::events::{NewEvent, json};
use sha2::{Digest as _, Sha256};

/// How long an event is remembered after its last attempt.
pub(crate) const REMEMBERED_FOR: Duration = Duration::from_mins(10);

/// How many events are remembered at most: about 3 MB.
const MAX_EVENTS: usize = 20_000;

/// How often expired events are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// The ids of events without an answer to their COMMIT, by what the events say. An event of the same content that a client sends
/// without an id gets such an id, once: if the first attempt stored it, the second one finds it there and stores nothing.
///
/// Identical events whose outcomes are known are never matched, so they stay separate events, as in PIO.
pub(super) struct UnknownEvents {
    by_content: HashMap<Content, VecDeque<Remembered>>,
    count: usize,
    swept: Instant,
}

/// An event's table and the digest of its fields.
type Content = (EventTable, [u8; 32]);

struct Remembered {
    id: String,
    until: Instant,
}

impl Default for UnknownEvents {
    fn default() -> Self {
        Self { by_content: HashMap::new(), count: 0, swept: Instant::now() }
    }
}

impl UnknownEvents {
    /// How many events are remembered.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Remembers the id under which an event may be stored. Tells whether there was room for it.
    pub(super) fn remember(&mut self, table: EventTable, event: &NewEvent, id: &str) -> bool {
        let now = Instant::now();
        self.remove_expired(now);
        if self.count >= MAX_EVENTS {
            return false;
        }
        let remembered = Remembered { id: id.to_owned(), until: now + REMEMBERED_FOR };
        self.by_content.entry(content(table, event)).or_default().push_back(remembered);
        self.count += 1;
        true
    }

    /// The id of an event of this content, which is then forgotten.
    pub(super) fn take(&mut self, table: EventTable, event: &NewEvent) -> Option<String> {
        let now = Instant::now();
        let content = content(table, event);
        let ids = self.by_content.get_mut(&content)?;
        let mut found = None;
        while let Some(remembered) = ids.pop_front() {
            self.count -= 1;
            if remembered.until > now {
                found = Some(remembered.id);
                break;
            }
        }
        if ids.is_empty() {
            self.by_content.remove(&content);
        }
        found
    }

    /// The id of an event of this content, which stays remembered.
    pub(super) fn peek(&self, table: EventTable, event: &NewEvent) -> Option<String> {
        let now = Instant::now();
        let found =
            self.by_content.get(&content(table, event))?.iter().find(|remembered| remembered.until > now);
        found.map(|remembered| remembered.id.clone())
    }

    fn remove_expired(&mut self, now: Instant) {
        if now.duration_since(self.swept) < SWEEP_EVERY {
            return;
        }
        self.swept = now;
        self.by_content.retain(|_, ids| {
            ids.retain(|remembered| remembered.until > now);
            !ids.is_empty()
        });
        self.count = self.by_content.values().map(VecDeque::len).sum();
    }
}

/// The table, and a digest of what the client said but the id, as an event with an id of its client's is compared with the stored one:
/// neither the way its properties are written counts, nor the zone of its time. Each text is preceded by its length.
fn content(table: EventTable, event: &NewEvent) -> Content {
    let mut digest = Sha256::new();
    let mut add = |text: Option<&str>| {
        digest.update(text.map_or(u64::MAX, |text| text.len() as u64).to_le_bytes());
        digest.update(text.unwrap_or_default());
    };
    add(Some(&event.event));
    add(Some(&event.entity_type));
    add(Some(&event.entity_id));
    add(event.target_entity_type.as_deref());
    add(event.target_entity_id.as_deref());
    add(Some(&json::canonical(if event.properties.is_empty() { "{}" } else { &event.properties })));
    add(event.pr_id.as_deref());
    add(event.event_time.map(|time| time.timestamp_millis().to_string()).as_deref());
    event.tags.iter().for_each(|tag| add(Some(tag)));
    (table, digest.finalize().into())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use pio_storage::events::NewEvent;
    use pio_storage::events::table::EventTable;

    use super::{MAX_EVENTS, REMEMBERED_FOR, UnknownEvents};

    fn event(entity: &str) -> NewEvent {
        NewEvent { event: "e".into(), entity_id: entity.into(), ..NewEvent::default() }
    }

    fn table() -> EventTable {
        EventTable::of_app(1)
    }

    #[test]
    fn each_unknown_outcome_is_matched_once() {
        let mut unknown = UnknownEvents::default();
        for id in ["a", "b"] {
            assert!(unknown.remember(table(), &event("1"), id));
        }
        let with_id = NewEvent { id: Some("a".into()), ..event("1") };
        assert_eq!(unknown.take(table(), &with_id).as_deref(), Some("a"), "the id is no part of the content");
        assert_eq!(unknown.take(table(), &event("1")).as_deref(), Some("b"));
        assert_eq!((unknown.take(table(), &event("1")), unknown.count()), (None, 0));
    }

    #[test]
    fn other_content_and_other_tables_are_not_matched() {
        let mut unknown = UnknownEvents::default();
        unknown.remember(table(), &event("1"), "a");
        let time = chrono::DateTime::parse_from_rfc3339("2020-01-01T00:00:00Z").unwrap();
        let others = [
            event("2"),
            NewEvent { event_time: Some(time), ..event("1") },
            NewEvent { pr_id: Some(String::new()), ..event("1") },
            NewEvent { event: "e1".into(), entity_id: String::new(), ..event("1") },
            NewEvent { properties: r#"{"a":1}"#.into(), ..event("1") },
        ];
        for other in others {
            assert_eq!(unknown.take(table(), &other), None, "{other:?}");
        }
        assert_eq!(unknown.take(EventTable::of_channel(1, 1), &event("1")), None);
        assert_eq!(unknown.count(), 1);
    }

    #[test]
    fn content_counts_and_not_the_way_it_is_written() {
        let mut unknown = UnknownEvents::default();
        let at = |time| Some(chrono::DateTime::parse_from_rfc3339(time).unwrap());
        let first = NewEvent {
            properties: r#"{"a":1,"b":2.0}"#.into(),
            event_time: at("2020-01-01T01:00:00+01:00"),
            ..event("1")
        };
        let again = NewEvent {
            properties: r#"{ "b": 2, "a": 1e0 }"#.into(),
            event_time: at("2020-01-01T00:00:00Z"),
            ..event("1")
        };
        unknown.remember(table(), &first, "a");
        assert_eq!(unknown.peek(table(), &again).as_deref(), Some("a"));
        assert_eq!(unknown.take(table(), &again).as_deref(), Some("a"));
        assert_eq!(unknown.peek(table(), &again), None);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_ends() {
        let mut unknown = UnknownEvents::default();
        for number in 0..MAX_EVENTS {
            assert!(unknown.remember(table(), &event(&number.to_string()), "a"));
        }
        assert!(!unknown.remember(table(), &event("more"), "b"));
        for ids in unknown.by_content.values_mut() {
            ids[0].until -= REMEMBERED_FOR + Duration::from_secs(1);
        }
        assert_eq!(unknown.take(table(), &event("1")), None, "expired");
        unknown.swept = Instant::now().checked_sub(Duration::from_mins(1)).unwrap();
        assert!(unknown.remember(table(), &event("more"), "b"), "expired events make room");
        assert_eq!(unknown.count(), 1);
    }
}
