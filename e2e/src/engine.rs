//! A copy of one of the project's engines, to be built and trained.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fs_err as fs;
use serde_json::Value;
use tempfile::TempDir;
use walkdir::WalkDir;

/// A private copy of an engine's folder.
#[derive(Debug)]
pub struct Engine {
    folder: TempDir,
}

impl Engine {
    /// Copies an engine, with what was built of it but not the stage that it was built in, and names the app that it learns from.
    ///
    /// # Errors
    /// When the folder cannot be copied or its engine.json has no data source.
    pub fn copy(source: &Path, app: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        copy_folder(source, folder.path())?;
        let engine = Self { folder };
        engine.edit("engine.json", |variant| {
            // Factory and id tell an engine: with an id of its own, a copy never meets another copy's models.
            variant["id"] = Value::from(app);
            name_app(variant, app);
        })?;
        Ok(engine)
    }

    /// Where the copy is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file of the copy.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Changes a JSON file of the copy.
    ///
    /// # Errors
    /// When the file is not JSON.
    pub fn edit(&self, name: &str, change: impl FnOnce(&mut Value)) -> Result<()> {
        let file = self.file(name);
        let mut value = serde_json::from_str(&fs::read_to_string(&file)?)
            .with_context(|| format!("{}", file.display()))?;
        change(&mut value);
        Ok(fs::write(&file, serde_json::to_string_pretty(&value)?)?)
    }
}

/// Gives every parameter `appName`, wherever it is, this value.
fn name_app(value: &mut Value, app: &str) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if name == "appName" { *field = Value::from(app) } else { name_app(field, app) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| name_app(item, app)),
        _ => {}
    }
}

/// Copies a folder with all that is in it, but for the stages of engines' builds.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_folder(source: &Path, target: &Path) -> Result<()> {
    for entry in
        WalkDir::new(source).into_iter().filter_entry(|entry| !entry.path().ends_with("target/pio/stage"))
    {
        let entry = entry?;
        let to = target.join(entry.path().strip_prefix(source)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to)?;
        } else {
            fs::copy(entry.path(), &to)?;
        }
    }
    Ok(())
}
