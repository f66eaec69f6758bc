//! Events: from a client's JSON to what is stored, and back.

pub(crate) mod document;
pub(crate) mod fields;
pub(crate) mod invalid;
pub mod json;
pub mod parse;
pub(crate) mod properties;
pub(crate) mod validate;

#[cfg(test)]
mod tests;
