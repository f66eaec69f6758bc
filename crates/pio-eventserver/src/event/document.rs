//! A request's body: one event, or an array of them.

use crate::event::fields::{self, Fields};
use crate::json::Syntax;
use crate::json::canonical::{self, misplaced};
use crate::json::lexer::{Lexer, Token};

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

/// Reads a body, keeping at most `limit` items of an array. Of several objects or arrays in a row the last one counts.
pub(crate) fn read(body: &str, limit: usize) -> Result<Document, Syntax> {
    let mut lexer = Lexer::new(body);
    let mut last = None;
    loop {
        let document = match lexer.next()? {
            Token::End => return last.ok_or(Syntax::End),
            Token::OpenObject => fields::read(&mut lexer).map(|fields| Document::Object(Box::new(fields))),
            Token::OpenArray => items(&mut lexer, limit).map(Document::Array),
            token => return Err(misplaced(&token)),
        };
        match document {
            Ok(document) => last = Some(document),
            Err(Syntax::End) => return last.ok_or(Syntax::End),
            Err(syntax) => return Err(syntax),
        }
    }
}

fn items(lexer: &mut Lexer<'_>, limit: usize) -> Result<Items, Syntax> {
    let mut items = Items::default();
    loop {
        let token = lexer.next()?;
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
