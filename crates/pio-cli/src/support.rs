//! Shared code of several verbs.

pub(crate) mod engine;
pub(crate) mod local_path;
pub(crate) mod lookup;
