//! The console's entry point: from the command line to the exit code.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use pio_logging::start::{self, Program};
use pio_logging::stderr;
use pio_process::stdout;
use pio_settings::{env, vars, words};

use crate::cli::Command;
use crate::cli::words::Invocation;
use crate::errors::{self, ConsoleError};
use crate::output::{self, Console};
use crate::verbs;

/// Exit code of a usage error.
const USAGE: u8 = 2;

/// Runs the command given by the arguments after the program's name.
pub fn main(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    errors::hide_panics();
    env::warn_with(|text| output::warn("Pio$", text));
    let invocation = match Invocation::parse(words) {
        Ok(invocation) => invocation,
        Err(said) => return usage(&said),
    };
    finish(run(invocation))
}

/// Prints help on standard output and usage errors on standard error.
fn usage(said: &clap::Error) -> ExitCode {
    let printed = stdout::taken(said.print().and_then(|()| std::io::stdout().flush()));
    if said.use_stderr() {
        return USAGE.into();
    }
    finish(printed.map_err(|error| ConsoleError::Output(error).into()))
}

/// A command also fails if its output could not be written.
fn finish(outcome: Result<()>) -> ExitCode {
    let unprinted = output::failure().map(|error| ConsoleError::Output(error).into());
    let failures: Vec<anyhow::Error> = outcome.err().into_iter().chain(unprinted).collect();
    failures.iter().for_each(errors::report);
    stderr::finish();
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(invocation: Invocation) -> Result<()> {
    let Invocation { cli, spark, program, ignores_spark } = invocation;
    let spark = [words::of_variable(vars::PIO_PRIVATE_SPARK_OPTS)?, spark].concat();
    let common = cli.common;
    let console = Console { json: common.json };
    if is_job(&cli.command) {
        start::start(Program::Command, common.verbose);
    }
    if ignores_spark {
        output::to_stderr(
            "What stands behind -- is for Spark, which this command does not start. It is ignored.",
        );
    }
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

/// Whether a platform may want the output of this command as a log.
fn is_job(command: &Command) -> bool {
    use Command::{BatchPredict, Build, Eval, Import, Run, Train};
    matches!(command, Import(_) | Build(_) | Train(_) | Eval(_) | BatchPredict(_) | Run(_))
}
