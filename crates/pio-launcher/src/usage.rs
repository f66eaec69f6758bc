//! Prints help and usage errors.

use std::io::Write as _;
use std::process::ExitCode;

use pio_process::stdout;

use crate::errors::Error;
use crate::log;

/// Exit code of a usage error.
const MISTAKE: u8 = 2;

/// Prints clap's message: help on standard output, usage errors on standard error.
#[must_use]
pub fn print(said: &clap::Error) -> ExitCode {
    let printed = stdout::taken(said.print().and_then(|()| std::io::stdout().flush()));
    match printed {
        // A failure to write to standard error cannot be reported anywhere.
        _ if said.use_stderr() => MISTAKE.into(),
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error(&Error::Output(error).advice());
            ExitCode::FAILURE
        }
    }
}
