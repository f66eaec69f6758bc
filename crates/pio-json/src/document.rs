//! A JSON document that a person wrote, such as `engine.json`: values that know where they stand in their file.

pub mod parser;

use std::fmt::Write as _;

/// A place in a file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it begins.
    pub place: Position,
    /// What it is.
    pub value: Value,
}

/// A JSON value. Numbers keep their spelling, because `1` and `1.0` differ for Scala.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `true`, `false` or a number, as written.
    Literal(String),
    /// A string, unescaped.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// An object, in the order of the file.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The member of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        match &self.value {
            Value::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// What kind of value it is, in words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
            Value::Literal(text) if text == "null" => "null",
            Value::Literal(text) if text == "true" || text == "false" => "a boolean",
            Value::Literal(_) => "a number",
        }
    }

    /// The same value as strict JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        write(&mut text, &self.value);
        text
    }
}

fn write(text: &mut String, value: &Value) {
    match value {
        Value::Literal(literal) => text.push_str(literal),
        Value::Text(string) => write_string(text, string),
        Value::List(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                comma(text, index);
                write(text, &item.value);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (key, node)) in members.iter().enumerate() {
                comma(text, index);
                write_string(text, key);
                text.push(':');
                write(text, &node.value);
            }
            text.push('}');
        }
    }
}

fn comma(text: &mut String, index: usize) {
    if index > 0 {
        text.push(',');
    }
}

fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            other if (other as u32) < 0x20 => {
                let _ = write!(text, "\\u{:04x}", other as u32);
            }
            other => text.push(other),
        }
    }
    text.push('"');
}
