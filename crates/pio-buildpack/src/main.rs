//! `pio-buildpack`: what the scripts in the buildpack's `bin/` run, each with its own name.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use pio_buildpack::classic::{self, Build, Purpose};
use pio_buildpack::cloud_native;
use pio_buildpack::errors::Error;
use pio_buildpack::variables::Variables;
use pio_launcher::{talk, usage};
use pio_process::stdout;

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
    Detect { folder: PathBuf, plan: Option<PathBuf> },
    /// Makes a slug of the app (classic).
    Compile { build_dir: PathBuf, cache_dir: PathBuf, env_dir: Option<PathBuf> },
    /// Prints the default process types (classic).
    Release { build_dir: PathBuf },
    /// Prints facts about the build (classic).
    Report { build_dir: PathBuf, cache_dir: Option<PathBuf>, env_dir: Option<PathBuf> },
    /// Prepares the app for its tests (classic).
    TestCompile { build_dir: PathBuf, cache_dir: PathBuf, env_dir: Option<PathBuf> },
    /// Runs the tests of the app (classic).
    Test { build_dir: PathBuf, env_dir: Option<PathBuf> },
    /// Makes layers for the app (Cloud Native).
    Build { layers_dir: PathBuf, platform_dir: PathBuf, plan: PathBuf },
}

fn main() -> ExitCode {
    let phase = match Cli::try_parse() {
        Ok(cli) => cli.phase,
        Err(mistake) => return usage::print(&mistake),
    };
    match run(phase) {
        Ok(code) => code,
        Err(error) => {
            talk::fault(&error.advice());
            ExitCode::FAILURE
        }
    }
}

fn run(phase: Phase) -> Result<ExitCode, Error> {
    match phase {
        Phase::Detect { folder, plan: Some(plan) } => return Ok(cloud_native::detect(folder, plan)),
        Phase::Build { layers_dir, platform_dir, plan } => {
            return Ok(cloud_native::build(layers_dir, platform_dir, plan));
        }
        Phase::Detect { folder, plan: None } => print(&format!("{}\n", classic::detect(&folder))),
        Phase::Compile { build_dir, cache_dir, env_dir } => {
            compile(&build_dir, &cache_dir, env_dir, Purpose::Run)
        }
        Phase::TestCompile { build_dir, cache_dir, env_dir } => {
            compile(&build_dir, &cache_dir, env_dir, Purpose::Test)
        }
        Phase::Release { build_dir } => print(&classic::release(&build_dir)?),
        Phase::Report { build_dir, env_dir, .. } => print(&classic::report(&build_dir, &variables(env_dir)?)),
        Phase::Test { build_dir, env_dir } => classic::test(&build_dir, &variables(env_dir)?),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn compile(app: &Path, cache: &Path, env: Option<PathBuf>, purpose: Purpose) -> Result<(), Error> {
    let app = app.canonicalize()?;
    fs_err::create_dir_all(cache)?;
    let cache = cache.canonicalize()?;
    classic::compile(&Build { app, cache, variables: variables(env)?, buildpack: own_buildpack()? }, purpose)
}

fn variables(folder: Option<PathBuf>) -> Result<Variables, Error> {
    folder.map_or_else(|| Ok(Variables::default()), |folder| Variables::of_folder(&folder))
}

/// The buildpack's folder, in which this program is `dist/bin/pio-buildpack`.
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
