//! `cargo xtask tidy`: the house style that clippy cannot check.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fs_err as fs;
use pio_process::command::Command;

use crate::log;

/// A file is one idea; above this it is two.
const MOST_LINES: usize = 400;

/// Parts of registries' host names, each split so that this file does not name one.
const REGISTRY_HOSTS: &[(&str, &str)] = &[
    ("repo1.", "maven"),
    ("repo.", "maven"),
    ("/maven", "2/"),
    ("py", "pi.org"),
    ("python", "hosted"),
    ("registry.", "npmjs"),
    ("proxy.", "golang"),
    ("static.", "crates"),
    ("index.", "crates"),
    ("deb.", "debian"),
];

/// A rule: looks at one file and says what is wrong with it.
type Rule = fn(&Path, &str) -> Option<String>;

const RULES: &[Rule] =
    &[too_long, names_a_registry, names_a_machine, starts_processes_itself, crate_without_readme];

/// Checks every file that git tracks.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut faults = Vec::new();
    for file in tracked(root)? {
        let Ok(text) = fs::read_to_string(root.join(&file)) else { continue };
        let found = RULES.iter().filter_map(|rule| rule(&file, &text));
        faults.extend(found.map(|fault| format!("{}: {fault}", file.display())));
    }
    faults.extend(missing_from_the_map(root)?);
    if faults.is_empty() {
        return Ok(());
    }
    for fault in &faults {
        log::say(fault);
    }
    bail!("{} faults of house style; each line above says which file and why", faults.len())
}

fn tracked(root: &Path) -> Result<Vec<PathBuf>> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()?;
    Ok(String::from_utf8(listing)?.split_terminator('\0').map(PathBuf::from).collect())
}

fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().is_some_and(|own| extensions.iter().any(|one| own == *one))
}

fn too_long(file: &Path, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (has_extension(file, &["rs", "scala"]) && lines > MOST_LINES)
        .then(|| format!("{lines} lines, more than {MOST_LINES}: split it by meaning"))
}

fn names_a_registry(_: &Path, text: &str) -> Option<String> {
    let host = REGISTRY_HOSTS.iter().find(|(start, end)| text.contains(&format!("{start}{end}")))?;
    Some(format!("names a registry's host ({}{}): name artifacts by coordinate", host.0, host.1))
}

fn names_a_machine(_: &Path, text: &str) -> Option<String> {
    let folder = ["main", "shared", ".library"].map(|name| format!("/work/{name}"));
    let found = folder.iter().find(|folder| text.contains(folder.as_str()))?;
    Some(format!("names {found}, a path of one machine"))
}

fn starts_processes_itself(file: &Path, text: &str) -> Option<String> {
    let wrapper = file.starts_with("crates/pio-process");
    let starts = ["Command::new(", "Command;"].map(|end| ["std::process::", end].concat());
    (!wrapper && has_extension(file, &["rs"]) && starts.iter().any(|word| text.contains(word)))
        .then(|| "starts processes itself: use pio_process".to_owned())
}

fn crate_without_readme(file: &Path, text: &str) -> Option<String> {
    let library = file.ends_with("src/lib.rs");
    (library && !text.contains("include_str!(\"../README.md\")"))
        .then(|| "does not take its crate docs from README.md".to_owned())
}

/// Folders that ARCHITECTURE.md's code map does not name, and those it names that are gone.
fn missing_from_the_map(root: &Path) -> Result<Vec<String>> {
    let map = fs::read_to_string(root.join("ARCHITECTURE.md"))?;
    let mut faults = Vec::new();
    for entry in fs::read_dir(root.join("crates"))? {
        let name = format!("`crates/{}`", entry?.file_name().to_string_lossy());
        if !map.contains(&name) {
            faults.push(format!("ARCHITECTURE.md: the code map does not name {name}"));
        }
    }
    let named = map.lines().filter_map(|line| line.strip_prefix('`')?.split('`').next());
    for name in named.filter(|name| name.contains('/')) {
        if !root.join(name).exists() {
            faults.push(format!("ARCHITECTURE.md: the code map names `{name}`, which is gone"));
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_a_host_and_a_raw_command_are_faults() {
        let file = Path::new("crates/pio-engine/src/x.rs");
        assert!(too_long(file, &"x\n".repeat(MOST_LINES + 1)).is_some());
        assert!(too_long(file, &"x\n".repeat(MOST_LINES)).is_none());
        assert!(names_a_registry(file, &["https://repo1.", "maven.org"].concat()).is_some());
        assert!(names_a_registry(file, "maven-central").is_none());
        assert!(starts_processes_itself(file, &["std::process::", "Command::new(\"x\")"].concat()).is_some());
    }
}
