//! Where the project is.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use fs_err as fs;
use pio_process::command::Command;

/// The root of the workspace: that of the sources whose cargo runs this, else of those from which this was built.
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let xtask = pio_settings::env::get("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let xtask = xtask.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        xtask.parent().unwrap_or(&xtask).to_owned()
    });
    &ROOT
}

/// Copies the files that git knows, as they are now.
pub(crate) fn copy_sources(to: &Path) -> Result<()> {
    let listed = Command::new("git").args(["ls-files", "-z", "--cached"]).current_dir(root()).output()?;
    for name in String::from_utf8(listed)?.split_terminator('\0') {
        let to = to.join(name);
        fs::create_dir_all(to.parent().context("a file has a folder")?)?;
        fs::copy(root().join(name), to)?;
    }
    Ok(())
}
