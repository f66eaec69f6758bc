//! The project's own commands, called as `cargo xtask <command>`: one file a command.

mod bench;
mod build;
mod cargo_tools;
mod cds;
mod coverage;
mod demo;
mod dist;
mod end_to_end;
mod fuzz;
mod guard;
mod lock;
mod log;
mod mutants;
mod nix_check;
mod platform_tests;
mod project;
mod prove;
mod runtime;
mod scala_tests;
mod sdk;
mod tally;
mod test;
mod tidy;
mod tools;
mod vendor;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sets up all it needs, then walks through the whole system on real ratings
    Demo,
    /// Runs every check
    Test(test::Options),
    /// Runs the end-to-end tests, and writes a report for machines
    E2e(end_to_end::Options),
    /// Makes an image of PostgreSQL from Debian's packages, for machines that reach no registry of images
    #[command(name = "e2e-image")]
    E2eImage,
    /// Builds the closure in Nix and compares it with that of `cargo xtask vendor`
    #[command(name = "nix-check")]
    NixCheck,
    /// Measures what has a bar of speed or memory, beside what it is compared with
    Bench(bench::Options),
    /// Proves under random faults that nothing acknowledged is lost and nothing is stored twice
    Prove(prove::Options),
    /// Looks for input that the event server's parsers cannot stand
    Fuzz(fuzz::Options),
    /// Measures which lines the tests reach, of the Rust crates and of the Scala runtime
    Coverage,
    /// Changes the code in many small ways and names the changes that no test notices
    Mutants(mutants::Options),
    /// Checks the house style that clippy cannot
    Tidy,
    /// Installs what the other commands need beside Rust, where it may, or says how
    Tools,
    /// Resolves every artifact of the closure from closure.toml and writes closure.lock
    Lock(lock::Options),
    /// Fetches and verifies what closure.lock names and assembles the closure
    Vendor(vendor::Options),
    /// Compiles the Scala runtime with the closure's compiler and installs it into the closure
    Runtime(runtime::Options),
    /// Makes the release tarball: buildpack and installation in one
    Dist(dist::Options),
    /// Ends what another command left when it ends
    #[command(hide = true)]
    Guard(guard::Options),
}

impl Command {
    /// Whether it starts servers or other programs that outlive an interrupted caller.
    fn needs_guard(&self) -> bool {
        matches!(
            self,
            Self::Demo
                | Self::Test(_)
                | Self::E2e(_)
                | Self::E2eImage
                | Self::Bench(_)
                | Self::Coverage
                | Self::Prove(_)
        )
    }
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    if command.needs_guard() {
        guard::enter()?;
    }
    match command {
        Command::Demo => demo::run(),
        Command::Test(options) => test::run(&options),
        Command::E2e(options) => end_to_end::run(&options),
        Command::E2eImage => end_to_end::image::run(),
        Command::NixCheck => nix_check::run(),
        Command::Bench(options) => bench::run(&options),
        Command::Prove(options) => prove::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Coverage => coverage::run(project::root()),
        Command::Mutants(options) => mutants::run(&options),
        Command::Tidy => tidy::run(project::root()),
        Command::Tools => tools::need(tools::ALL),
        Command::Lock(options) => lock::run(&options),
        Command::Vendor(options) => vendor::run(&options),
        Command::Runtime(options) => runtime::run(&options),
        Command::Dist(options) => dist::run(&options),
        Command::Guard(options) => guard::run(&options),
    }
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
