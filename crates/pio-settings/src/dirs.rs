//! The folders of a user.

use std::path::PathBuf;

use crate::{env, vars};

/// What `pio` keeps on this machine: `$PIO_HOME`, else `~/.pio`.
#[must_use]
pub fn pio_home() -> PathBuf {
    env::get(vars::PIO_HOME).map_or_else(|| home().join(".pio"), PathBuf::from)
}

/// What was fetched or built once: `$XDG_CACHE_HOME/pio`, else `~/.cache/pio`.
#[must_use]
pub fn cache() -> PathBuf {
    env::get(vars::XDG_CACHE_HOME)
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .unwrap_or_else(|| home().join(".cache"))
        .join("pio")
}

/// The user's home folder; `/tmp` for a process that was given none.
fn home() -> PathBuf {
    std::env::home_dir().filter(|folder| folder.is_absolute()).unwrap_or_else(std::env::temp_dir)
}
