//! A look at `engine.json` before anything is built: what is wrong there is told first.

use std::path::Path;

use pio_launcher::app::ENGINE_FILE;
use serde_json::Value;

use crate::errors::Error;

/// Insists on what every engine's file must have.
///
/// # Errors
/// When the file is not JSON, or names no engine factory.
pub fn check(engine: &Path) -> Result<(), Error> {
    let text = String::from_utf8_lossy(&fs_err::read(engine.join(ENGINE_FILE))?).into_owned();
    let value: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|source| Error::BadEngineJson {
            reason: format!("Line {}, column {}: {source}.", source.line(), source.column()),
            excerpt: text.lines().nth(source.line().saturating_sub(1)).unwrap_or_default().trim().to_owned(),
        })?;
    match value.get("engineFactory") {
        Some(Value::String(factory)) if !factory.trim().is_empty() => Ok(()),
        _ => Err(Error::BadEngineJson {
            reason: "It has no \"engineFactory\", the name of the class that makes the engine.".to_owned(),
            excerpt: String::new(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    fn problem(text: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("engine.json"), text).unwrap();
        check(folder.path()).err().map(|error| error.advice().lines().join("\n"))
    }

    #[test]
    fn a_good_file_passes() {
        assert_eq!(problem("\u{feff}{\"engineFactory\": \"a.B\", \"algorithms\": []}"), None);
    }

    #[test]
    fn a_broken_file_is_shown_where_it_breaks() {
        let words = problem("{\n  \"engineFactory\": \"a.B\"\n  \"datasource\": {}\n}").unwrap();
        assert!(words.contains("Line 3, column 3") && words.contains("\"datasource\": {}"), "{words}");
    }

    #[test]
    fn a_file_without_a_factory_is_refused() {
        assert!(problem("{}").unwrap().contains("engineFactory"));
        assert!(problem("[]").unwrap().contains("engineFactory"));
    }
}
