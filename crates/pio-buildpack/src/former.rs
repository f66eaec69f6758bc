//! Commands of the former buildpack (heroku-buildpack-pio). Procfiles, app.json and schedulers still use
//! them.

use std::path::Path;

use fs_err as fs;
use pio_launcher::log;
use pio_launcher::role::{FORMER_PREFIX, Role};

use crate::errors::Error;

/// The former commands, and those of our additional process types.
const COMMANDS: &[Role] = &[Role::Web, Role::Train, Role::Release, Role::EventServer];

/// Creates links with these names to the launcher in the app's `bin/`. Existing files are kept.
///
/// # Errors
/// When a link cannot be made.
pub fn link(app: &Path, launcher: &Path) -> Result<(), Error> {
    let bin = app.join("bin");
    if bin.exists() && !bin.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(&bin)?;
    for role in COMMANDS {
        let link = bin.join(format!("{FORMER_PREFIX}{}", role.name()));
        if fs::symlink_metadata(&link).is_err() {
            fs::os::unix::fs::symlink(launcher, link)?;
        }
    }
    Ok(())
}

/// Whether a Procfile uses one of the commands.
#[must_use]
pub fn is_named_in(procfile: &str) -> bool {
    procfile.contains(FORMER_PREFIX)
}

/// Warns about each use in a Procfile.
pub fn tell(procfile: &str) {
    for line in procfile.lines().filter(|line| is_named_in(line)) {
        let Some((kind, command)) = line.split_once(':') else { continue };
        let after = command.split(FORMER_PREFIX).nth(1).unwrap_or_default();
        let name = after.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default();
        if COMMANDS.iter().any(|role| role.name() == name) {
            log::warning(format_args!(
                "{kind} in the Procfile is {FORMER_PREFIX}{name}, as the former buildpack called it.\n\
                 It starts `pio-launcher {name}` here: write that instead."
            ));
        } else {
            log::warning(format_args!(
                "{kind} in the Procfile is {FORMER_PREFIX}{name}, which is not known here, so it will not start.\n\
                 What can be started: pio-launcher web, train, release or eventserver."
            ));
        }
    }
}
