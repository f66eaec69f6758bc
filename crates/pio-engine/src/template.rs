//! template.json: the minimum PIO version of an engine.

use std::path::Path;

use crate::build_event::BuildEvent;
use crate::text;
use pio_json::document::Value;
use pio_json::document::parser;

/// The PIO version whose interface is implemented here. Engines for newer versions may need missing parts.
const INTERFACE: &str = "0.14.0";

/// Returns a warning about the engine's template.json; `None` if the version is supported or there is no
/// file.
#[must_use]
pub fn check(engine: &Path) -> Option<BuildEvent> {
    let text = text::read(&engine.join("template.json")).ok()?.text;
    let Ok(json) = parser::parse(&text) else {
        return Some(BuildEvent::Warning("template.json is not JSON; it is not used.".to_owned()));
    };
    let Value::Text(min) = &json.get("pio")?.get("version")?.get("min")?.value else { return None };
    (numbers(min) > numbers(INTERFACE)).then(|| {
        BuildEvent::Warning(format!(
            "template.json asks for PredictionIO {min} or later; the interface here is that of {INTERFACE}. What is newer may be missing."
        ))
    })
}

/// The numbers at the start of a version: 0, 12, 0 for `0.12.0-incubating`.
fn numbers(version: &str) -> Vec<u64> {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    release.split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::check;

    fn said(text: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("template.json"), text).unwrap();
        check(folder.path()).map(|notice| format!("{notice:?}"))
    }

    #[test]
    fn older_engines_are_fine() {
        assert_eq!(said(r#"{"pio": {"version": {"min": "0.9.7-aml"}}}"#), None);
        assert_eq!(said(r#"{"pio": {"version": {"min": "0.14.0"}}}"#), None);
        assert_eq!(said(r#"{"name": "x"}"#), None);
    }

    #[test]
    fn newer_ones_are_named() {
        assert!(said(r#"{"pio": {"version": {"min": "0.15.0"}}}"#).unwrap().contains("0.15.0 or later"));
        assert!(
            said("\u{feff}{\"pio\": {\"version\": {\"min\": \"0.15.0\"}}}")
                .unwrap()
                .contains("0.15.0 or later")
        );
        assert!(said("{").unwrap().contains("not JSON"));
    }
}
