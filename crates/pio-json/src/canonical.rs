//! Copying a value from a lenient text into a strict one.

use crate::Syntax;
use crate::lexer::{Lexer, Token};
use crate::literal::{self, Checked};
use crate::text;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
}

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// What the value is.
    pub kind: Kind,
    /// Whether all of its numbers can be stored.
    pub numbers: Checked,
}

/// Appends the value that `first` begins, in the shortest strict form, and leaves the lexer behind it.
///
/// # Errors
/// The text is not JSON.
pub fn copy(first: Token<'_>, lexer: &mut Lexer<'_>, out: &mut String) -> Result<Copied, Syntax> {
    match first {
        Token::OpenObject => Ok(Copied { kind: Kind::Object, numbers: container(lexer, true, out)? }),
        Token::OpenArray => Ok(Copied { kind: Kind::Array, numbers: container(lexer, false, out)? }),
        token => scalar(token, out),
    }
}

/// Moves the lexer behind the value that `first` begins, checking that it is JSON.
///
/// # Errors
/// The text is not JSON.
pub fn skip(first: Token<'_>, lexer: &mut Lexer<'_>) -> Result<(), Syntax> {
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
            numbers = literal::integer(literal, out)?;
            Kind::Number
        }
        Token::Double(literal) => {
            numbers = literal::double(literal, out)?;
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
        let mut token = lexer.next_token()?;
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
            token = lexer.next_token()?;
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
#[must_use]
pub fn misplaced(token: &Token<'_>) -> Syntax {
    if *token == Token::End { Syntax::End } else { Syntax::Place }
}
