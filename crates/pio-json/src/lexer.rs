//! Tokens of a JSON text, with json4s' leniency.

use std::borrow::Cow;

use crate::{Syntax, text};

/// How deeply objects and arrays may nest.
pub const MAX_DEPTH: usize = 1000;

/// Windows programs begin a file with it. It may stand before each document.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What some languages write for numbers that JSON does not have.
const NOT_FINITE: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

/// One token. Commas and colons are not tokens: they only separate.
#[derive(Debug, PartialEq)]
pub enum Token<'a> {
    /// `{`
    OpenObject,
    /// `[`
    OpenArray,
    /// Either closing bracket; json4s does not compare it with the opening one.
    Close,
    /// The name of a member.
    Field(Cow<'a, str>),
    /// A string.
    String(Cow<'a, str>),
    /// Digits and signs that are yet to be checked.
    Integer(&'a str),
    /// The same with a point or an exponent.
    Double(&'a str),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// The end of the text.
    End,
}

#[derive(Clone, Copy, PartialEq)]
enum Block {
    Object,
    Array,
}

/// Splits a text into tokens.
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    blocks: Vec<Block>,
    name_expected: bool,
}

impl<'a> Lexer<'a> {
    /// Starts at the beginning of `text`.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, blocks: Vec::new(), name_expected: true }
    }

    /// How many brackets are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.blocks.len()
    }

    /// The next token; [`Token::End`] again and again at the end.
    ///
    /// # Errors
    /// The text is not JSON.
    pub fn next_token(&mut self) -> Result<Token<'a>, Syntax> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' | b',' => {}
                0xef if self.blocks.is_empty() && self.is_at(BYTE_ORDER_MARK) => {
                    self.at += BYTE_ORDER_MARK.len() - 1;
                }
                b':' if self.blocks.last() == Some(&Block::Array) => return Err(Syntax::Place),
                b':' => self.name_expected = false,
                b'"' => return self.string(),
                b'{' => {
                    self.name_expected = true;
                    return self.open(Block::Object, Token::OpenObject);
                }
                b'[' => return self.open(Block::Array, Token::OpenArray),
                b'}' => return self.close(),
                b']' => {
                    self.name_expected = true;
                    return self.close();
                }
                b't' => return self.word("true", Token::Bool(true)),
                b'f' => return self.word("false", Token::Bool(false)),
                b'n' => return self.word("null", Token::Null),
                b'N' | b'I' | b'-' if NOT_FINITE.iter().any(|word| self.is_at(word)) => {
                    return Err(Syntax::NotFinite);
                }
                b'0'..=b'9' | b'-' | b'+' => return Ok(self.number()),
                _ => return Err(Syntax::Character),
            }
        }
        Ok(Token::End)
    }

    /// Whether this text begins with the byte that was read last.
    fn is_at(&self, text: &str) -> bool {
        self.text.as_bytes()[self.at - 1..].starts_with(text.as_bytes())
    }

    /// Insists on the end of the text.
    ///
    /// # Errors
    /// The text is not JSON.
    pub fn end(&mut self) -> Result<(), Syntax> {
        match self.next_token()? {
            Token::End => Ok(()),
            _ => Err(Syntax::Trailing),
        }
    }

    fn open(&mut self, block: Block, token: Token<'a>) -> Result<Token<'a>, Syntax> {
        if self.blocks.len() == MAX_DEPTH {
            return Err(Syntax::Depth);
        }
        self.blocks.push(block);
        Ok(token)
    }

    fn close(&mut self) -> Result<Token<'a>, Syntax> {
        self.blocks.pop().map(|_| Token::Close).ok_or(Syntax::Place)
    }

    fn string(&mut self) -> Result<Token<'a>, Syntax> {
        let is_name = self.name_expected && self.blocks.last() == Some(&Block::Object);
        let (value, end) = text::unquote(self.text, self.at)?;
        self.at = end;
        if is_name {
            return Ok(Token::Field(value));
        }
        self.name_expected = true;
        Ok(Token::String(value))
    }

    fn word(&mut self, word: &str, token: Token<'a>) -> Result<Token<'a>, Syntax> {
        if !self.is_at(word) {
            return Err(Syntax::Character);
        }
        self.name_expected = true;
        self.at += word.len() - 1;
        Ok(token)
    }

    fn number(&mut self) -> Token<'a> {
        self.name_expected = true;
        let rest = &self.text[self.at - 1..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        let length = rest.bytes().position(|byte| !is_part(&byte)).unwrap_or(rest.len());
        let digits = &rest[..length];
        self.at += length - 1;
        if digits.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
            Token::Double(digits)
        } else {
            Token::Integer(digits)
        }
    }
}
