//! The app on this machine: is there an engine, and where.

use std::path::{Path, PathBuf};

/// The folder of the engine in an app that a classic buildpack made.
pub const ENGINE_FOLDER: &str = "pio-engine";

/// The file that makes a folder an engine.
pub const ENGINE_FILE: &str = "engine.json";

/// The engine of the app in this folder: `pio-engine/`, else the folder itself.
#[must_use]
pub fn engine_in(app: &Path) -> Option<PathBuf> {
    [app.join(ENGINE_FOLDER), app.to_owned()].into_iter().find(|folder| folder.join(ENGINE_FILE).is_file())
}

#[cfg(test)]
mod tests {
    use super::engine_in;

    #[test]
    fn the_folder_of_the_buildpack_comes_first() {
        let app = tempfile::tempdir().unwrap();
        assert_eq!(engine_in(app.path()), None);
        fs_err::write(app.path().join("engine.json"), "{}").unwrap();
        assert_eq!(engine_in(app.path()).unwrap(), app.path());
        fs_err::create_dir(app.path().join("pio-engine")).unwrap();
        assert_eq!(engine_in(app.path()).unwrap(), app.path());
        fs_err::write(app.path().join("pio-engine/engine.json"), "{}").unwrap();
        assert_eq!(engine_in(app.path()).unwrap(), app.path().join("pio-engine"));
    }
}
