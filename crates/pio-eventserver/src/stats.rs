//! What `/stats.json` tells: how many events of which kind each app sent, in this hour, the hour before, and since the start.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use pio_storage::events::NewEvent;

use crate::time;
use pio_json::tree::{Object, Value};

/// How many kinds of events are told apart in a period: their names come from clients.
const MAX_KINDS: usize = 10_000;

/// Kinds whose names are longer than this together, in bytes, are counted only as events of their app.
const MAX_NAMES: usize = 512;

/// The counters.
pub(crate) struct Stats(Mutex<Periods>);

struct Periods {
    hour: Period,
    hour_before: Period,
    always: Period,
}

struct Period {
    start: DateTime<Utc>,
    end: Option<DateTime<Utc>>,
    kinds: HashMap<(i32, Kind), u64>,
    stored: HashMap<i32, u64>,
}

/// What kind of event it is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    entity_type: String,
    target_entity_type: Option<String>,
    event: String,
}

impl Kind {
    /// The kind of this event.
    pub(crate) fn of(event: &NewEvent) -> Self {
        Self {
            entity_type: event.entity_type.clone(),
            target_entity_type: event.target_entity_type.clone(),
            event: event.event.clone(),
        }
    }

    /// Whether its names are such as people give; others would fill the memory.
    fn is_short(&self) -> bool {
        let target = self.target_entity_type.as_ref().map_or(0, String::len);
        self.entity_type.len() + target + self.event.len() <= MAX_NAMES
    }
}

impl Period {
    fn starting(start: DateTime<Utc>) -> Self {
        Self { start, end: None, kinds: HashMap::new(), stored: HashMap::new() }
    }

    fn count(&mut self, app_id: i32, kind: Kind) {
        *self.stored.entry(app_id).or_default() += 1;
        if self.kinds.len() < MAX_KINDS && kind.is_short() {
            *self.kinds.entry((app_id, kind)).or_default() += 1;
        } else if let Some(count) = self.kinds.get_mut(&(app_id, kind)) {
            *count += 1;
        }
    }

    fn of_app(&self, app_id: i32) -> Value {
        let mut period = Object::default().with_text("startTime", Some(&text(self.start)));
        period = period.with_text("endTime", self.end.map(text).as_deref());
        let kinds = self.kinds.iter().filter(|((app, _), _)| *app == app_id).map(|((_, kind), count)| {
            let key = Object::default()
                .with_text("entityType", Some(&kind.entity_type))
                .with_text("targetEntityType", kind.target_entity_type.as_deref())
                .with_text("event", Some(&kind.event));
            pair(Value::Object(key), *count)
        });
        let statuses = self.stored.get(&app_id).map(|count| pair(created(), *count));
        let statuses = Value::Array(statuses.into_iter().collect());
        Value::Object(period.with("basic", Value::Array(kinds.collect())).with("statusCode", statuses))
    }
}

/// The only status that is counted, in the form that PIO's HTTP library gave it.
fn created() -> Value {
    let message = "The request has been fulfilled and resulted in a new resource being created.";
    let status = Object::default()
        .with("intValue", Value::Number("201".to_owned()))
        .with_text("reason", Some("Created"))
        .with_text("defaultMessage", Some(message))
        .with("allowsEntity", Value::Bool(true));
    Value::Object(status)
}

fn pair(key: Value, count: u64) -> Value {
    Value::Object(Object::default().with("key", key).with("value", Value::Number(count.to_string())))
}

fn text(time: DateTime<Utc>) -> String {
    let mut text = String::new();
    time::text::write(&time.fixed_offset(), &mut text);
    text
}

fn hour_of(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(TimeDelta::hours(1)).unwrap_or(time)
}

impl Stats {
    /// Counts from now on.
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        let hour = Period::starting(hour_of(now));
        let mut hour_before = Period::starting(hour.start - TimeDelta::hours(1));
        hour_before.end = Some(hour.start);
        Self(Mutex::new(Periods { hour, hour_before, always: Period::starting(now) }))
    }

    /// Counts an event that was stored.
    pub(crate) fn count(&self, now: DateTime<Utc>, app_id: i32, kind: Kind) {
        let mut periods = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        periods.turn(now);
        periods.hour.count(app_id, kind.clone());
        periods.always.count(app_id, kind);
    }

    /// The counts of an app.
    pub(crate) fn of_app(&self, now: DateTime<Utc>, app_id: i32) -> String {
        let mut periods = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        periods.turn(now);
        Object::default()
            .with_text("time", Some(&text(now)))
            .with("currentHour", periods.hour.of_app(app_id))
            .with("prevHour", periods.hour_before.of_app(app_id))
            .with("longLive", periods.always.of_app(app_id))
            .to_json()
    }
}

impl Periods {
    /// Begins a new hour where the old one is over.
    fn turn(&mut self, now: DateTime<Utc>) {
        let hour = hour_of(now);
        if hour <= self.hour.start {
            return;
        }
        let mut before = std::mem::replace(&mut self.hour, Period::starting(hour));
        if before.start + TimeDelta::hours(1) < hour {
            before = Period::starting(hour - TimeDelta::hours(1));
        }
        before.end = Some(hour);
        self.hour_before = before;
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use pio_storage::events::NewEvent;

    use super::{Kind, Stats};

    fn view() -> Kind {
        Kind::of(&NewEvent { event: "view".into(), entity_type: "user".into(), ..NewEvent::default() })
    }

    fn shown(stats: &Stats, now: DateTime<Utc>, app_id: i32) -> serde_json::Value {
        serde_json::from_str(&stats.of_app(now, app_id)).unwrap()
    }

    #[test]
    fn events_are_counted_by_hour_and_since_the_start() {
        let start: DateTime<Utc> = "2024-05-01T10:20:30Z".parse().unwrap();
        let stats = Stats::new(start);
        stats.count(start, 1, view());
        let later = start + TimeDelta::hours(1);
        stats.count(later, 1, view());
        let shown = shown(&stats, later, 1);
        assert_eq!(shown["currentHour"]["startTime"], "2024-05-01T11:00:00.000Z");
        assert_eq!(shown["currentHour"]["basic"][0]["value"], 1);
        assert_eq!(shown["prevHour"]["endTime"], "2024-05-01T11:00:00.000Z");
        assert_eq!(shown["prevHour"]["basic"][0]["key"]["event"], "view");
        assert_eq!(shown["longLive"]["startTime"], "2024-05-01T10:20:30.000Z");
        assert_eq!(shown["longLive"]["statusCode"][0]["key"]["intValue"], 201);
        assert_eq!(shown["longLive"]["statusCode"][0]["value"], 2);
    }

    #[test]
    fn an_app_sees_its_own_events_only() {
        let now = Utc::now();
        let stats = Stats::new(now);
        stats.count(now, 1, view());
        assert_eq!(shown(&stats, now, 2)["longLive"]["basic"], serde_json::json!([]));
    }

    #[test]
    fn names_that_would_fill_the_memory_are_not_kept() {
        let now = Utc::now();
        let stats = Stats::new(now);
        let long = Kind { event: "x".repeat(super::MAX_NAMES), ..view() };
        stats.count(now, 1, long);
        let shown = shown(&stats, now, 1);
        assert_eq!(shown["longLive"]["basic"].as_array().map(Vec::len), Some(0), "{shown}");
        assert_eq!(shown["longLive"]["statusCode"][0]["value"], 1, "{shown}");
    }

    #[test]
    fn an_hour_without_events_is_empty() {
        let start: DateTime<Utc> = "2024-05-01T10:20:30Z".parse().unwrap();
        let stats = Stats::new(start);
        stats.count(start, 1, view());
        let shown = shown(&stats, start + TimeDelta::hours(3), 1);
        assert_eq!(shown["prevHour"]["startTime"], "2024-05-01T12:00:00.000Z");
        assert_eq!(shown["prevHour"]["basic"], serde_json::json!([]));
    }
}
