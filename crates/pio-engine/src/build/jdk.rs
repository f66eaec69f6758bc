//! Finds the JDK for an engine's Java sources: the closure's Java has no compiler.

use std::path::{Path, PathBuf};

use pio_process::command::Command;
use pio_settings::{env, vars};

use crate::errors::BuildError;

/// The oldest version whose javac can compile engines against Spark.
const OLDEST: u32 = 8;

/// A JDK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jdk {
    /// The JDK's folder.
    pub home: PathBuf,
    /// The major version, such as 17.
    pub version: u32,
}

/// Finds the JDK of `JAVA_HOME`, else the JDK whose javac is on the `PATH`.
///
/// # Errors
/// There is no JDK, its javac does not run, or it is too old.
pub fn find() -> Result<Jdk, BuildError> {
    let named = env::get(vars::JAVA_HOME).map(PathBuf::from);
    let javac = match &named {
        Some(home) if home.join("bin/javac").is_file() => home.join("bin/javac"),
        _ => on_path("javac").ok_or(BuildError::NoJdk { java_home: named })?,
    };
    of(&javac.canonicalize()?)
}

/// The JDK that contains this javac.
fn of(javac: &Path) -> Result<Jdk, BuildError> {
    let home = javac.parent().and_then(Path::parent).unwrap_or(Path::new("/")).to_owned();
    let version = version(javac)?;
    if version < OLDEST {
        return Err(BuildError::UnfitJdk { home, version });
    }
    Ok(Jdk { home, version })
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::get(vars::PATH)?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Runs `javac -version`. Older versions print the answer on standard error.
fn version(javac: &Path) -> Result<u32, BuildError> {
    let mut child = Command::new(javac).arg("-version").no_stdin().captured().spawn()?;
    child.wait()?;
    Ok(parse_version(&child.tail().lines.make_contiguous().join("\n")))
}

/// Parses the major version of `javac 17.0.15` or `javac 1.8.0_362`; 0 if that fails.
fn parse_version(text: &str) -> u32 {
    let number = text.split_whitespace().skip_while(|word| *word != "javac").nth(1).unwrap_or_default();
    let number = number.strip_prefix("1.").unwrap_or(number);
    number
        .split(|character: char| !character.is_ascii_digit())
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::{of, parse_version};

    #[test]
    fn a_javac_that_is_too_old_or_says_nothing_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let javac = folder.path().join("bin/javac");
        fs_err::create_dir_all(folder.path().join("bin")).unwrap();
        let words = |says: &str| {
            fs_err::write(&javac, format!("#!/bin/sh\n{says}\n")).unwrap();
            fs_err::set_permissions(&javac, std::fs::Permissions::from_mode(0o755)).unwrap();
            of(&javac).map_or_else(|error| error.to_string(), |jdk| jdk.version.to_string())
        };
        assert!(
            words("echo javac 1.7.0_80 >&2")
                .contains("it is of version 7. Install a JDK, version 8 or later")
        );
        assert!(words("exit 3").contains("its javac does not say which version it is"));
        assert_eq!(words("echo javac 1.8.0_362"), "8");
    }

    #[test]
    fn versions_are_read_as_javac_prints_them() {
        assert_eq!(parse_version("javac 17.0.15\n"), 17);
        assert_eq!(parse_version("javac 1.8.0_362\n"), 8);
        assert_eq!(parse_version("Picked up JAVA_TOOL_OPTIONS: -Xmx1g\njavac 21-ea\n"), 21);
        assert_eq!(parse_version("?"), 0);
    }
}
