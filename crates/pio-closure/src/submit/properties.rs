//! The file that `--properties-file` names.

use std::path::Path;

use crate::errors::SubmitError;

/// The settings in a file: `key value`, `key=value` or `key: value` a line, `#` and `!` for comments, a backslash at the end to
/// go on in the next line.
pub(super) fn read(file: &Path) -> Result<Vec<(String, String)>, SubmitError> {
    let text = fs_err::read_to_string(file).map_err(SubmitError::UnreadableProperties)?;
    Ok(parse(&text))
}

fn parse(text: &str) -> Vec<(String, String)> {
    let mut settings = Vec::new();
    let mut joined = String::new();
    for line in text.lines() {
        let line = line.trim_start();
        if joined.is_empty() && line.starts_with(['#', '!']) {
            continue;
        }
        if let Some(start) = line.strip_suffix('\\') {
            joined.push_str(start);
        } else {
            joined.push_str(line);
            settings.extend(setting(&std::mem::take(&mut joined)));
        }
    }
    settings.extend(setting(&joined));
    settings
}

fn setting(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let end = line
        .find(|letter: char| letter == '=' || letter == ':' || letter.is_whitespace())
        .unwrap_or(line.len());
    let (key, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim();
    (!key.is_empty()).then(|| (key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_way_to_write_a_setting_is_read() {
        let text = "# comment\n! too\n\na 1\nb=2\n  c : 3=4\nd five six\ne one,\\\n   two\nlast";
        let settings = parse(text);
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(
            settings,
            [("a", "1"), ("b", "2"), ("c", "3=4"), ("d", "five six"), ("e", "one,two"), ("last", "")]
        );
    }
}
