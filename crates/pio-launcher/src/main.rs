//! `pio-launcher`: the program that platforms start.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use pio_launcher::app;
use pio_launcher::commands;
use pio_launcher::config::{self, Config, EventApi, Words};
use pio_launcher::environment;
use pio_launcher::errors::Error;
use pio_launcher::log;
use pio_launcher::release;
use pio_launcher::role::{FORMER_PREFIX, Role};
use pio_launcher::run;
use pio_launcher::spark;
use pio_launcher::usage;
use pio_logging::start::{Program, start};
use pio_logging::stderr;
use pio_process::stdout;
use pio_settings::database::DatabaseSettings;
use pio_settings::{env, memory};

/// Starts a process type of a PredictionIO app on a platform, set up by config vars; or any other program, as
/// a container's first process does: `pio-launcher pio app list`.
#[derive(Parser)]
#[command(name = "pio-launcher", version)]
struct Cli {
    /// What this process is for.
    #[arg(value_enum)]
    role: Role,
    /// Options for the pio command that is run; those after -- are for spark-submit.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Exit code of a usage error.
const USAGE: u8 = 2;

enum Asked {
    Role(Role, Vec<OsString>),
    Program(Vec<OsString>),
}

fn main() -> ExitCode {
    env::warn_with(|text| log::remark(text));
    let asked = match parse_role() {
        Ok(asked) => asked,
        Err(mistake) => return usage::print(&mistake),
    };
    let outcome = match asked {
        Asked::Role(role, options) => {
            if role != Role::Environment {
                start(Program::Server, false);
            }
            tell_former_name(role);
            texts(options).and_then(|options| run_role(role, &Words::split(&options)))
        }
        Asked::Program(words) => Err(run::become_program(&words)),
    };
    let code = match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error(&error.advice());
            if matches!(error, Error::NotAProgram { .. }) { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
        }
    };
    stderr::finish();
    code
}

/// Determines the role from the program's name, else from the first argument. Any other argument is a program
/// to run.
fn parse_role() -> Result<Asked, clap::Error> {
    let mut arguments = std::env::args_os();
    let own = file_name(&arguments.next().unwrap_or_default());
    if let Some(role) = Role::of_name(&own) {
        return Ok(Asked::Role(role, arguments.collect()));
    }
    let words: Vec<OsString> = arguments.collect();
    let first = words.first().map(|word| word.to_string_lossy()).unwrap_or_default();
    match Role::of_word(&first) {
        Some(role) => Ok(Asked::Role(role, words.into_iter().skip(1).collect())),
        None if first.is_empty() || first.starts_with('-') => {
            let cli = Cli::try_parse()?;
            Ok(Asked::Role(cli.role, cli.options.into_iter().map(OsString::from).collect()))
        }
        None => Ok(Asked::Program(words)),
    }
}

fn file_name(program: &OsStr) -> String {
    Path::new(program).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn tell_former_name(role: Role) {
    let own = file_name(&std::env::args_os().next().unwrap_or_default());
    if own.starts_with(FORMER_PREFIX) {
        let name = role.name();
        log::warning(format_args!(
            "{own} is what the former buildpack called `pio-launcher {name}`: write that instead."
        ));
    }
}

fn texts(words: Vec<OsString>) -> Result<Vec<String>, Error> {
    let text = |word: OsString| {
        word.into_string().map_err(|word| Error::NotText { given: word.to_string_lossy().into_owned() })
    };
    words.into_iter().map(text).collect()
}

fn run_role(role: Role, extra: &Words) -> Result<(), Error> {
    match role {
        Role::Web => web(extra),
        Role::Train => train(extra),
        Role::Release => release(extra),
        Role::EventServer => event_server(extra),
        Role::SparkMaster => spark::master::run(),
        Role::SparkWorker => spark::worker::run(),
        Role::SparkWeb => spark::web::run(&Config::of_port()?),
        Role::Environment => tell_environment(extra),
    }
}

fn web(extra: &Words) -> Result<(), Error> {
    let Some(engine) = app::engine_in(&run::app_folder()?) else {
        return event_server(extra);
    };
    if EventApi::from_env()? == EventApi::Only {
        return event_server(extra);
    }
    let words = commands::deploy(&Config::for_deploy()?, extra)?;
    database()?;
    run::check_memory(memory::plan().limit)?;
    Err(run::become_pio(&words, &engine))
}

fn train(extra: &Words) -> Result<(), Error> {
    let engine = run::engine()?;
    let words = commands::train(&Config::for_train()?, extra)?;
    database()?;
    run::check_memory(memory::plan().limit)?;
    Err(run::become_pio(&words, &engine))
}

fn event_server(extra: &Words) -> Result<(), Error> {
    let words = commands::event_server(&Config::of_port()?, extra)?;
    database()?;
    Err(run::become_pio(&words, &run::app_folder()?))
}

fn release(extra: &Words) -> Result<(), Error> {
    if EventApi::from_env()? == EventApi::Only || app::engine_in(&run::app_folder()?).is_none() {
        log::step("An event server has nothing to train");
        return Ok(());
    }
    if !config::train_on_release()? {
        log::step("Not training, because PIO_TRAIN_ON_RELEASE is false. Train with `heroku run train`");
        return Ok(());
    }
    let config = Config::for_release()?;
    let database = database()?;
    run::check_memory(memory::plan().limit)?;
    runtime()?.block_on(release::release(&config, extra, &database))
}

fn tell_environment(extra: &Words) -> Result<(), Error> {
    let variables = environment::variables(&run::app_folder()?);
    let as_toml = extra.own.iter().any(|word| word == "--toml");
    let text = if as_toml { environment::for_toml(&variables) } else { environment::for_shell(&variables) };
    stdout::print(&text).map_err(Error::Output)
}

fn database() -> Result<DatabaseSettings, Error> {
    DatabaseSettings::from_env()?.ok_or(Error::NoDatabase)
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
