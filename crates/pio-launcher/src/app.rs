//! Locates the engine of the app on this machine.

use std::path::{Path, PathBuf};

/// The engine's folder in an app built by the classic buildpack.
pub const ENGINE_FOLDER: &str = "pio-engine";

/// The file that marks a folder as an engine.
pub const ENGINE_FILE: &str = "engine.json";

/// The engine of the app in this folder: in `pio-engine/`, else in the folder itself.
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
