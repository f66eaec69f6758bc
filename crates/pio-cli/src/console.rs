//! The console from its words to its exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use pio_logging::stderr;

use crate::cli::Command;
use crate::cli::words::Invocation;
use crate::errors::{self, ConsoleError};
use crate::output::Console;
use crate::verbs;

/// The exit code for a command line that is wrong.
const USAGE: u8 = 2;

/// Does what the words behind the program's name ask for.
pub fn main(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    errors::hide_panics();
    let invocation = match Invocation::parse(words) {
        Ok(invocation) => invocation,
        Err(error) => {
            // Help goes to standard output, mistakes to standard error; nobody is left to tell if neither can be written.
            let _ = error.print();
            return if error.use_stderr() { USAGE.into() } else { ExitCode::SUCCESS };
        }
    };
    let code = match run(invocation) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            errors::report(&error);
            ExitCode::FAILURE
        }
    };
    stderr::finish();
    code
}

fn run(invocation: Invocation) -> Result<()> {
    let Invocation { cli, spark, program } = invocation;
    let common = cli.common;
    let console = Console { json: common.json };
    match cli.command {
        Command::Version => {
            verbs::version::run(console);
            Ok(())
        }
        Command::Status => verbs::status::run(console),
        Command::App(verb) => verbs::app::run(console, verb),
        Command::AccessKey(verb) => verbs::access_key::run(console, verb),
        Command::Import(args) => verbs::import::run(console, &args),
        Command::Export(args) => verbs::export::run(console, &args),
        Command::EventServer(args) => verbs::event_server::run(&common, &args),
        Command::Build(args) => verbs::build::run(console, &common, &args),
        Command::Train(args) => verbs::train::run(console, &common, args, spark),
        Command::Eval(args) => verbs::eval::run(console, &common, args, spark),
        Command::BatchPredict(args) => verbs::batch_predict::run(console, &common, &args, spark),
        Command::Run(args) => verbs::run::run(&common, &args, spark, program),
        Command::Deploy(args) => verbs::deploy::run(console, &common, &args, spark),
        Command::StartAll(args) => verbs::background::start(console, &args),
        Command::StopAll => verbs::background::stop(console),
        Command::Undeploy(args) => verbs::undeploy::run(console, &args),
        Command::Template(_) => Err(ConsoleError::Template.into()),
        Command::Upgrade(_) => Err(ConsoleError::Upgrade.into()),
        Command::Unregister(_) => Err(ConsoleError::Unregister.into()),
        Command::Dashboard(_) => Err(ConsoleError::Dashboard.into()),
        Command::AdminServer(_) => Err(ConsoleError::AdminServer.into()),
    }
}
