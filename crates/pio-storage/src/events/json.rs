//! Whether two JSON texts mean the same.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Longer texts, in bytes, are the same only where they are written the same: clients must not be able to make this long work.
const LONGEST: usize = 256 * 1024;

/// Values that lie deeper are the same only where they are written the same: each level is read anew.
const DEEPEST: usize = 32;

/// Whether two JSON texts mean the same: space, the order of keys and the way a number is written do not count.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    if one.len().max(other.len()) > LONGEST {
        return false;
    }
    let parse = serde_json::from_str::<&RawValue>;
    matches!((parse(one), parse(other)), (Ok(one), Ok(other)) if is_same_value(one.get(), other.get(), DEEPEST))
}

/// `depth` is how many levels may still follow.
fn is_same_value(one: &str, other: &str, depth: usize) -> bool {
    match (one.as_bytes().first(), other.as_bytes().first()) {
        _ if one == other => true,
        _ if depth == 0 => false,
        (Some(b'{'), Some(b'{')) => is_same_object(one, other, depth - 1),
        (Some(b'['), Some(b'[')) => is_same_array(one, other, depth - 1),
        (Some(b'"'), Some(b'"')) => matches!(
            (serde_json::from_str::<String>(one), serde_json::from_str::<String>(other)),
            (Ok(one), Ok(other)) if one == other
        ),
        (Some(b'-' | b'0'..=b'9'), Some(b'-' | b'0'..=b'9')) => is_same_number(one, other),
        _ => false,
    }
}

fn is_same_object(one: &str, other: &str, depth: usize) -> bool {
    let parse = serde_json::from_str::<BTreeMap<String, &RawValue>>;
    let (Ok(one), Ok(other)) = (parse(one), parse(other)) else { return false };
    one.len() == other.len()
        && one.iter().zip(&other).all(|((name, one), (other_name, other))| {
            name == other_name && is_same_value(one.get(), other.get(), depth)
        })
}

fn is_same_array(one: &str, other: &str, depth: usize) -> bool {
    let parse = serde_json::from_str::<Vec<&RawValue>>;
    let (Ok(one), Ok(other)) = (parse(one), parse(other)) else { return false };
    one.len() == other.len()
        && one.iter().zip(&other).all(|(one, other)| is_same_value(one.get(), other.get(), depth))
}

/// Whole numbers are compared digit by digit: floating point has too few.
fn is_same_number(one: &str, other: &str) -> bool {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one == other,
        _ => {
            matches!((one.parse::<f64>(), other.parse::<f64>()), (Ok(one), Ok(other)) if one.total_cmp(&other).is_eq())
        }
    }
}

/// The text of a whole number, which is the same for equal numbers, because JSON has no leading zeros.
fn whole(number: &str) -> Option<&str> {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then_some(if digits == "0" { digits } else { number })
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, LONGEST, is_same};

    #[test]
    fn meaning_counts_and_not_writing() {
        let same = [
            (r#"{"a":1,"b":[1e3,null]}"#, r#" { "b": [1000.0, null], "a": 1 } "#),
            (r#""\u0041\/""#, r#""A/""#),
            ("1", "1.0"),
            ("-0", "0"),
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
        assert!(is_same(&deep(DEEPEST - 1, "1"), &deep(DEEPEST - 1, "1.0")));
        assert!(!is_same(&deep(DEEPEST, "1"), &deep(DEEPEST, "1.0")));
        assert!(is_same(&deep(DEEPEST, "1"), &format!(" {}", deep(DEEPEST, "1"))));
        let object =
            |levels: usize, leaf: &str| format!("{}{leaf}{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        assert!(is_same(&object(DEEPEST - 1, "1"), &object(DEEPEST - 1, "1.0")));
        assert!(!is_same(&object(DEEPEST, "1"), &object(DEEPEST, "1.0")));
        let long = |length: usize| format!("[{}1]", " ".repeat(length - 3));
        assert!(is_same(&long(100_000), "[1]") && is_same(&long(LONGEST), "[1]"));
        assert!(!is_same(&long(LONGEST + 1), "[1]"));
        assert!(is_same(&long(LONGEST + 1), &long(LONGEST + 1)));
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
