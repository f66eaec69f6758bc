//! An engine on disk: its folder, its variant, and the id under which its instances are stored.

use std::path::{Path, PathBuf};

use crate::build::stage::package_rename;
use crate::errors::VariantError;
use crate::variant::Variant;

/// The default variant file.
const VARIANT: &str = "engine.json";

/// The engine's folder within a platform app: commands may also run from its parent folder.
const FOLDER_BELOW: &str = "pio-engine";

/// A file that exists only after a finished build.
const BUILT: &str = "target/pio/build.json";

/// The user's options that select an engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineOptions {
    /// `--engine-dir`.
    pub folder: Option<PathBuf>,
    /// `--variant`.
    pub variant: Option<PathBuf>,
    /// `--engine-id`.
    pub id: Option<String>,
    /// `--engine-version`.
    pub version: Option<String>,
}

/// An engine.
#[derive(Debug, Clone)]
pub struct Engine {
    /// The absolute path of its folder.
    pub folder: PathBuf,
    /// Its variant.
    pub variant: Variant,
    /// The id under which its instances are stored: the factory's class name, unless the user gives another.
    pub id: String,
    /// The version given by the user.
    pub version: Option<String>,
}

impl Engine {
    /// Finds the engine and reads its variant.
    ///
    /// # Errors
    /// There is no engine, or its variant cannot be used.
    pub fn open(options: &EngineOptions) -> Result<Self, VariantError> {
        let folder = folder(options)?;
        let variant = Variant::load(&variant_file(&folder, options))?;
        Ok(Self::new(folder, variant, options))
    }

    /// Finds the engine for an evaluation. If there is no variant file, the evaluation class replaces the
    /// factory.
    ///
    /// # Errors
    /// There is no engine, or its variant cannot be used.
    pub fn open_for_evaluation(options: &EngineOptions, evaluation: &str) -> Result<Self, VariantError> {
        let folder = folder(options)?;
        let file = variant_file(&folder, options);
        let variant = match Variant::load(&file) {
            Err(VariantError::Missing { .. }) if options.variant.is_none() => {
                Variant::of_factory(&file, evaluation)
            }
            other => other?,
        };
        Ok(Self::new(folder, variant, options))
    }

    fn new(folder: PathBuf, variant: Variant, options: &EngineOptions) -> Self {
        let id = options.id.clone().unwrap_or_else(|| variant.factory.clone());
        Self { folder, variant, id, version: options.version.clone() }
    }

    /// The class name of the factory, with PIO's current package name.
    #[must_use]
    pub fn factory(&self) -> String {
        package_rename::rename(&self.variant.factory).into_owned()
    }
}

/// The engine's folder: the one in the options, else the current folder or its `pio-engine` subfolder.
///
/// # Errors
/// The folder does not exist.
pub fn folder(options: &EngineOptions) -> Result<PathBuf, VariantError> {
    let named = match &options.folder {
        Some(folder) => folder.clone(),
        None => here_or_below(Path::new(".")),
    };
    named.canonicalize().map_err(|_| VariantError::NoFolder { folder: named })
}

/// Chooses `pio-engine` if only it contains an engine, or if only it has been built. On a platform the app's
/// own folder holds the pushed files, and `pio-engine` the same files plus the build.
fn here_or_below(here: &Path) -> PathBuf {
    let below = here.join(FOLDER_BELOW);
    let only_below = |file: &str| below.join(file).exists() && !here.join(file).exists();
    if only_below(VARIANT) || (below.join(VARIANT).exists() && only_below(BUILT)) {
        below
    } else {
        here.to_owned()
    }
}

/// The variant file: the given path, else a file of that name in the engine's folder.
fn variant_file(folder: &Path, options: &EngineOptions) -> PathBuf {
    match &options.variant {
        None => folder.join(VARIANT),
        Some(file) if options.folder.is_none() && file.exists() => file.clone(),
        Some(file) if folder.join(file).exists() || !file.exists() => folder.join(file),
        Some(file) => file.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Engine, EngineOptions, here_or_below};
    use crate::errors::VariantError;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, r#"{"id": "x", "engineFactory": "io.prediction.examples.Engine"}"#).unwrap();
        }
        folder
    }

    fn options(folder: &tempfile::TempDir) -> EngineOptions {
        EngineOptions { folder: Some(folder.path().to_owned()), ..EngineOptions::default() }
    }

    #[test]
    fn an_engine_is_known_by_its_factory_unless_it_is_named() {
        let folder = folder(&["engine.json"]);
        assert_eq!(Engine::open(&options(&folder)).unwrap().id, "io.prediction.examples.Engine");
        let named = EngineOptions { id: Some("mine".to_owned()), ..options(&folder) };
        assert_eq!(Engine::open(&named).unwrap().id, "mine");
    }

    #[test]
    fn the_engine_below_counts_where_only_it_is_built() {
        let chosen = |files: &[&str]| {
            let folder = folder(files);
            here_or_below(folder.path()) == folder.path().join("pio-engine")
        };
        assert!(chosen(&["pio-engine/engine.json"]));
        assert!(chosen(&["engine.json", "pio-engine/engine.json", "pio-engine/target/pio/build.json"]));
        assert!(!chosen(&["engine.json", "pio-engine/engine.json"]));
        assert!(!chosen(&[
            "engine.json",
            "target/pio/build.json",
            "pio-engine/engine.json",
            "pio-engine/target/pio/build.json"
        ]));
        assert!(!chosen(&["engine.json"]));
    }

    #[test]
    fn a_variant_is_looked_for_in_the_engines_folder() {
        let folder = folder(&["engine.json", "best.json"]);
        let best = EngineOptions { variant: Some("best.json".into()), ..options(&folder) };
        assert!(Engine::open(&best).unwrap().variant.file.ends_with("best.json"));
        let none = EngineOptions { variant: Some("none.json".into()), ..options(&folder) };
        assert!(matches!(Engine::open(&none), Err(VariantError::Missing { .. })));
    }

    #[test]
    fn an_evaluation_needs_no_variant() {
        let folder = folder(&[]);
        assert!(
            Engine::open(&options(&folder)).unwrap_err().to_string().contains("engine.json does not exist")
        );
        let engine = Engine::open_for_evaluation(&options(&folder), "org.example.Evaluation").unwrap();
        assert_eq!((engine.id.as_str(), engine.variant.id.as_str()), ("org.example.Evaluation", "default"));
    }
}
