//! What is known about errors of engines that were written for older versions of Spark or PIO.

mod table;

use super::output::CompileError;

/// Why a line cannot work here, and what to change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Advice {
    /// Why, as a sentence.
    pub why: &'static str,
    /// What to change, as a sentence.
    pub change: &'static str,
}

/// What is known about an error.
#[must_use]
pub fn find(error: &CompileError) -> Option<Advice> {
    let source = error.source.as_deref().unwrap_or_default();
    table::TABLE
        .iter()
        .find(|row| {
            row.message.iter().all(|words| error.message.contains(words))
                && (row.source.is_empty()
                    || row.source.iter().any(|words| source.contains(words) || error.message.contains(words)))
        })
        .map(|row| Advice { why: row.why, change: row.change })
}

/// What is known about a dependency that cannot be had.
#[must_use]
pub fn of_dependency(module: &str) -> Option<Advice> {
    table::DEPENDENCIES
        .iter()
        .find(|(name, _, _)| module.contains(name))
        .map(|(_, why, change)| Advice { why, change })
}
