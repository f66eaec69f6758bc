//! Copying a value from a lenient text into a strict one.

use crate::json::Syntax;
use crate::json::lexer::{Lexer, Token};
use crate::json::{number, text};

/// What [`scalar`] or a container was, for those who must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}

/// Appends the value that `first` begins, in the shortest strict form, and leaves the lexer behind it.
pub(crate) fn copy(first: Token<'_>, lexer: &mut Lexer<'_>, out: &mut String) -> Result<Kind, Syntax> {
    match first {
        Token::OpenObject => container(lexer, true, out).map(|()| Kind::Object),
        Token::OpenArray => container(lexer, false, out).map(|()| Kind::Array),
        token => scalar(token, out),
    }
}

/// Moves the lexer behind the value that `first` begins, checking it.
pub(crate) fn skip(first: Token<'_>, lexer: &mut Lexer<'_>) -> Result<Kind, Syntax> {
    let mut sink = String::new();
    copy(first, lexer, &mut sink)
}

fn scalar(token: Token<'_>, out: &mut String) -> Result<Kind, Syntax> {
    match token {
        Token::String(value) => {
            text::quote(&value, out);
            Ok(Kind::String)
        }
        Token::Integer(digits) => number::integer(digits, out).map(|()| Kind::Number),
        Token::Double(digits) => number::double(digits, out).map(|()| Kind::Number),
        Token::Bool(value) => {
            out.push_str(if value { "true" } else { "false" });
            Ok(Kind::Bool)
        }
        Token::Null => {
            out.push_str("null");
            Ok(Kind::Null)
        }
        Token::End => Err(Syntax::End),
        Token::OpenObject | Token::OpenArray | Token::Close | Token::Field(_) => Err(Syntax::Place),
    }
}

/// Copies the inside of a container whose opening bracket was just read. A loop instead of recursion: depth costs no stack.
fn container(lexer: &mut Lexer<'_>, is_object: bool, out: &mut String) -> Result<(), Syntax> {
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
            token => {
                scalar(token, out)?;
            }
        }
    }
    Ok(())
}

/// The error for a token that cannot stand here.
pub(crate) fn misplaced(token: &Token<'_>) -> Syntax {
    if *token == Token::End { Syntax::End } else { Syntax::Place }
}
