//! The parsers against what Joda-Time answered for the same 1,200 texts.

use serde::Deserialize;

use crate::time::scan::Scan;
use crate::time::{lenient, offset, strict, text};

#[derive(Deserialize)]
struct Recorded {
    text: String,
    strict: String,
    lenient: String,
}

fn recorded() -> Vec<Recorded> {
    include_str!("../../tests/data/joda-times.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// PostgreSQL stores fewer years than Joda-Time knows, and offsets here have no thousandths of a second.
fn is_storable(text: &str, recorded: &str) -> bool {
    let millis: i64 = recorded.split('|').next().and_then(|text| text.parse().ok()).unwrap_or(0);
    (-210_863_520_000_000..8_210_266_876_800_000).contains(&millis) && !text.ends_with(":00.500")
}

#[test]
fn event_times_are_read_and_printed_as_joda_time_does() {
    let mut accepted = 0;
    for case in recorded().iter().filter(|case| is_storable(&case.text, &case.strict)) {
        let printed = strict::parse(&case.text).map(|time| {
            let mut printed = String::new();
            text::write(&time, &mut printed);
            (time.timestamp_millis().to_string(), printed)
        });
        let parts: Vec<_> = case.strict.split('|').collect();
        let expected = (parts.len() == 3).then(|| (parts[0].to_owned(), parts[2].to_owned()));
        assert_eq!(printed, expected, "{}", case.text);
        accepted += usize::from(expected.is_some());
    }
    assert!(accepted > 90, "only {accepted} times were accepted");
}

#[test]
fn filter_times_are_read_as_joda_time_does() {
    let mut accepted = 0;
    for case in recorded().iter().filter(|case| is_storable(&case.text, &case.lenient)) {
        let millis = lenient::parse(&case.text).map(|time| time.timestamp_millis().to_string());
        assert_eq!(millis.unwrap_or_default(), case.lenient, "{}", case.text);
        accepted += usize::from(!case.lenient.is_empty());
    }
    assert!(accepted > 200, "only {accepted} times were accepted");
}

#[test]
fn years_that_postgresql_cannot_store_are_refused() {
    assert!(strict::parse("999999999-01-01T00:00:00Z").is_none());
    assert!(strict::parse("-4713-01-01T00:00:00Z").is_none());
    assert!(strict::parse("-4712-01-01T00:00:00Z").is_some());
}

#[test]
fn offsets_have_hours_and_may_have_minutes_seconds_and_thousandths_which_are_dropped() {
    let seconds = |text: &str| {
        let mut scan = Scan::new(text);
        let offset = offset::take(&mut scan)?;
        Some((offset.local_minus_utc(), scan.any_of(b"!").is_some()))
    };
    for text in ["+01:02:03.456!", "+01:02:03,4!", "+010203456!", "+0102034!", "+01:02:03!", "+010203!"] {
        assert_eq!(seconds(text), Some((3723, true)), "{text}");
    }
    assert_eq!((seconds("Z!"), seconds("+01!")), (Some((0, true)), Some((3600, true))));
    assert_eq!((seconds("-01:02!"), seconds("-0102!")), (Some((-3720, true)), Some((-3720, true))));
    for text in ["+1:00", "+24", "+01:60", "+01:02:60", "+01:02:03.", "01"] {
        assert_eq!(seconds(text), None, "{text}");
    }
}
