//! What the environment means.

mod database;
mod memory;
mod words;
