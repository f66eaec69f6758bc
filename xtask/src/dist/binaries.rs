//! The native programs of a release: they run wherever the C library is not older than that of 2018.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use pio_process::command::Command;
use pio_settings::dirs;

use super::portable;
use crate::{talk, tools};

/// The packages and the programs that they make.
const PROGRAMS: &[(&str, &str)] =
    &[("pio-cli", "pio"), ("pio-launcher", "pio-launcher"), ("pio-buildpack", "pio-buildpack")];

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The compiler and linker that knows the symbols of every C library, and cargo's way to use it.
const ZIG: &str = "ziglang==0.15.2";
const ZIGBUILD: &str = "0.24.1";

/// Builds the programs and says where they are.
pub(super) fn build(root: &Path, draft: bool) -> Result<Vec<PathBuf>> {
    let packages = PROGRAMS.iter().flat_map(|(package, _)| ["--package", package]);
    if draft {
        Command::new("cargo").args(["build", "--quiet"]).args(packages).current_dir(root).run()?;
        return stripped(&root.join("target/debug"), &root.join("target/draft"));
    }
    let tools = dirs::cache().join("tools");
    install(&tools)?;
    talk::step("Building the programs");
    Command::new("cargo")
        .args(["zigbuild", "--quiet", "--release", "--locked", "--target"])
        .arg(format!("{TARGET}.{}", portable::C_LIBRARY))
        .args(packages)
        .current_dir(root)
        .env("PATH", path_with(&tools))
        .env("CARGO_ZIGBUILD_ZIG_PATH", tools.join("zig/ziglang/zig"))
        .env("CARGO_ENCODED_RUSTFLAGS", remapping(root))
        .run()?;
    Ok(in_folder(&root.join("target").join(TARGET).join("release")))
}

fn in_folder(folder: &Path) -> Vec<PathBuf> {
    PROGRAMS.iter().map(|(_, program)| folder.join(program)).collect()
}

/// Copies of the programs without what only debuggers read: that is nine tenths of them.
fn stripped(from: &Path, to: &Path) -> Result<Vec<PathBuf>> {
    fs_err::create_dir_all(to)?;
    for (_, program) in PROGRAMS {
        Command::new("strip").arg("-o").arg(to.join(program)).arg(from.join(program)).run()?;
    }
    Ok(in_folder(to))
}

/// Puts the tools into the user's cache, where they are not yet.
fn install(tools: &Path) -> Result<()> {
    let zig = tools.join("zig");
    if !zig.join("ziglang/zig").is_file() {
        tools::need(&[tools::PIP])?;
        talk::step("Installing zig");
        Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"])
            .args(["--root-user-action", "ignore", "--target"])
            .arg(&zig)
            .arg(ZIG)
            .run()?;
    }
    if !tools.join("bin/cargo-zigbuild").is_file() {
        talk::step("Installing cargo-zigbuild");
        Command::new("cargo")
            .args(["install", "--quiet", "--locked", "--version", ZIGBUILD, "cargo-zigbuild", "--root"])
            .arg(tools)
            .run()?;
    }
    if !tools.join("bin/cargo-zigbuild").is_file() {
        bail!("cargo-zigbuild is still missing in {}", tools.display());
    }
    Ok(())
}

fn path_with(tools: &Path) -> String {
    let path = pio_settings::env::get(pio_settings::vars::PATH).unwrap_or_default();
    format!("{}:{path}", tools.join("bin").display())
}

/// Keeps the paths of this machine out of the programs, so that they are the same wherever they are built.
fn remapping(root: &Path) -> String {
    let home = pio_settings::env::get(pio_settings::vars::HOME).unwrap_or_default();
    let cargo = pio_settings::env::get("CARGO_HOME").unwrap_or_else(|| format!("{home}/.cargo"));
    format!("--remap-path-prefix={}=/predictionio\u{1f}--remap-path-prefix={cargo}=/cargo", root.display())
}
