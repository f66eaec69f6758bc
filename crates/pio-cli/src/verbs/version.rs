//! `pio version`.

use serde_json::json;

use crate::output::Console;

/// The version of this program.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(crate) fn run(console: Console) {
    console.line(VERSION);
    console.result(&json!({ "version": VERSION }));
}
