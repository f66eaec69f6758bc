//! Files that platforms read when a process starts, and that later buildpacks read when they build.

use std::path::Path;

use fs_err as fs;
use pio_launcher::log;

use crate::app::App;
use crate::errors::Error;
use crate::former;
use crate::processes;

/// Sourced by bash before any command. No path of the build may stand in it: the app moves afterwards.
const PROFILE: &str = r#"# Made by the PredictionIO buildpack: pio on the PATH, and what config/pio-env.sh exports.
pio_app="${HOME:-/app}"
[ -x "$pio_app/.pio/bin/pio-launcher" ] || pio_app="$PWD"
export PATH="$pio_app/.pio/bin:$PATH"
eval "$(cd "$pio_app" && .pio/bin/pio-launcher environment)"
unset pio_app
"#;

/// Where the process types are kept for `bin/release`.
pub const RELEASE: &str = ".pio/release.yml";

/// Writes `.profile.d`.
///
/// # Errors
/// When it cannot be written.
pub fn write_profile(app: &Path) -> Result<(), Error> {
    fs::create_dir_all(app.join(".profile.d"))?;
    Ok(fs::write(app.join(".profile.d/predictionio.sh"), PROFILE)?)
}

/// Writes `export`, which carries the `PATH` to later buildpacks. A buildpack folder that is read-only is no error: such
/// a platform reads no `export`.
pub fn write_export(buildpack: &Path, app: &Path) {
    let folder = app.join(".pio/bin").display().to_string().replace('\'', "'\\''");
    let _ = fs::write(buildpack.join("export"), format!("export PATH='{folder}':\"$PATH\"\n"));
}

/// Writes a Procfile where the app has none, and what `bin/release` will print.
///
/// # Errors
/// When a file cannot be written.
pub fn write_processes(folder: &Path, app: &App) -> Result<(), Error> {
    let processes = processes::of(app);
    fs::write(folder.join(RELEASE), processes::release_yaml(processes))?;
    let procfile = folder.join("Procfile");
    if procfile.is_file() {
        log::detail("Using the app's own Procfile");
        former::tell(&String::from_utf8_lossy(&fs::read(&procfile)?));
        return Ok(());
    }
    let names: Vec<&str> = processes.iter().map(|process| process.name).collect();
    log::detail(format_args!("Process types: {}", names.join(", ")));
    Ok(fs::write(procfile, processes::procfile(processes))?)
}
