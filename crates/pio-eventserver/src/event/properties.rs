//! The properties of an event, checked and brought into the form in which they are stored.

use std::ops::Range;

use pio_json::number::NumberError;

use pio_json::canonical::{self, misplaced};
use pio_json::lexer::{Lexer, Token};
use pio_json::{Syntax, text};

/// A strict JSON object whose keys are all different.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Properties {
    pub(crate) json: String,
    /// The first key that begins with a reserved prefix.
    pub(crate) reserved: Option<String>,
    /// The first key whose value holds a number that cannot be stored, and why.
    pub(crate) refused: Option<(String, NumberError)>,
}

impl Properties {
    /// Whether there is no property.
    pub(crate) fn is_empty(&self) -> bool {
        self.json.len() <= 2
    }
}

struct Field {
    key: Range<usize>,
    end: usize,
}

/// Reads an object whose opening bracket was just read. Of equal keys the last one counts.
pub(crate) fn read(lexer: &mut Lexer<'_>) -> Result<Properties, Syntax> {
    let mut properties = Properties { json: String::from("{"), ..Properties::default() };
    let mut fields = Vec::new();
    loop {
        match lexer.next_token()? {
            Token::Close => break,
            Token::Field(name) => {
                if properties.reserved.is_none() && is_reserved(&name) {
                    properties.reserved = Some(name.clone().into_owned());
                }
                if !fields.is_empty() {
                    properties.json.push(',');
                }
                let start = properties.json.len();
                text::quote(&name, &mut properties.json);
                let key = start..properties.json.len();
                properties.json.push(':');
                let first = lexer.next_token()?;
                if let Err(why) = canonical::copy(first, lexer, &mut properties.json)?.numbers {
                    properties.refused.get_or_insert_with(|| (name.into_owned(), why));
                }
                fields.push(Field { key, end: properties.json.len() });
            }
            token => return Err(misplaced(&token)),
        }
    }
    properties.json.push('}');
    if let Some(json) = without_repeated_keys(&properties.json, &fields) {
        properties.json = json;
    }
    Ok(properties)
}

/// Whether PIO keeps names that begin like this for itself.
pub(crate) fn is_reserved(name: &str) -> bool {
    name.starts_with('$') || name.starts_with("pio_")
}

/// The object without the fields whose key comes again later; `None` where there are none.
fn without_repeated_keys(json: &str, fields: &[Field]) -> Option<String> {
    let key = |at: &usize| &json[fields[*at].key.clone()];
    let mut order: Vec<usize> = (0..fields.len()).collect();
    order.sort_by_key(|at| (key(at), *at));
    let mut last: Vec<usize> =
        order.chunk_by(|a, b| key(a) == key(b)).filter_map(|equal| equal.last().copied()).collect();
    if last.len() == fields.len() {
        return None;
    }
    last.sort_unstable();
    let kept: Vec<&str> = last.iter().map(|&at| &json[fields[at].key.start..fields[at].end]).collect();
    Some(format!("{{{}}}", kept.join(",")))
}
