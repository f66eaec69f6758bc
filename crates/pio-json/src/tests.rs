//! The parser against what json4s answered for the same 1,500 texts.

use crate::number::NumberError;
use serde::Deserialize;

use crate::lexer::MAX_DEPTH;
use crate::lexer::{Lexer, Token};
use crate::tree::{self, MAX_TREE_DEPTH, Value};
use crate::{Syntax, canonical, literal, text};

#[derive(Deserialize)]
struct Recorded {
    text: String,
    parsed: String,
}

/// But for a second document: json4s took the last and lost the others.
#[test]
fn texts_are_accepted_and_read_as_json4s_does() {
    let mut refused = 0;
    for line in include_str!("../tests/data/json4s-bodies.jsonl").lines() {
        let case: Recorded = serde_json::from_str(line).unwrap();
        let parsed = match tree::parse(&case.text) {
            Ok(value) => strict(&value),
            Err(Syntax::End) => "nothing".to_owned(),
            Err(Syntax::Trailing) => {
                refused += 1;
                continue;
            }
            Err(_) => "error".to_owned(),
        };
        let expected = match tree::parse(&case.parsed) {
            Ok(value) => strict(&value),
            Err(_) => case.parsed,
        };
        assert_eq!(parsed, expected, "{}", case.text);
    }
    assert!((10..100).contains(&refused), "{refused} texts hold a second document");
}

fn strict(value: &Value) -> String {
    match value {
        Value::Object(object) => object.to_json(),
        other => tree::Object::default().with("", other.clone()).to_json(),
    }
}

#[test]
fn a_copy_is_the_same_as_a_tree_printed() {
    for line in include_str!("../tests/data/json4s-bodies.jsonl").lines() {
        let case: Recorded = serde_json::from_str(line).unwrap();
        let Ok(Value::Object(object)) = tree::parse(&case.parsed) else { continue };
        let mut copied = String::new();
        let mut lexer = Lexer::new(&case.parsed);
        let first = lexer.next_token().unwrap();
        canonical::copy(first, &mut lexer, &mut copied).unwrap();
        assert_eq!(copied, object.to_json());
        assert!(serde_json::from_str::<serde_json::Value>(&copied).is_ok(), "{copied} is not strict JSON");
    }
}

#[test]
fn numbers_are_printed_as_java_prints_them() {
    for (source, printed) in [
        ("1e-07", "1.0E-7"),
        ("1e300", "1.0E300"),
        ("12345678.9", "1.23456789E7"),
        ("0.001", "0.001"),
        ("0.00012", "1.2E-4"),
        ("1e6", "1000000.0"),
        ("-0.0", "0.0"),
        ("-1.5e-3", "-0.0015"),
        ("100.", "100.0"),
    ] {
        let mut out = String::new();
        assert_eq!(literal::double(source, &mut out), Ok(Ok(())));
        assert_eq!(out, printed);
    }
}

#[test]
fn numbers_beyond_a_double_are_told_and_leave_strict_json() {
    let copy = |source: &str| {
        let (mut lexer, mut out) = (Lexer::new(source), String::new());
        let first = lexer.next_token().unwrap();
        let copied = canonical::copy(first, &mut lexer, &mut out).unwrap();
        (out, copied.numbers)
    };
    assert_eq!(copy("[1,{\"a\":-1e400},2]"), ("[1,{\"a\":null},2]".to_owned(), Err(NumberError::TooLarge)));
    let long = "7".repeat(5001);
    assert_eq!(copy(&long), (long, Err(NumberError::TooLong)));
    assert_eq!(copy("[1e-400,007,+1E+2,-0]"), ("[0.0,7,100.0,0]".to_owned(), Ok(())));
    assert_eq!(tree::parse("[1e400]"), Err(Syntax::Refused(NumberError::TooLarge)));
}

#[test]
fn nan_and_infinity_are_named() {
    for word in ["NaN", "Infinity", "-Infinity"] {
        assert_eq!(tree::parse(&format!("[{word}]")), Err(Syntax::NotFinite), "{word}");
    }
    for text in ["[Nothing]", "[-]", "[I]"] {
        assert!(matches!(tree::parse(text), Err(Syntax::Character | Syntax::Number)), "{text}");
    }
}

#[test]
fn a_byte_order_mark_may_stand_before_a_document_only() {
    assert!(tree::parse("\u{feff}{}").is_ok() && tree::parse(" \u{feff}\n[] \u{feff}").is_ok());
    assert_eq!(tree::parse("[\u{feff}]"), Err(Syntax::Character));
    assert_eq!(tree::parse("\u{feff}"), Err(Syntax::End));
}

#[test]
fn quoting_escapes_what_json_wants_escaped() {
    let mut out = String::new();
    text::quote("a\"b\\c\u{1}\u{1f}\u{8}\u{c}\n\r\t\u{7f}é\u{2028}😀", &mut out);
    assert_eq!(out, "\"a\\\"b\\\\c\\u0001\\u001f\\b\\f\\n\\r\\t\u{7f}é\u{2028}😀\"");
}

#[test]
fn a_surrogate_pair_is_one_character() {
    let value = tree::parse(r#"{"a":"\ud83d\ude00 \uD800\uDC00\udbff\udfff"}"#).unwrap();
    assert_eq!(value, Value::Object(tree::Object::default().with_text("a", Some("😀 \u{10000}\u{10ffff}"))));
}

#[test]
fn half_a_surrogate_pair_becomes_the_replacement_character() {
    let value = tree::parse(r#"{"a":"\ud83dx\udc00"}"#).unwrap();
    assert_eq!(value, Value::Object(tree::Object::default().with_text("a", Some("\u{fffd}x\u{fffd}"))));
}

#[test]
fn nesting_has_an_end() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let copy = |source: &str| {
        let mut lexer = Lexer::new(source);
        let first = lexer.next_token()?;
        canonical::copy(first, &mut lexer, &mut String::new())
    };
    assert!(copy(&deep(MAX_DEPTH)).is_ok());
    assert_eq!(copy(&deep(MAX_DEPTH + 1)), Err(Syntax::Depth));
    assert!(tree::parse(&deep(MAX_TREE_DEPTH)).is_ok());
    assert_eq!(tree::parse(&deep(MAX_TREE_DEPTH + 1)), Err(Syntax::Depth));
}

#[test]
fn of_an_object_the_last_field_of_a_name_counts_and_null_is_none() {
    let Ok(Value::Object(object)) = tree::parse(r#"{"a":"x","n":1,"a":"y","no":null,"list":[]}"#) else {
        panic!("no object")
    };
    assert_eq!(object.get("a"), Some(&Value::String("y".to_owned())));
    assert_eq!((object.get("no"), object.get("other")), (None, None));
    assert_eq!((object.text("a"), object.text("n"), object.text("list")), (Some("y"), Some("1"), None));
}

#[test]
fn the_end_of_a_text_stays_the_end() {
    let mut lexer = Lexer::new(" ");
    assert_eq!(lexer.next_token(), Ok(Token::End));
    assert_eq!(lexer.next_token(), Ok(Token::End));
}
