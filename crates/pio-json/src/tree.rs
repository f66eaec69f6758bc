//! A JSON value in memory, for webhooks: their bodies are small and connectors want to look around in them.

use crate::canonical::misplaced;
use crate::lexer::{Lexer, Token};
use crate::{Syntax, literal, text};

/// A JSON value. Numbers keep their text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Digits, as they will be stored.
    Number(String),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

/// The fields of a JSON object in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(pub Vec<(String, Value)>);

impl Object {
    /// The value of the last field with this name; `null` counts as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
            .filter(|value| **value != Value::Null)
    }

    /// The text of a field that is a string or a number.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::String(text) | Value::Number(text) => Some(text),
            _ => None,
        }
    }

    /// Adds a field at the end.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.0.push((name.to_owned(), value));
        self
    }

    /// Adds a string at the end, or nothing.
    #[must_use]
    pub fn with_text(self, name: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.with(name, Value::String(text.to_owned())),
            None => self,
        }
    }

    /// The object as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.push('{');
        for (at, (name, value)) in self.0.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            text::quote(name, out);
            out.push(':');
            value.write(out);
        }
        out.push('}');
    }
}

impl Value {
    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(digits) => out.push_str(digits),
            Self::String(value) => text::quote(value, out),
            Self::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(fields) => fields.write(out),
        }
    }
}

/// How deep a tree may be: deeper ones than webhooks send would only use up the stack.
pub(crate) const MAX_TREE_DEPTH: usize = 128;

/// Reads a text that holds one object or array, and nothing else.
///
/// # Errors
/// The text is not JSON, or its tree is too deep.
pub fn parse(source: &str) -> Result<Value, Syntax> {
    let mut lexer = Lexer::new(source);
    let root = match lexer.next_token()? {
        token @ (Token::OpenObject | Token::OpenArray) => value(token, &mut lexer)?,
        token => return Err(misplaced(&token)),
    };
    lexer.end()?;
    Ok(root)
}

fn value(first: Token<'_>, lexer: &mut Lexer<'_>) -> Result<Value, Syntax> {
    if lexer.depth() > MAX_TREE_DEPTH {
        return Err(Syntax::Depth);
    }
    let mut digits = String::new();
    Ok(match first {
        Token::OpenObject => Value::Object(object(lexer)?),
        Token::OpenArray => Value::Array(array(lexer)?),
        Token::String(text) => Value::String(text.into_owned()),
        Token::Integer(text) => {
            literal::integer(text, &mut digits)?.map_err(Syntax::Refused)?;
            Value::Number(digits)
        }
        Token::Double(text) => {
            literal::double(text, &mut digits)?.map_err(Syntax::Refused)?;
            Value::Number(digits)
        }
        Token::Bool(value) => Value::Bool(value),
        Token::Null => Value::Null,
        token => return Err(misplaced(&token)),
    })
}

fn object(lexer: &mut Lexer<'_>) -> Result<Object, Syntax> {
    let mut fields = Vec::new();
    loop {
        match lexer.next_token()? {
            Token::Close => return Ok(Object(fields)),
            Token::Field(name) => {
                let first = lexer.next_token()?;
                fields.push((name.into_owned(), value(first, lexer)?));
            }
            token => return Err(misplaced(&token)),
        }
    }
}

fn array(lexer: &mut Lexer<'_>) -> Result<Vec<Value>, Syntax> {
    let mut items = Vec::new();
    loop {
        match lexer.next_token()? {
            Token::Close => return Ok(items),
            token => items.push(value(token, lexer)?),
        }
    }
}
