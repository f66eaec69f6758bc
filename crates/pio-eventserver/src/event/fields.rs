//! The fields of one event as the client sent them, before they are checked.

use pio_json::number::NumberError;

use crate::event::properties::{self, Properties};
use pio_json::canonical::{self, misplaced};
use pio_json::lexer::{Lexer, Token};
use pio_json::{Syntax, literal};

/// A field that should hold text.
#[derive(Debug, Default, PartialEq)]
pub(crate) enum Text {
    #[default]
    Missing,
    Null,
    /// A string, or a number's digits.
    Given(String),
    /// A boolean, array or object.
    Wrong,
    /// A number that cannot be stored.
    Refused(NumberError),
}

/// The field that should hold an object.
#[derive(Debug, Default, PartialEq)]
pub(crate) enum Map {
    #[default]
    Missing,
    Given(Properties),
    Wrong,
}

/// All fields that count. Others, `tags` and `creationTime` among them, are ignored.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Fields {
    pub(crate) event: Text,
    pub(crate) event_id: Text,
    pub(crate) entity_type: Text,
    pub(crate) entity_id: Text,
    pub(crate) target_entity_type: Text,
    pub(crate) target_entity_id: Text,
    pub(crate) properties: Map,
    pub(crate) event_time: Text,
    pub(crate) pr_id: Text,
}

/// Reads an object whose opening bracket was just read. Of equal keys the last one counts.
pub(crate) fn read(lexer: &mut Lexer<'_>) -> Result<Fields, Syntax> {
    let mut fields = Fields::default();
    loop {
        match lexer.next_token()? {
            Token::Close => return Ok(fields),
            Token::Field(name) => {
                let first = lexer.next_token()?;
                let slot = match &*name {
                    "event" => &mut fields.event,
                    "eventId" => &mut fields.event_id,
                    "entityType" => &mut fields.entity_type,
                    "entityId" => &mut fields.entity_id,
                    "targetEntityType" => &mut fields.target_entity_type,
                    "targetEntityId" => &mut fields.target_entity_id,
                    "eventTime" => &mut fields.event_time,
                    "prId" => &mut fields.pr_id,
                    "properties" => {
                        fields.properties = map(first, lexer)?;
                        continue;
                    }
                    _ => {
                        canonical::skip(first, lexer)?;
                        continue;
                    }
                };
                *slot = text(first, lexer)?;
            }
            token => return Err(misplaced(&token)),
        }
    }
}

fn text(first: Token<'_>, lexer: &mut Lexer<'_>) -> Result<Text, Syntax> {
    let mut digits = String::new();
    Ok(match first {
        Token::String(value) => Text::Given(value.into_owned()),
        Token::Integer(literal) => {
            literal::integer(literal, &mut digits)?.map_or_else(Text::Refused, |()| Text::Given(digits))
        }
        Token::Double(literal) => {
            literal::double(literal, &mut digits)?.map_or_else(Text::Refused, |()| Text::Given(digits))
        }
        Token::Null => Text::Null,
        other => {
            canonical::skip(other, lexer)?;
            Text::Wrong
        }
    })
}

fn map(first: Token<'_>, lexer: &mut Lexer<'_>) -> Result<Map, Syntax> {
    match first {
        Token::OpenObject => properties::read(lexer).map(Map::Given),
        Token::Null => Ok(Map::Missing),
        other => {
            canonical::skip(other, lexer)?;
            Ok(Map::Wrong)
        }
    }
}
