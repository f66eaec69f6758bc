//! The app's config vars during a build: a folder with one file each, which are in nobody's environment yet.

use std::collections::BTreeMap;
use std::path::Path;

use pio_settings::setting::{self, SettingError};
use pio_settings::vars;

use crate::errors::Error;

/// What must stay as the platform set it, because the build itself depends on it.
const PLATFORM_OWN: &[&str] = &[
    "PATH",
    "HOME",
    "IFS",
    "GIT_DIR",
    "CPATH",
    "CPPATH",
    "LD_PRELOAD",
    "LIBRARY_PATH",
    "LD_LIBRARY_PATH",
    "STACK",
    "PORT",
    "DYNO",
    "PIO_CLOSURE",
    "PIO_HOME",
    "XDG_CACHE_HOME",
];

/// What a build has no business with: nothing is read from a database while building.
const NOT_FOR_BUILDS: &[&str] = &["DATABASE_URL"];

/// What a build reads as true or false.
const SWITCHES: &[&str] = &[vars::PIO_VERBOSE, vars::PIO_RUN_AS_EVENTSERVER, vars::PIO_RUN_AS_SPARK_CLUSTER];

/// The config vars of the app.
#[derive(Debug, Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Reads a folder with one file for each variable; a folder that is not there holds none.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn of_folder(folder: &Path) -> Result<Self, Error> {
        let mut variables = BTreeMap::new();
        if !folder.is_dir() {
            return Ok(Self::default());
        }
        for entry in fs_err::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_file() && is_name(&name) {
                let value = String::from_utf8_lossy(&fs_err::read(&path)?).into_owned();
                variables.insert(name, value);
            }
        }
        Ok(Self(variables))
    }

    /// Variables that are known already.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// A variable, or nothing where it is unset or blank.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether a variable says `true`.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| setting::switch(name, value) == Ok(true))
    }

    /// Makes sure that those which a build reads as true or false say one of them.
    ///
    /// # Errors
    /// When one says neither.
    pub fn check(&self) -> Result<(), SettingError> {
        for name in SWITCHES {
            self.get(name).map(|value| setting::switch(name, value)).transpose()?;
        }
        Ok(())
    }

    /// What the build of the engine may see.
    pub fn for_build(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !PLATFORM_OWN.contains(name) && !NOT_FOR_BUILDS.contains(name))
    }

    /// What the tests of the engine may see: they may use a database, which a test run has for itself.
    pub fn for_tests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !PLATFORM_OWN.contains(name))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::Variables;

    #[test]
    fn each_file_is_a_variable() {
        let folder = tempfile::tempdir().unwrap();
        for (name, value) in [
            ("PIO_VERBOSE", "true\n"),
            ("DATABASE_URL", "postgres://"),
            ("PATH", "/x"),
            ("a.b", "c"),
            ("E", ""),
        ] {
            fs_err::write(folder.path().join(name), value).unwrap();
        }
        let variables = Variables::of_folder(folder.path()).unwrap();
        assert!(variables.flag("PIO_VERBOSE"));
        assert_eq!(variables.get("E"), None);
        assert_eq!(variables.get("DATABASE_URL"), Some("postgres://"));
        let names: Vec<_> = variables.for_build().map(|(name, _)| name).collect();
        assert_eq!(names, ["E", "PIO_VERBOSE"]);
        let names: Vec<_> = variables.for_tests().map(|(name, _)| name).collect();
        assert_eq!(names, ["DATABASE_URL", "E", "PIO_VERBOSE"]);
    }

    #[test]
    fn no_folder_means_no_variables() {
        assert_eq!(Variables::of_folder("/nowhere".as_ref()).unwrap().get("A"), None);
    }
}
