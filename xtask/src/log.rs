//! What the tasks say to the person who called them: always on standard error.

use std::fmt::Display;
use std::io::Write as _;

/// Says that a step begins.
pub(crate) fn step(line: impl Display) {
    say(format_args!("-----> {line}"));
}

/// Says one line.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Says what must not be overlooked.
pub(crate) fn loudly(line: impl Display) {
    say(format_args!(" !     {line}"));
}

/// Says why a task failed, with every cause.
pub(crate) fn error(error: &anyhow::Error) {
    say(format_args!("error: {error:#}"));
}
