//! The page that shows people what is deployed, and the same as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::app_state::AppState;
use crate::state::State;
use pio_link::messages::Ready;

/// The version that the page shows.
const VERSION: &str = env!("CARGO_PKG_VERSION");

struct Facts {
    state: &'static str,
    ready: Option<Ready>,
}

fn facts(front: &AppState) -> Facts {
    match &*front.state.borrow() {
        State::Loading => Facts { state: "loading", ready: None },
        State::Untrained(_) => Facts { state: "untrained", ready: None },
        State::Failed => Facts { state: "failed", ready: None },
        State::Restarting => Facts { state: "restarting", ready: None },
        State::Serving(serving) => Facts { state: "ready", ready: Some((*serving.ready).clone()) },
    }
}

/// What is deployed, for machines.
pub(crate) fn json(front: &AppState) -> Value {
    let Facts { state, ready } = facts(front);
    let ready = ready.unwrap_or_default();
    json!({
        "status": state,
        "version": VERSION,
        "startTime": front.started.to_rfc3339(),
        "requestCount": front.metrics.requests(),
        "avgServingSec": front.metrics.average_seconds(),
        "lastServingSec": front.metrics.last_seconds(),
        "feedback": front.feedback.is_some(),
        "engineInstanceId": ready.engine_instance_id,
        "engineStartTime": ready.start_time,
        "algorithms": ready.algorithms,
        "info": ready.info,
    })
}

/// What is deployed, for people.
pub(crate) fn html(front: &AppState) -> String {
    let Facts { state, ready } = facts(front);
    let mut rows = String::new();
    if let Some(ready) = &ready {
        engine_rows(&mut rows, ready);
    }
    let server = [
        ("Start time", front.started.to_rfc3339()),
        ("Request count", front.metrics.requests().to_string()),
        ("Average serving time", format!("{:.4} seconds", front.metrics.average_seconds())),
        ("Last serving time", format!("{:.4} seconds", front.metrics.last_seconds())),
        ("Feedback loop", if front.feedback.is_some() { "on" } else { "off" }.to_owned()),
        ("Version", VERSION.to_owned()),
    ];
    let mut server_rows = String::new();
    for (name, value) in server {
        row(&mut server_rows, name, &value);
    }
    include_str!("page.html")
        .replace("{state}", state)
        .replace("{server}", &server_rows)
        .replace("{engine}", &rows)
}

fn engine_rows(rows: &mut String, ready: &Ready) {
    row(rows, "Engine instance", &ready.engine_instance_id);
    row(rows, "Trained from", &ready.start_time);
    row(rows, "Algorithms", &pretty(&ready.algorithms));
    for (name, value) in &ready.info {
        row(rows, &spaced(name), &pretty(value));
    }
}

fn row(rows: &mut String, name: &str, value: &str) {
    let _ = writeln!(rows, "<tr><th>{}</th><td>{}</td></tr>", escape(name), escape(value));
}

/// JSON as people read it, whether it comes as JSON or as text that holds JSON.
fn pretty(value: &Value) -> String {
    let text = match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => serde_json::to_string_pretty(&inner),
            _ => return text.clone(),
        },
        other => serde_json::to_string_pretty(other),
    };
    text.unwrap_or_default()
}

/// `algorithmsParams` as `Algorithms params`.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for (position, letter) in name.chars().enumerate() {
        if position == 0 {
            words.extend(letter.to_uppercase());
        } else if letter.is_uppercase() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_engine_says_cannot_become_markup() {
        let mut rows = String::new();
        row(&mut rows, "a<b", "\"<script>&\"");
        assert_eq!(rows, "<tr><th>a&lt;b</th><td>&quot;&lt;script&gt;&amp;&quot;</td></tr>\n");
    }

    #[test]
    fn names_of_fields_become_words() {
        assert_eq!(spaced("algorithmsParams"), "Algorithms params");
    }

    #[test]
    fn json_in_text_is_shown_as_json() {
        assert_eq!(pretty(&Value::from("{\"a\":1}")), "{\n  \"a\": 1\n}");
        assert_eq!(pretty(&Value::from("plain")), "plain");
    }
}
