#![doc = include_str!("../README.md")]
//!
//! Reading and writing JSON the way PIO's parser did.
//!
//! Clients were tested against json4s, which is lenient about commas, colons and the kind of closing bracket. The lexer accepts
//! what it accepted, but for a second document after the first, of which json4s took only the last; everything that leaves this
//! server is strict JSON. Nothing here builds a tree, so a body costs no more memory than its own size.

pub mod canonical;
pub mod document;
pub mod lexer;
pub mod literal;
pub mod number;
pub mod text;
pub mod tree;

use crate::number::NumberError;

/// Why a text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Syntax {
    /// A character that no token begins with.
    #[error("there is an unexpected character")]
    Character,
    /// A string without its closing quote, or with a broken escape.
    #[error("a string is not closed or holds a broken escape")]
    String,
    /// Digits and signs that make no number.
    #[error("a number is malformed")]
    Number,
    /// `NaN` or `Infinity`, which some languages write.
    #[error("NaN and Infinity are not numbers in JSON; leave the field out or send null")]
    NotFinite,
    /// A number that [`crate::number::check`] refuses, where nothing of the text can be kept without it.
    #[error("a number cannot be stored: {0}")]
    Refused(NumberError),
    /// A value where none may stand, a field without a value, or a bracket that closes nothing.
    #[error("a value, a field name or a bracket is out of place")]
    Place,
    /// More open brackets than [`lexer::MAX_DEPTH`].
    #[error("objects and arrays are nested more than {} levels deep", lexer::MAX_DEPTH)]
    Depth,
    /// The text ended before the outermost bracket was closed, or held no object or array at all.
    #[error("the text ends before its outermost object or array is complete")]
    End,
    /// More follows the outermost object or array.
    #[error("something follows the end of the first object or array")]
    Trailing,
}

#[cfg(test)]
mod tests;
