//! What a connector expects of a JSON body, as data.
//!
//! The rules are those by which PIO filled its case classes: a number passes for text, an optional field that does not fit is left
//! out, and fields that nobody expects are left out too.

use crate::webhooks::ConnectorError;
use pio_json::literal;
use pio_json::tree::{Object, Value};

/// The type of a field.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Bool,
    Double,
    Int,
    /// An object with any fields.
    Map,
    /// An object with these fields.
    Fields(&'static [Field]),
}

/// A field.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_required: bool,
}

/// A field that must be there and fit.
pub(crate) const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, is_required: true }
}

/// A field that counts only where it is there and fits.
pub(crate) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, is_required: false }
}

/// The expected fields of an object, in the order in which they are expected. A name in `snake_case` is found in camelCase too; of
/// both the first counts, as in PIO, which knew no other.
pub(crate) fn fields(data: &Object, expected: &[Field]) -> Result<Object, ConnectorError> {
    let mut found = Object::default();
    for field in expected {
        let find = |name: &str| data.get(name).and_then(|value| fit(value, field.kind));
        match find(field.name).or_else(|| find(&camel_case(field.name))) {
            Some(value) => found = found.with(field.name, value),
            None if field.is_required => return Err(ConnectorError::field(field.name, field.kind.noun())),
            None => {}
        }
    }
    Ok(found)
}

fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

fn fit(value: &Value, kind: Kind) -> Option<Value> {
    Some(match (kind, value) {
        (Kind::Text, Value::String(text) | Value::Number(text)) => Value::String(text.clone()),
        (Kind::Bool, Value::Bool(_)) | (Kind::Map, Value::Object(_)) => value.clone(),
        (Kind::Double, Value::Number(digits)) => double(digits)?,
        (Kind::Int, Value::Number(digits)) => int(digits)?,
        (Kind::Fields(expected), Value::Object(object)) => Value::Object(fields(object, expected).ok()?),
        _ => return None,
    })
}

/// Digits as a double.
pub(crate) fn double(digits: &str) -> Option<Value> {
    let mut out = String::new();
    literal::double(digits, &mut out).ok()?.ok()?;
    Some(Value::Number(out))
}

/// Digits as an integer, what is behind the point dropped.
fn int(digits: &str) -> Option<Value> {
    let whole = digits.parse::<f64>().ok()?.trunc();
    (whole.abs() < 1e15).then(|| Value::Number(format!("{whole:.0}")))
}

impl Kind {
    fn noun(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Bool => "true or false",
            Self::Double | Self::Int => "a number",
            Self::Map | Self::Fields(_) => "an object",
        }
    }
}
