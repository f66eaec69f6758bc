//! Programs of crates that the tasks run: installed once, into the user's cache folder, each version in a folder of its own.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use pio_process::command::Command;
use pio_settings::{dirs, env, vars};

use crate::log;

/// A crate that brings a subcommand of cargo, at one version.
pub(crate) struct CargoTool {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

pub(crate) const DENY: CargoTool = CargoTool { name: "cargo-deny", version: "0.20.2" };
pub(crate) const MACHETE: CargoTool = CargoTool { name: "cargo-machete", version: "0.9.2" };
pub(crate) const FUZZ: CargoTool = CargoTool { name: "cargo-fuzz", version: "0.13.1" };
pub(crate) const LLVM_COV: CargoTool = CargoTool { name: "cargo-llvm-cov", version: "0.9.1" };
pub(crate) const MUTANTS: CargoTool = CargoTool { name: "cargo-mutants", version: "27.1.0" };
pub(crate) const ZIGBUILD: CargoTool = CargoTool { name: "cargo-zigbuild", version: "0.24.1" };

impl CargoTool {
    /// The program, installed where it was not.
    pub(crate) fn program(&self) -> Result<PathBuf> {
        let program = self.folder().join(self.name);
        if !program.exists() {
            log::say(format_args!("       installing {} {}, once", self.name, self.version));
            let version = format!("{}@{}", self.name, self.version);
            let install = ["install", "--quiet", "--locked", &version, "--root"];
            Command::new("cargo").args(install).arg(self.root()).run()?;
        }
        ensure!(program.exists(), "{} is still missing: {}", self.name, program.display());
        Ok(program)
    }

    /// The search path with the program's folder first, for cargo to find it as its subcommand.
    pub(crate) fn path(&self) -> Result<String> {
        self.program()?;
        Ok(format!("{}:{}", self.folder().display(), env::get(vars::PATH).unwrap_or_default()))
    }

    fn folder(&self) -> PathBuf {
        self.root().join("bin")
    }

    fn root(&self) -> PathBuf {
        dirs::cache().join("tools").join(format!("{}-{}", self.name, self.version))
    }
}
