//! The app's config vars during a build. The platform provides them as a folder with one file each; they are
//! not yet in the environment.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use pio_launcher::log;
use pio_settings::setting::{self, SettingError};
use pio_settings::vars;

use crate::errors::Error;

/// Variables that keep the platform's values, because the build itself depends on them.
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

/// Variables that are hidden from builds: a build does not use the database.
const NOT_FOR_BUILDS: &[&str] = &["DATABASE_URL"];

/// Variables that a build reads as booleans.
const SWITCHES: &[&str] = &[vars::PIO_VERBOSE, vars::PIO_RUN_AS_EVENTSERVER, vars::PIO_RUN_AS_SPARK_CLUSTER];

/// The config vars of the app.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    values: BTreeMap<String, String>,
    ignored: Vec<String>,
}

impl Variables {
    /// Reads a folder with one file per variable. A missing folder is like an empty one.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn of_folder(folder: &Path) -> Result<Self, Error> {
        let mut files = Vec::new();
        if !folder.is_dir() {
            return Ok(Self::default());
        }
        for entry in fs_err::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().map(OsStr::to_owned).unwrap_or_default();
            // Kubernetes adds hidden folders when it mounts such a folder.
            if path.is_file() && !name.as_bytes().starts_with(b".") {
                files.push((name, OsString::from_vec(fs_err::read(&path)?)));
            }
        }
        Ok(Self::of(files))
    }

    /// Creates the variables from names and values. Line feeds at the end of a value are removed, as in a
    /// shell's `$(cat file)`.
    pub fn of(pairs: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut variables = Self::default();
        for (name, value) in pairs {
            match (name.to_str().filter(|name| is_name(name)), value.to_str()) {
                (Some(name), Some(value)) if !value.contains('\0') => {
                    variables.values.insert(name.to_owned(), value.trim_end_matches('\n').to_owned());
                }
                _ => variables.ignored.push(name.to_string_lossy().into_owned()),
            }
        }
        variables.ignored.sort();
        variables
    }

    /// Warns about variables that an environment cannot contain: names with other characters, and values that
    /// are not text.
    pub fn tell_ignored(&self) {
        for name in &self.ignored {
            log::warning(format_args!(
                "The config var {name:?} is not used: a name has letters, digits and _ only, and a value is text in UTF-8."
            ));
        }
    }

    /// The value of a variable; `None` if it is unset or blank.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether a variable is true.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| setting::switch(name, value) == Ok(true))
    }

    /// Checks the variables that a build reads as booleans.
    ///
    /// # Errors
    /// When one is neither true nor false.
    pub fn check(&self) -> Result<(), SettingError> {
        for name in SWITCHES {
            self.get(name).map(|value| setting::switch(name, value)).transpose()?;
        }
        Ok(())
    }

    /// The variables for the build of the engine.
    pub fn for_build(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !PLATFORM_OWN.contains(name) && !NOT_FOR_BUILDS.contains(name))
    }

    /// The variables for the engine's tests. They include the database, because a test run may have one of
    /// its own.
    pub fn for_tests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
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
    fn what_no_environment_can_hold_is_told_and_not_used() {
        let folder = tempfile::tempdir().unwrap();
        for (name, value) in [
            ("GOOD", &b"two\nlines\n"[..]),
            (".hidden", b"x"),
            ("a.b", b"x"),
            ("with\nline", b"x"),
            ("NUL", b"a\0b"),
            ("LATIN", b"\xe4"),
        ] {
            fs_err::write(folder.path().join(name), value).unwrap();
        }
        let variables = Variables::of_folder(folder.path()).unwrap();
        assert_eq!(variables.for_build().collect::<Vec<_>>(), [("GOOD", "two\nlines")]);
        assert_eq!(variables.ignored, ["LATIN", "NUL", "a.b", "with\nline"]);
    }

    #[test]
    fn no_folder_means_no_variables() {
        assert_eq!(Variables::of_folder("/nowhere".as_ref()).unwrap().get("A"), None);
    }
}
