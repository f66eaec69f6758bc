//! Files that platforms read when a process starts, and files for later buildpacks.

use std::path::Path;

use fs_err as fs;
use pio_launcher::log;

use crate::app::App;
use crate::errors::Error;
use crate::former;
use crate::processes;

/// bash sources this before any command. It must not contain paths of the build, because the app moves
/// afterwards.
const PROFILE: &str = r#"# Made by the PredictionIO buildpack: pio on the PATH, and what config/pio-env.sh exports.
pio_app="${HOME:-/app}"
[ -x "$pio_app/.pio/bin/pio-launcher" ] || pio_app="$PWD"
export PATH="$pio_app/.pio/bin:$PATH"
eval "$(cd "$pio_app" && .pio/bin/pio-launcher environment)"
unset pio_app
"#;

/// The file that stores the process types for `bin/release`.
pub const RELEASE: &str = ".pio/release.yml";

/// Writes `.profile.d`.
///
/// # Errors
/// When it cannot be written.
pub fn write_profile(app: &Path) -> Result<(), Error> {
    fs::create_dir_all(app.join(".profile.d"))?;
    Ok(fs::write(app.join(".profile.d/predictionio.sh"), PROFILE)?)
}

/// Writes `export`, which passes the `PATH` to later buildpacks. A read-only buildpack folder is not an
/// error, because such a platform does not read `export`.
pub fn write_export(buildpack: &Path, app: &Path) {
    let folder = app.join(".pio/bin").display().to_string().replace('\'', "'\\''");
    let _ = fs::write(buildpack.join("export"), format!("export PATH='{folder}':\"$PATH\"\n"));
}

/// Writes a Procfile if the app has none, and the later output of `bin/release`.
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
