//! The app's config vars during a build: a folder with one file each, which are in nobody's environment yet.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use pio_launcher::log;
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
pub struct Variables {
    values: BTreeMap<String, String>,
    ignored: Vec<String>,
}

impl Variables {
    /// Reads a folder with one file for each variable; a folder that is not there holds none.
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
            // Kubernetes mounts such folders with hidden ones beside the files.
            if path.is_file() && !name.as_bytes().starts_with(b".") {
                files.push((name, OsString::from_vec(fs_err::read(&path)?)));
            }
        }
        Ok(Self::of(files))
    }

    /// Variables that are known already. As in a shell's `$(cat file)`, line feeds at the end are no part of a value.
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

    /// Warns of what no environment can hold: a name with other characters, a value that is no text.
    pub fn tell_ignored(&self) {
        for name in &self.ignored {
            log::warning(format_args!(
                "The config var {name:?} is not used: a name has letters, digits and _ only, and a value is text in UTF-8."
            ));
        }
    }

    /// A variable, or nothing where it is unset or blank.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
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
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !PLATFORM_OWN.contains(name) && !NOT_FOR_BUILDS.contains(name))
    }

    /// What the tests of the engine may see: they may use a database, which a test run has for itself.
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
