//! Copying a value from a lenient text into a strict one.

use crate::json::Syntax;
use crate::json::lexer::{Lexer, Token};
use crate::json::number::{self, Checked};
use crate::json::text;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) kind: Kind,
    /// Whether all of its numbers can be stored.
    pub(crate) numbers: Checked,
}

/// Appends the value that `first` begins, in the shortest strict form, and leaves the lexer behind it.
pub(crate) fn copy(first: Token<'_>, lexer: &mut Lexer<'_>, out: &mut String) -> Result<Copied, Syntax> {
    match first {
        Token::OpenObject => Ok(Copied { kind: Kind::Object, numbers: container(lexer, true, out)? }),
        Token::OpenArray => Ok(Copied { kind: Kind::Array, numbers: container(lexer, false, out)? }),
        token => scalar(token, out),
    }
}

/// Moves the lexer behind the value that `first` begins, checking that it is JSON.
pub(crate) fn skip(first: Token<'_>, lexer: &mut Lexer<'_>) -> Result<(), Syntax> {
    let mut sink = String::new();
    copy(first, lexer, &mut sink).map(drop)
}

fn scalar(token: Token<'_>, out: &mut String) -> Result<Copied, Syntax> {
    let mut numbers = Ok(());
    let kind = match token {
        Token::String(value) => {
            text::quote(&value, out);
            Kind::String
        }
        Token::Integer(literal) => {
            numbers = number::integer(literal, out)?;
            Kind::Number
        }
        Token::Double(literal) => {
            numbers = number::double(literal, out)?;
            Kind::Number
        }
        Token::Bool(value) => {
            out.push_str(if value { "true" } else { "false" });
            Kind::Bool
        }
        Token::Null => {
            out.push_str("null");
            Kind::Null
        }
        Token::End => return Err(Syntax::End),
        Token::OpenObject | Token::OpenArray | Token::Close | Token::Field(_) => return Err(Syntax::Place),
    };
    Ok(Copied { kind, numbers })
}

/// Copies the inside of a container whose opening bracket was just read. A loop instead of recursion: depth costs no stack.
fn container(lexer: &mut Lexer<'_>, is_object: bool, out: &mut String) -> Result<Checked, Syntax> {
    let mut numbers = Ok(());
    let mut open = vec![is_object];
    out.push(if is_object { '{' } else { '[' });
    let mut is_first = true;
    while let Some(&in_object) = open.last() {
        let mut token = lexer.next()?;
        if token == Token::Close {
            open.pop();
            out.push(if in_object { '}' } else { ']' });
            is_first = false;
            continue;
        }
        if !is_first {
            out.push(',');
        }
        is_first = false;
        if in_object {
            let Token::Field(name) = token else { return Err(misplaced(&token)) };
            text::quote(&name, out);
            out.push(':');
            token = lexer.next()?;
        }
        match token {
            Token::OpenObject | Token::OpenArray => {
                let is_object = token == Token::OpenObject;
                out.push(if is_object { '{' } else { '[' });
                open.push(is_object);
                is_first = true;
            }
            token => numbers = numbers.and(scalar(token, out)?.numbers),
        }
    }
    Ok(numbers)
}

/// The error for a token that cannot stand here.
pub(crate) fn misplaced(token: &Token<'_>) -> Syntax {
    if *token == Token::End { Syntax::End } else { Syntax::Place }
}
