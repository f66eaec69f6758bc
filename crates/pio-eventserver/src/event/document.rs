//! A request's body: one event, or an array of them.

use crate::event::fields::{self, Fields};
use pio_json::Syntax;
use pio_json::canonical::{self, misplaced};
use pio_json::lexer::{Lexer, Token};

/// What a body holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Document {
    Object(Box<Fields>),
    Array(Items),
}

/// The items of an array.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Items {
    /// How many there are.
    pub(crate) count: usize,
    /// The first of them, as many as were wanted; `None` for one that is no object.
    pub(crate) kept: Vec<Option<Fields>>,
}

/// Reads a body of one object or array, keeping at most `limit` items of an array.
pub(crate) fn read(body: &str, limit: usize) -> Result<Document, Syntax> {
    let mut lexer = Lexer::new(body);
    let document = next(&mut lexer, limit)?.ok_or(Syntax::End)?;
    lexer.end()?;
    Ok(document)
}

/// Reads the next object or array; nothing at the end.
pub(crate) fn next(lexer: &mut Lexer<'_>, limit: usize) -> Result<Option<Document>, Syntax> {
    Ok(Some(match lexer.next_token()? {
        Token::End => return Ok(None),
        Token::OpenObject => Document::Object(Box::new(fields::read(lexer)?)),
        Token::OpenArray => Document::Array(items(lexer, limit)?),
        token => return Err(misplaced(&token)),
    }))
}

fn items(lexer: &mut Lexer<'_>, limit: usize) -> Result<Items, Syntax> {
    let mut items = Items::default();
    loop {
        let token = lexer.next_token()?;
        let item = match token {
            Token::Close => return Ok(items),
            Token::OpenObject if items.count < limit => Some(fields::read(lexer)?),
            token => {
                canonical::skip(token, lexer)?;
                None
            }
        };
        if items.count < limit {
            items.kept.push(item);
        }
        items.count += 1;
    }
}
