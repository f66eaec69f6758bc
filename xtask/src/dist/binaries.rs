//! The native programs of a release: they run wherever the C library is not older than that of 2018.

use std::path::{Path, PathBuf};

use anyhow::Result;
use pio_process::command::Command;
use pio_settings::dirs;

use super::portable;
use crate::{cargo_tools, log, tools};

/// The packages and the programs that they make.
const PROGRAMS: &[(&str, &str)] =
    &[("pio-cli", "pio"), ("pio-launcher", "pio-launcher"), ("pio-buildpack", "pio-buildpack")];

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The compiler and linker that knows the symbols of every C library.
const ZIG: &str = "ziglang==0.15.2";

/// Builds the programs and says where they are.
pub(super) fn build(root: &Path, draft: bool) -> Result<Vec<PathBuf>> {
    let packages = PROGRAMS.iter().flat_map(|(package, _)| ["--package", package]);
    if draft {
        Command::new("cargo").args(["build", "--quiet"]).args(packages).current_dir(root).run()?;
        return stripped(&root.join("target/debug"), &root.join("target/draft"));
    }
    let zig = zig()?;
    log::step("Building the programs");
    Command::new("cargo")
        .args(["zigbuild", "--quiet", "--release", "--locked", "--target"])
        .arg(format!("{TARGET}.{}", portable::C_LIBRARY))
        .args(packages)
        .current_dir(root)
        .env("PATH", cargo_tools::ZIGBUILD.path()?)
        .env("CARGO_ZIGBUILD_ZIG_PATH", zig)
        .env("CARGO_ENCODED_RUSTFLAGS", remapping(root))
        .run()?;
    Ok(in_folder(&root.join("target").join(TARGET).join("release")))
}

/// The programs of a folder.
pub(super) fn in_folder(folder: &Path) -> Vec<PathBuf> {
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

/// The compiler in the user's cache, put there where it is not yet.
fn zig() -> Result<PathBuf> {
    let folder = dirs::cache().join("tools/zig");
    let zig = folder.join("ziglang/zig");
    if !zig.is_file() {
        tools::need(&[tools::PIP])?;
        log::step("Installing zig");
        Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"])
            .args(["--root-user-action", "ignore", "--target"])
            .arg(&folder)
            .arg(ZIG)
            .run()?;
    }
    Ok(zig)
}

/// Keeps the paths of this machine out of the programs, so that they are the same wherever they are built.
fn remapping(root: &Path) -> String {
    let home = pio_settings::env::get(pio_settings::vars::HOME).unwrap_or_default();
    let cargo = pio_settings::env::get("CARGO_HOME").unwrap_or_else(|| format!("{home}/.cargo"));
    format!("--remap-path-prefix={}=/predictionio\u{1f}--remap-path-prefix={cargo}=/cargo", root.display())
}
