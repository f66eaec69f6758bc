//! An event as the Event API shows it.

use pio_storage::events::Event;

use crate::time;
use pio_json::canonical;
use pio_json::lexer::Lexer;
use pio_json::text::quote;

/// Appends the event as a JSON object. Tags are not shown, as in PIO.
pub fn write(event: &Event, out: &mut String) {
    field("{\"eventId\":", &event.id, out);
    field(",\"event\":", &event.event, out);
    field(",\"entityType\":", &event.entity_type, out);
    field(",\"entityId\":", &event.entity_id, out);
    if let Some(target) = &event.target_entity_type {
        field(",\"targetEntityType\":", target, out);
    }
    if let Some(target) = &event.target_entity_id {
        field(",\"targetEntityId\":", target, out);
    }
    out.push_str(",\"properties\":");
    properties(&event.properties, out);
    out.push_str(",\"eventTime\":\"");
    time::text::write(&event.event_time, out);
    out.push('"');
    if let Some(pr_id) = &event.pr_id {
        field(",\"prId\":", pr_id, out);
    }
    out.push_str(",\"creationTime\":\"");
    time::text::write(&event.creation_time, out);
    out.push_str("\"}");
}

fn field(before: &str, value: &str, out: &mut String) {
    out.push_str(before);
    quote(value, out);
}

/// What is stored may have been written by anyone: what is no JSON is shown as no properties.
fn properties(stored: &str, out: &mut String) {
    let start = out.len();
    let mut lexer = Lexer::new(stored);
    let copied = lexer.next_token().and_then(|first| canonical::copy(first, &mut lexer, out));
    if !copied.is_ok_and(|copied| copied.kind == canonical::Kind::Object) {
        out.truncate(start);
        out.push_str("{}");
    }
}
