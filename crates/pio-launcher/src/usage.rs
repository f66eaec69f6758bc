//! Help that was asked for, and mistakes in a command line.

use std::io::Write as _;
use std::process::ExitCode;

use pio_process::stdout;

use crate::errors::Error;
use crate::log;

/// The exit code for a command line that is wrong.
const MISTAKE: u8 = 2;

/// Prints what clap has to say: help on standard output, a mistake on standard error.
#[must_use]
pub fn print(said: &clap::Error) -> ExitCode {
    let printed = stdout::taken(said.print().and_then(|()| std::io::stdout().flush()));
    match printed {
        // Nobody is left to tell where standard error cannot be written.
        _ if said.use_stderr() => MISTAKE.into(),
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error(&Error::Output(error).advice());
            ExitCode::FAILURE
        }
    }
}
