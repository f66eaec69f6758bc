//! The 1,501 real ratings, sent to an event server as a client would.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;
use serde_json::{Value, json};

use crate::http;

/// How many events one batch request may hold.
const BATCH: usize = 50;

/// Reads a file of lines `user::item::rating` as `rate` events.
///
/// # Errors
/// When the file cannot be read or a line has another form.
pub fn read(file: &Path) -> Result<Vec<Value>> {
    fs::read_to_string(file)?.lines().map(event).collect()
}

/// Sends events in batches; each must be stored.
///
/// # Errors
/// When the server does not store one of them.
pub fn send(events: &[Value], server: &str, access_key: &str) -> Result<()> {
    let url = format!("{server}/batch/events.json?accessKey={access_key}");
    for batch in events.chunks(BATCH) {
        let answer = http::post(&url, &Value::from(batch.to_vec()))?;
        let items = answer.body.as_array().map_or(&[][..], Vec::as_slice);
        let stored = items.iter().filter(|item| item["status"] == 201).count();
        ensure!(
            answer.status == 200 && stored == batch.len(),
            "{stored} of {} events were stored: status {} {}",
            batch.len(),
            answer.status,
            answer.body
        );
    }
    Ok(())
}

fn event(line: &str) -> Result<Value> {
    let fields: Vec<&str> = line.split("::").collect();
    let [user, item, rating] = fields[..] else { anyhow::bail!("not a rating: {line:?}") };
    let rating: f64 = rating.trim().parse().with_context(|| format!("not a rating: {line:?}"))?;
    Ok(json!({
        "event": "rate",
        "entityType": "user",
        "entityId": user,
        "targetEntityType": "item",
        "targetEntityId": item,
        "properties": { "rating": rating },
    }))
}
