//! The commands of the former buildpack (heroku-buildpack-pio), which Procfiles, app.json and schedulers still name.

use std::path::Path;

use fs_err as fs;
use pio_launcher::log;
use pio_launcher::role::{FORMER_PREFIX, Role};

use crate::errors::Error;

/// Those that it had, and those that our process types add.
const COMMANDS: &[Role] = &[Role::Web, Role::Train, Role::Release, Role::EventServer];

/// Gives the launcher these names in the app's `bin/`. What the app has there itself stays.
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

/// Whether a Procfile names any of them.
#[must_use]
pub fn is_named_in(procfile: &str) -> bool {
    procfile.contains(FORMER_PREFIX)
}

/// Warns of each that a Procfile names.
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
