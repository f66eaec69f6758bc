//! `pio-buildpack`: the program behind the scripts in the buildpack's `bin/`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use pio_buildpack::classic::{self, Build, Purpose};
use pio_buildpack::cloud_native;
use pio_buildpack::errors::Error;
use pio_buildpack::variables::Variables;
use pio_launcher::{log, usage};
use pio_process::stdout;
use rustix::fs::Mode;

/// The buildpack of PredictionIO.
#[derive(Parser)]
#[command(name = "pio-buildpack", version)]
struct Cli {
    #[command(subcommand)]
    phase: Phase,
}

/// What a platform may ask a buildpack.
#[derive(Subcommand)]
enum Phase {
    /// Says whether the app is one for this buildpack: its folder on classic platforms, those
    /// of the platform and of the plan on Cloud Native ones.
    Detect {
        #[arg(value_parser = folder())]
        folder: PathBuf,
        #[arg(value_parser = folder())]
        plan: Option<PathBuf>,
        #[command(flatten)]
        further: Further,
    },
    /// Makes a slug of the app (classic).
    Compile(Folders),
    /// Prints the default process types (classic).
    Release {
        #[arg(value_parser = folder())]
        build_dir: PathBuf,
        #[command(flatten)]
        further: Further,
    },
    /// Prints facts about the build (classic).
    Report {
        #[arg(value_parser = folder())]
        build_dir: PathBuf,
        #[arg(value_parser = folder())]
        cache_dir: Option<PathBuf>,
        #[arg(value_parser = folder())]
        env_dir: Option<PathBuf>,
        #[command(flatten)]
        further: Further,
    },
    /// Prepares the app for its tests (classic).
    TestCompile(Folders),
    /// Runs the tests of the app (classic).
    Test {
        #[arg(value_parser = folder())]
        build_dir: PathBuf,
        #[arg(value_parser = folder())]
        env_dir: Option<PathBuf>,
        #[command(flatten)]
        further: Further,
    },
    /// Makes layers for the app (Cloud Native).
    Build {
        layers_dir: PathBuf,
        platform_dir: PathBuf,
        plan: PathBuf,
        #[command(flatten)]
        further: Further,
    },
}

/// The arguments of `bin/compile` and `bin/test-compile`.
#[derive(Args)]
struct Folders {
    #[arg(value_parser = folder())]
    build_dir: PathBuf,
    #[arg(value_parser = folder())]
    cache_dir: PathBuf,
    #[arg(value_parser = folder())]
    env_dir: Option<PathBuf>,
    #[command(flatten)]
    further: Further,
}

/// Ignored extra arguments. Platforms pass more arguments than they document: herokuish runs
/// `bin/release BUILD_DIR CACHE_DIR`.
#[derive(Args)]
struct Further {
    #[arg(hide = true, allow_hyphen_values = true, trailing_var_arg = true)]
    _ignored: Vec<OsString>,
}

/// A folder argument. It may be empty, as an unset variable in quotes is in a shell.
fn folder() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

fn main() -> ExitCode {
    let phase = match Cli::try_parse() {
        Ok(cli) => cli.phase,
        Err(mistake) => return usage::print(&mistake),
    };
    // Another user runs the built app, so it must be readable whatever the platform's umask is.
    rustix::process::umask(Mode::from_bits_truncate(0o022));
    match run(phase) {
        Ok(code) => code,
        Err(error) => {
            log::error(&error.advice());
            ExitCode::FAILURE
        }
    }
}

fn run(phase: Phase) -> Result<ExitCode, Error> {
    match phase {
        Phase::Detect { folder, plan: Some(plan), .. } if cloud_native::is_platform() => {
            return Ok(cloud_native::detect(folder, plan));
        }
        Phase::Build { layers_dir, platform_dir, plan, .. } => {
            return Ok(cloud_native::build(layers_dir, platform_dir, plan));
        }
        Phase::Detect { folder, .. } => {
            print(&format!("{}\n", classic::detect(&whole("BUILD_DIR", &folder)?)))
        }
        Phase::Compile(folders) => compile(folders, Purpose::Run),
        Phase::TestCompile(folders) => compile(folders, Purpose::Test),
        Phase::Release { build_dir, .. } => print(&classic::release(&whole("BUILD_DIR", &build_dir)?)?),
        Phase::Report { build_dir, env_dir, .. } => {
            print(&classic::report(&whole("BUILD_DIR", &build_dir)?, &variables(env_dir)?))
        }
        Phase::Test { build_dir, env_dir, .. } => {
            let variables = variables(env_dir)?;
            variables.tell_ignored();
            classic::test(&whole("BUILD_DIR", &build_dir)?, &variables)
        }
    }?;
    Ok(ExitCode::SUCCESS)
}

fn compile(folders: Folders, purpose: Purpose) -> Result<(), Error> {
    let variables = variables(folders.env_dir)?;
    variables.tell_ignored();
    let build = Build {
        app: whole("BUILD_DIR", &folders.build_dir)?,
        cache: folders.cache_dir,
        variables,
        buildpack: own_buildpack()?,
    };
    classic::compile(&build, purpose)
}

/// The absolute path of the folder, because programs run in other working directories.
fn whole(name: &'static str, folder: &Path) -> Result<PathBuf, Error> {
    match folder.canonicalize() {
        Ok(path) if path.is_dir() => Ok(path),
        Ok(_) => {
            Err(Error::NoFolder { name, folder: folder.to_owned(), reason: "It is no folder.".to_owned() })
        }
        Err(error) => Err(Error::NoFolder { name, folder: folder.to_owned(), reason: format!("{error}.") }),
    }
}

fn variables(folder: Option<PathBuf>) -> Result<Variables, Error> {
    folder.map_or_else(|| Ok(Variables::default()), |folder| Variables::of_folder(&folder))
}

/// The buildpack's folder. This program is at `dist/bin/pio-buildpack` in it.
fn own_buildpack() -> Result<PathBuf, Error> {
    let program = std::env::current_exe()?;
    Ok(program.ancestors().nth(3).map(PathBuf::from).unwrap_or_default())
}

fn print(text: &str) -> Result<(), Error> {
    stdout::print(text).map_err(Error::Output)
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
