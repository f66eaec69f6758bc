//! Resolves sbt: its launcher fills an empty boot folder once, and the files in it are looked up by digest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pio_closure::closure;
use pio_closure::lockfile::Section;
use pio_process::command::Command;
use walkdir::WalkDir;

use super::manifest::Sbt;
use super::{Resolved, fetch, jar, libraries, wanted};
use crate::vendor::store::digest;

/// What the plugin asks for and sbt brings itself.
const BROUGHT_BY_SBT: &str = "org.scala-lang:";

pub(crate) fn resolve(sbt: &Sbt, scratch: &Path, cache: &Path) -> Result<Vec<Resolved>> {
    let launcher = format!("org.scala-sbt:sbt-launch:jar:{}", sbt.version);
    let mut resolved = boot(sbt, &launcher, scratch, cache)?;
    resolved.push(Resolved {
        coordinate: launcher,
        section: Section::Sbt,
        path: closure::SBT_LAUNCHER.to_owned(),
        unpack: None,
    });
    for coordinate in libraries::resolve(std::slice::from_ref(&sbt.plugin), &[], None, scratch, cache)? {
        if !coordinate.starts_with(BROUGHT_BY_SBT) {
            resolved.push(jar(coordinate, Section::Sbt, closure::SBT_PLUGINS)?);
        }
    }
    Ok(resolved)
}

/// Lets the launcher fill a boot folder and names the coordinate of every jar in it.
fn boot(sbt: &Sbt, launcher: &str, scratch: &Path, cache: &Path) -> Result<Vec<Resolved>> {
    let wanted = wanted(launcher, Section::Sbt);
    fetch(std::slice::from_ref(&wanted), scratch, cache)?;
    let folder = tempfile::tempdir_in(scratch)?;
    launch(&scratch.join(&wanted.file), &sbt.version, folder.path())?;
    let coordinates = coordinates_by_digest(folder.path(), &sbt.version)?;
    let boot = folder.path().join("boot");
    let mut resolved = Vec::new();
    for jar in jars_under(&boot) {
        let name = jar.strip_prefix(&boot)?.to_string_lossy().into_owned();
        if !is_part_of_sbt(&name, &sbt.version) {
            continue;
        }
        let coordinate = coordinates
            .get(&digest(&jar)?.0)
            .with_context(|| format!("nothing tells where {name} is from"))?;
        let path = format!("{}/{name}", closure::SBT_BOOT);
        resolved.push(Resolved { coordinate: coordinate.clone(), section: Section::Sbt, path, unpack: None });
    }
    Ok(resolved)
}

/// Starts sbt in an empty project with nothing but its launcher.
fn launch(launcher: &Path, version: &str, folder: &Path) -> Result<()> {
    let project = folder.join("empty");
    fs_err::create_dir_all(project.join("project"))?;
    fs_err::write(project.join("project/build.properties"), format!("sbt.version={version}\n"))?;
    let properties = [
        ("boot.directory", "boot"),
        ("global.base", "global"),
        ("ivy.home", "ivy"),
        ("coursier.home", "coursier"),
    ];
    let properties = properties.map(|(name, place)| format!("-Dsbt.{name}={}", folder.join(place).display()));
    Command::new("java")
        .named("sbt")
        .args(pio_closure::jvm::trust())
        .args(properties)
        .arg("-jar")
        .arg(launcher)
        .arg("sbtVersion")
        .current_dir(project)
        .no_stdin()
        .captured()
        .run()?;
    Ok(())
}

/// `scala-2.12.x/lib/*.jar` and `scala-2.12.x/org.scala-sbt/sbt/<version>/*.jar`, but nothing deeper: that was compiled here.
fn is_part_of_sbt(name: &str, version: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    matches!(parts[..], [_, "lib", _])
        || matches!(parts[..], [_, "org.scala-sbt", "sbt", is, _] if is == version)
}

/// The coordinate of every jar that the launcher fetched. Its cache is laid out as a repository, somewhere below the folder.
fn coordinates_by_digest(folder: &Path, version: &str) -> Result<BTreeMap<String, String>> {
    let known = format!("org/scala-sbt/sbt/{version}/sbt-{version}.jar");
    let jars = jars_under(&folder.join("coursier"));
    let root =
        jars.iter().find_map(|jar| jar.to_str()?.strip_suffix(&known)).context("sbt fetched nothing")?;
    let mut coordinates = BTreeMap::new();
    for jar in &jars {
        if let Some(coordinate) = jar.to_str().and_then(|path| coordinate(path.strip_prefix(root)?)) {
            coordinates.insert(digest(jar)?.0, coordinate);
        }
    }
    Ok(coordinates)
}

/// The coordinate of `org/a/b/1.0/b-1.0[-classifier].jar`.
fn coordinate(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    let file = parts.pop()?.strip_suffix(".jar")?;
    let version = parts.pop()?;
    let artifact = parts.pop()?;
    let classifier =
        file.strip_prefix(artifact)?.strip_prefix('-')?.strip_prefix(version)?.replacen('-', ":", 1);
    Some(format!("{}:{artifact}:jar{classifier}:{version}", parts.join(".")))
}

fn jars_under(folder: &Path) -> Vec<PathBuf> {
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    files
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "jar"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{coordinate, is_part_of_sbt};

    #[test]
    fn a_path_in_a_repository_tells_the_coordinate() {
        assert_eq!(coordinate("org/a/b_2.12/1.0/b_2.12-1.0.jar").unwrap(), "org.a:b_2.12:jar:1.0");
        assert_eq!(coordinate("org/a/b/1.0/b-1.0-sources.jar").unwrap(), "org.a:b:jar:sources:1.0");
    }

    #[test]
    fn what_was_compiled_on_this_machine_is_no_part_of_sbt() {
        assert!(is_part_of_sbt("scala-2.12.21/lib/scala-library.jar", "1.12.11"));
        assert!(is_part_of_sbt("scala-2.12.21/org.scala-sbt/sbt/1.12.11/io_2.12-1.10.5.jar", "1.12.11"));
        assert!(!is_part_of_sbt("scala-2.12.21/org.scala-sbt/sbt/1.12.11/bridge_1/bridge.jar", "1.12.11"));
    }
}
