//! What a JSON text means, whatever way it is written.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Longer texts, in bytes, are the same only where they are written the same: clients must not be able to make this long work.
const MAX_COMPARED_BYTES: usize = 256 * 1024;

/// Values that lie deeper are the same only where they are written the same: each level is read anew.
const MAX_COMPARED_DEPTH: usize = 32;

/// Whether two JSON texts mean the same: space, the order of keys and the way a number is written do not count.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one == other || canonical(one) == canonical(other)
}

/// The one text in which all texts of this meaning are written. A text that is no JSON, or is very long, stays as it is.
#[must_use]
pub fn canonical(text: &str) -> Cow<'_, str> {
    if text.len() > MAX_COMPARED_BYTES {
        return Cow::Borrowed(text);
    }
    let Ok(value) = serde_json::from_str::<&RawValue>(text) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    match write_value(value.get(), MAX_COMPARED_DEPTH, &mut out) {
        Ok(()) => Cow::Owned(out),
        Err(_) => Cow::Borrowed(text),
    }
}

/// `depth` is how many levels may still follow.
fn write_value(text: &str, depth: usize, out: &mut String) -> serde_json::Result<()> {
    match text.as_bytes().first() {
        _ if depth == 0 => out.push_str(text),
        Some(b'{') => {
            let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            out.push('{');
            for (name, value) in fields {
                out.push_str(&serde_json::to_string(&name)?);
                out.push(':');
                write_value(value.get(), depth - 1, out)?;
                out.push(',');
            }
            out.push('}');
        }
        Some(b'[') => {
            let values: Vec<&RawValue> = serde_json::from_str(text)?;
            out.push('[');
            for value in values {
                write_value(value.get(), depth - 1, out)?;
                out.push(',');
            }
            out.push(']');
        }
        Some(b'"') => out.push_str(&serde_json::to_string(&serde_json::from_str::<String>(text)?)?),
        Some(b'-' | b'0'..=b'9') => out.push_str(&number(text)),
        _ => out.push_str(text),
    }
    Ok(())
}

/// Whole numbers keep all their digits: floating point has too few.
fn number(text: &str) -> Cow<'_, str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(if digits == "0" { digits } else { text });
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number.fract() == 0.0 => Cow::Owned(format!("{number:.0}")),
        Ok(number) if number.is_finite() => Cow::Owned(number.to_string()),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_COMPARED_BYTES, MAX_COMPARED_DEPTH, is_same};

    #[test]
    fn meaning_counts_and_not_writing() {
        let same = [
            (r#"{"a":1,"b":[1e3,null]}"#, r#" { "b": [1000.0, null], "a": 1 } "#),
            (r#""\u0041\/""#, r#""A/""#),
            ("1", "1.0"),
            ("-0", "0"),
            ("1e2", "100"),
            ("0.1", "1e-1"),
            ("1e20", "100000000000000000000"),
            ("{}", " { } "),
            (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
        ];
        for (one, other) in same {
            assert!(is_same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_long_or_deep_must_be_written_the_same() {
        let deep = |levels: usize, leaf: &str| format!("{}{leaf}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(is_same(&deep(MAX_COMPARED_DEPTH - 1, "1"), &deep(MAX_COMPARED_DEPTH - 1, "1.0")));
        assert!(!is_same(&deep(MAX_COMPARED_DEPTH, "1"), &deep(MAX_COMPARED_DEPTH, "1.0")));
        assert!(is_same(&deep(MAX_COMPARED_DEPTH, "1"), &format!(" {}", deep(MAX_COMPARED_DEPTH, "1"))));
        let object =
            |levels: usize, leaf: &str| format!("{}{leaf}{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        assert!(is_same(&object(MAX_COMPARED_DEPTH - 1, "1"), &object(MAX_COMPARED_DEPTH - 1, "1.0")));
        assert!(!is_same(&object(MAX_COMPARED_DEPTH, "1"), &object(MAX_COMPARED_DEPTH, "1.0")));
        let long = |length: usize| format!("[{}1]", " ".repeat(length - 3));
        assert!(is_same(&long(100_000), "[1]") && is_same(&long(MAX_COMPARED_BYTES), "[1]"));
        assert!(!is_same(&long(MAX_COMPARED_BYTES + 1), "[1]"));
        assert!(is_same(&long(MAX_COMPARED_BYTES + 1), &long(MAX_COMPARED_BYTES + 1)));
    }

    #[test]
    fn what_differs_is_seen() {
        let different = [
            (r#"{"a":1}"#, r#"{"a":2}"#),
            (r#"{"a":1}"#, r#"{"b":1}"#),
            (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
            ("[1,2]", "[2,1]"),
            ("1", r#""1""#),
            ("null", "false"),
            ("123456789012345678901234567890", "123456789012345678901234567891"),
            ("no json", "no  json"),
        ];
        for (one, other) in different {
            assert!(!is_same(one, other), "{one} {other}");
        }
        let long = |end: &str| format!("{}{end}", "9".repeat(100));
        assert!(!is_same(&long("1"), &long("2")), "more digits than any integer of this machine has");
    }
}
