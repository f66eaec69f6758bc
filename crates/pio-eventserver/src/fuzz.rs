//! What must hold of any input, for the targets under `fuzz/`; `cargo test` goes through their seeds and what is near them.

use chrono::Datelike as _;
use hyper::HeaderMap;
use pio_storage::events::NewEvent;
use serde_json::value::RawValue;

use crate::event::document::{self, Document};
use crate::event::{parse, validate};
use crate::query::{self, Query};
use crate::time::{lenient, strict, text};
use crate::webhooks::{self, Connectors, Form};
use crate::{auth, routes};
use pio_json::tree::{self, Value};

/// What takes an input, and panics where something that must hold does not.
pub type Target = fn(&str);

/// The targets by their names, as under `fuzz/fuzz_targets`.
pub const TARGETS: [(&str, Target); 4] =
    [("event_body", event_body), ("query", query), ("times", times), ("webhooks", webhooks)];

/// The body of `POST /events.json` or of a batch.
///
/// # Panics
/// Something that must hold does not.
pub fn event_body(body: &str) {
    match document::read(body, 50) {
        Ok(Document::Object(fields)) => {
            if let Ok(event) = validate::event(*fields) {
                can_be_stored(&event);
            }
        }
        Ok(Document::Array(items)) => {
            assert!(items.kept.len() <= 50 && items.kept.len() <= items.count);
            items
                .kept
                .into_iter()
                .flatten()
                .flat_map(validate::event)
                .for_each(|event| can_be_stored(&event));
        }
        Err(_) => {}
    }
}

/// What was taken is strict JSON, fits its columns, and is read again as the same.
fn can_be_stored(event: &NewEvent) {
    assert!(!event.event.is_empty() && !event.entity_type.is_empty() && !event.entity_id.is_empty());
    assert_eq!(event.target_entity_type.is_some(), event.target_entity_id.is_some());
    assert!(event.id.as_ref().is_none_or(|id| (1..=32).contains(&id.chars().count())));
    let texts = [&event.event, &event.entity_type, &event.entity_id, &event.properties];
    assert!(texts.iter().all(|text| !text.contains('\0')));
    let properties: &RawValue = serde_json::from_str(&event.properties).expect("strict JSON");
    assert!(properties.get().starts_with('{'));
    let again = format!(r#"{{"event":"e","entityType":"t","entityId":"i","properties":{properties}}}"#);
    assert_eq!(parse::event(&again).map(|again| again.properties), Ok(event.properties.clone()));
}

/// The path and query string of any request.
///
/// # Panics
/// Something that must hold does not.
pub fn query(target: &str) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if let Ok(resource) = routes::find(path) {
        assert!(resource.index() < routes::DESCRIPTIONS.len());
    }
    let query = Query::new(Some(query));
    let _ = auth::key(query, &HeaderMap::new());
    if let Ok(filter) = query::filter(query) {
        let texts = [&filter.entity_type, &filter.entity_id];
        assert!(texts.into_iter().flatten().all(|text| !text.contains('\0')));
        assert!(filter.limit.is_none_or(|limit| i32::try_from(limit).is_ok()));
    }
}

/// The time of an event or of a filter.
///
/// # Panics
/// Something that must hold does not.
pub fn times(source: &str) {
    let _ = lenient::parse(source);
    let Some(time) = strict::parse(source) else { return };
    if !(0..=9999).contains(&time.year()) {
        return;
    }
    let mut shown = String::new();
    text::write(&time, &mut shown);
    let again = strict::parse(&shown).expect("what is shown can be sent again");
    assert_eq!((again, again.offset()), (time, time.offset()), "{shown}");
    assert_eq!(lenient::parse(&shown), Some(time.to_utc()), "{shown}");
}

/// The body of a webhook, as JSON and as a form.
///
/// # Panics
/// Something that must hold does not.
pub fn webhooks(body: &str) {
    let mut connectors = Connectors::default();
    connectors.json.insert("examplejson".to_owned(), webhooks::examplejson::event);
    connectors.form.insert("exampleform".to_owned(), webhooks::exampleform::event);
    let mut events = Vec::new();
    if let Ok(Value::Object(data)) = tree::parse(body) {
        events.extend(connectors.json.values().filter_map(|connector| connector(&data).ok()));
    }
    let form: Form = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    events.extend(connectors.form.values().filter_map(|connector| connector(&form).ok()));
    for event in events {
        let json = event.to_json();
        assert!(serde_json::from_str::<&RawValue>(&json).is_ok(), "{json}");
        if let Ok(event) = parse::event(&json) {
            can_be_stored(&event);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt as _, SeedableRng as _};

    use super::TARGETS;

    /// How many inputs near each seed are tried.
    const NEAR: usize = 400;

    /// Pieces that mean something to one of the parsers.
    const PIECES: [&str; 24] = [
        "\"", "\\", "{", "}", "[", "]", ":", ",", "\\u0000", "\\ud83d", "\0", "null", "-", "+", "1e999", "é",
        "%00", "%ff", "&", "=", "Z", ".", "$set", "pio_",
    ];

    #[test]
    fn whatever_is_near_a_seed_holds_too() {
        let mut random = StdRng::seed_from_u64(6);
        let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
        for (name, target) in TARGETS {
            let files: Vec<_> = std::fs::read_dir(seeds.join(name)).unwrap().collect();
            assert!(files.len() >= 5, "too few seeds for {name}");
            for file in files {
                let seed = std::fs::read_to_string(file.unwrap().path()).unwrap();
                target(&seed);
                (0..NEAR).for_each(|_| target(&near(&seed, &mut random)));
            }
        }
    }

    /// The seed with some characters replaced, taken out or put in.
    fn near(seed: &str, random: &mut StdRng) -> String {
        let mut text: Vec<char> = seed.chars().collect();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..=text.len());
            let end = (at + random.random_range(0..4)).min(text.len());
            let piece = PIECES[random.random_range(0..PIECES.len())];
            text.splice(at..end, piece.chars());
        }
        text.into_iter().collect()
    }
}
