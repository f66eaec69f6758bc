//! Parses JSON like PIO's parser: commas are optional and may trail, and strings may contain line breaks.
//! Everything else is an error with its position.

use crate::number::{self, NumberError};

use super::{Node, Position, Value};

/// A syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The position.
    pub place: Position,
    /// What was expected.
    pub expected: &'static str,
    /// What was found.
    pub found: String,
}

/// Parses one JSON value.
///
/// # Errors
/// The text is not valid JSON, even by PIO's lenient rules.
pub fn parse(text: &str) -> Result<Node, SyntaxError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser =
        Parser { rest: text.chars().collect(), at: 0, place: Position { line: 1, column: 1 }, depth: 0 };
    let node = parser.value()?;
    parser.space();
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.error("the end of the file, because the outermost value ends here")),
    }
}

/// Maximum number of characters shown of an invalid number.
const SHOWN: usize = 40;

/// Nesting limit that protects the stack; no engine nests this deeply.
const MAX_DEPTH: usize = 128;

struct Parser {
    rest: Vec<char>,
    at: usize,
    place: Position,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += 1;
        if character == '\n' {
            self.place = Position { line: self.place.line + 1, column: 1 };
        } else {
            self.place.column += 1;
        }
        Some(character)
    }

    /// Skips whitespace and commas.
    fn space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\n' | '\r' | '\t' | ',')) {
            self.next();
        }
    }

    fn error(&self, expected: &'static str) -> SyntaxError {
        let found = match self.peek() {
            None => "the end of the file".to_owned(),
            Some(character) => format!("`{character}`"),
        };
        SyntaxError { place: self.place, expected, found }
    }

    fn value(&mut self) -> Result<Node, SyntaxError> {
        self.space();
        let place = self.place;
        let value = match self.peek() {
            Some('{') => self.nested(Self::object)?,
            Some('[') => self.nested(Self::list)?,
            Some('"') => Value::Text(self.string()?),
            Some(character) if character == '-' || character.is_ascii_digit() => self.number()?,
            Some(character) if character.is_ascii_alphabetic() => self.word()?,
            _ => {
                return Err(self.error("a value: an object, a list, a string, a number, true, false or null"));
            }
        };
        Ok(Node { place, value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, SyntaxError>) -> Result<Value, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error("fewer than 128 levels of nesting"));
        }
        self.depth += 1;
        self.next();
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value, SyntaxError> {
        let mut members = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some('}') => {
                    self.next();
                    return Ok(Value::Object(members));
                }
                Some('"') => {
                    let key = self.string()?;
                    self.colon()?;
                    members.push((key, self.value()?));
                }
                _ => return Err(self.error("a name in double quotes, or `}`")),
            }
        }
    }

    fn colon(&mut self) -> Result<(), SyntaxError> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next();
        }
        if self.peek() == Some(':') {
            self.next();
            Ok(())
        } else {
            Err(self.error("`:` between a name and its value"))
        }
    }

    fn list(&mut self) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(']') => {
                    self.next();
                    return Ok(Value::List(items));
                }
                None => return Err(self.error("`]`, which closes the list")),
                Some(_) => items.push(self.value()?),
            }
        }
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        let begin = self.place;
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some(character) => text.push(character),
                None => {
                    let found = "the end of the file".to_owned();
                    return Err(SyntaxError {
                        place: begin,
                        expected: "a `\"` that closes the string begun here",
                        found,
                    });
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, SyntaxError> {
        let plain = match self.peek() {
            Some(character @ ('"' | '\\' | '/')) => character,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.unicode(),
            _ => return Err(self.error("an escape: one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")),
        };
        self.next();
        Ok(plain)
    }

    fn unicode(&mut self) -> Result<char, SyntaxError> {
        let first = self.code_unit()?;
        if !(0xd800..0xdc00).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if self.peek() != Some('\\') || self.rest.get(self.at + 1) != Some(&'u') {
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        self.next();
        let second = self.code_unit()?;
        let pair = 0x10000 + ((first - 0xd800) << 10) + second.wrapping_sub(0xdc00);
        Ok(char::from_u32(pair).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Parses four hexadecimal digits. The parser is at the `u` before them.
    fn code_unit(&mut self) -> Result<u32, SyntaxError> {
        self.next();
        let mut unit = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|character| character.to_digit(16)) else {
                return Err(self.error("four hexadecimal digits after \\u"));
            };
            self.next();
            unit = unit * 16 + digit;
        }
        Ok(unit)
    }

    fn number(&mut self) -> Result<Value, SyntaxError> {
        let start = self.place;
        let mut text = String::new();
        while let Some(character @ ('0'..='9' | '+' | '-' | '.' | 'e' | 'E')) = self.peek() {
            text.push(character);
            self.next();
        }
        let expected = match number::check(&text) {
            Ok(()) => "a number such as 10, 0.5 or 1e-3",
            Err(NumberError::TooLong) => "a number of at most 1000 characters",
            Err(NumberError::TooLarge) => "a number within the range of a double, which ends at 1.8e308",
        };
        let literal = number::check(&text).ok().and_then(|()| strict_number(&text));
        literal.map(Value::Literal).ok_or_else(|| {
            let more = if text.len() > SHOWN { "…" } else { "" };
            SyntaxError { place: start, expected, found: format!("`{text:.SHOWN$}{more}`") }
        })
    }

    fn word(&mut self) -> Result<Value, SyntaxError> {
        let start = self.place;
        let mut text = String::new();
        while let Some(character) =
            self.peek().filter(|character| character.is_alphanumeric() || *character == '_')
        {
            text.push(character);
            self.next();
        }
        match text.as_str() {
            "true" | "false" | "null" => Ok(Value::Literal(text)),
            _ => Err(SyntaxError {
                place: start,
                expected: "a value; text and names stand in double quotes",
                found: format!("`{text}`"),
            }),
        }
    }
}

/// Normalises a number to strict JSON: PIO also accepted `007` and `1.`.
fn strict_number(text: &str) -> Option<String> {
    if serde_json::from_str::<serde_json::Number>(text).is_ok() {
        return Some(text.to_owned());
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    if !digits.is_empty() && digits.chars().all(|character| character.is_ascii_digit()) {
        let digits = digits.trim_start_matches('0');
        return Some(format!("{sign}{}", if digits.is_empty() { "0" } else { digits }));
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| format!("{number:?}"))
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn json(text: &str) -> String {
        parse(text).unwrap().to_json()
    }

    fn error(text: &str) -> String {
        let error = parse(text).unwrap_err();
        format!(
            "{}:{} expected {}, found {}",
            error.place.line, error.place.column, error.expected, error.found
        )
    }

    #[test]
    fn commas_are_optional_and_may_trail() {
        assert_eq!(json(r#"{"user": "1" "num": 4,}"#), r#"{"user":"1","num":4}"#);
        assert_eq!(json("[1 2,,3,]"), "[1,2,3]");
    }

    #[test]
    fn numbers_keep_their_spelling() {
        assert_eq!(
            json("[1, 1.0, 1e-3, -0.5, 12345678901234567890]"),
            "[1,1.0,1e-3,-0.5,12345678901234567890]"
        );
        assert_eq!(json("[007, 1., -00]"), "[7,1.0,-0]");
    }

    #[test]
    fn strings_may_hold_line_breaks_and_any_escape() {
        assert_eq!(json("\"a\nb\""), r#""a\nb""#);
        assert_eq!(json(r#""\u00e9\ud83d\ude00\/\t""#), "\"é😀/\\u0009\"");
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(json("\u{feff}{}"), "{}");
    }

    #[test]
    fn errors_name_line_and_column() {
        assert_eq!(error("{\n  \"a\" 1\n}"), "2:7 expected `:` between a name and its value, found `1`");
        assert_eq!(error("{\n  a: 1\n}"), "2:3 expected a name in double quotes, or `}`, found `a`");
        assert_eq!(
            error("{\"a\": tru}"),
            "1:7 expected a value; text and names stand in double quotes, found `tru`"
        );
        assert!(error("{\"a\": 1").contains("found the end of the file"));
        assert!(error("{} {}").starts_with("1:4 expected the end of the file"));
        assert!(error("{\"a\": \"b\n").starts_with("1:7 expected a `\"` that closes the string begun here"));
        assert!(error("{\"a\": 1-2}").contains("found `1-2`"));
        assert_eq!(
            error("{\"a\":\n 1e400}"),
            "2:2 expected a number within the range of a double, which ends at 1.8e308, found `1e400`"
        );
        let long = error(&format!("[{}]", "7".repeat(5001)));
        assert_eq!(
            long,
            format!("1:2 expected a number of at most 1000 characters, found `{}…`", "7".repeat(40))
        );
        assert!(error("").contains("expected a value"));
        assert!(error(&"[".repeat(1000)).contains("128 levels"));
    }
}
