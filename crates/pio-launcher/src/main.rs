//! `pio-launcher`: what a platform starts.

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use pio_launcher::app;
use pio_launcher::commands;
use pio_launcher::config::{self, Config, EventApi, Words};
use pio_launcher::environment;
use pio_launcher::errors::Error;
use pio_launcher::release;
use pio_launcher::role::Role;
use pio_launcher::run;
use pio_launcher::spark;
use pio_launcher::talk;
use pio_launcher::usage;
use pio_logging::start::{Program, start};
use pio_logging::stderr;
use pio_process::stdout;
use pio_settings::database::DatabaseSettings;
use pio_settings::{env, memory};

/// Starts a process type of a PredictionIO app on a platform, set up by config vars.
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

fn main() -> ExitCode {
    env::warn_with(|text| talk::remark(text));
    let (role, options) = match asked() {
        Ok(asked) => asked,
        Err(mistake) => return usage::print(&mistake),
    };
    if role != Role::Environment {
        start(Program::Server, false);
    }
    let code = match play(role, &Words::split(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            talk::fault(&error.advice());
            ExitCode::FAILURE
        }
    };
    stderr::finish();
    code
}

/// The role by which the program is called, else the one that its first argument names.
fn asked() -> Result<(Role, Vec<String>), clap::Error> {
    let mut arguments = std::env::args();
    let own = arguments.next().unwrap_or_default();
    if let Some(role) = Path::new(&own).file_name().and_then(|name| Role::of_name(&name.to_string_lossy())) {
        return Ok((role, arguments.collect()));
    }
    // Only the role is clap's: it would swallow the `--` before the options for Spark.
    Ok((Cli::try_parse()?.role, arguments.skip(1).collect()))
}

fn play(role: Role, extra: &Words) -> Result<(), Error> {
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
        talk::step("An event server has nothing to train");
        return Ok(());
    }
    if !config::train_on_release()? {
        talk::step("Not training, because PIO_TRAIN_ON_RELEASE is false. Train with `heroku run train`");
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
