//! The source files of an engine's build.

use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256};
use walkdir::{DirEntry, WalkDir};

/// The role of a file in the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A `.sbt` file in the engine's folder.
    Build,
    /// A `.sbt` file in `project/`.
    Project,
    /// A Scala or Java source of the meta-build, in `project/`.
    ProjectSource,
    /// A Scala or Java source.
    Source,
    /// A resource or a jar.
    Resource,
    /// Not compiled, but the build may read it. Ignored in change detection.
    Beside,
}

/// An input file of the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The path relative to the engine's folder.
    pub path: PathBuf,
    /// Its role in the build.
    pub kind: Kind,
}

/// Folders that never contain input files.
const SKIPPED: &[&str] = &["target", "node_modules", "__pycache__", "spark-warehouse", "pio-closure"];

/// Links are followed only to and in these folders: others may lead anywhere.
const BUILD_FOLDERS: &[&str] = &["src", "lib", "project"];

/// Lists all input files, sorted by path. Unreadable files are skipped.
#[must_use]
pub fn find(engine: &Path) -> Vec<Input> {
    let mut inputs: Vec<Input> = WalkDir::new(engine)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_walked)
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| input(entry.path().strip_prefix(engine).ok()?))
        .collect();
    inputs.sort_by(|one, other| one.path.cmp(&other.path));
    inputs
}

fn is_walked(entry: &DirEntry) -> bool {
    if entry.depth() == 0 || !entry.file_type().is_dir() {
        return true;
    }
    let name = entry.file_name().to_string_lossy();
    let is_builds_own =
        name == "project" && entry.path().parent().is_some_and(|parent| parent.ends_with("project"));
    let leads_to_sources = BUILD_FOLDERS.iter().any(|folder| name == *folder || within(entry.path(), folder));
    if entry.path_is_symlink() && !leads_to_sources {
        return false;
    }
    let skipped = SKIPPED.contains(&name.as_ref()) && !within(entry.path(), "src");
    !name.starts_with('.') && !skipped && !is_builds_own
}

fn input(path: &Path) -> Option<Input> {
    kind(path).map(|kind| Input { path: path.to_owned(), kind })
}

fn kind(path: &Path) -> Option<Kind> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let in_project = within(path, "project") && !within(path, "src");
    match extension {
        "sbt" if in_project => Some(Kind::Project),
        "sbt" => Some(Kind::Build),
        "scala" | "java" if in_project => Some(Kind::ProjectSource),
        "scala" | "java" => Some(Kind::Source),
        "jar" if in_project => Some(Kind::Resource),
        _ if in_project => None,
        _ if within(path, "src") || within(path, "lib") => Some(Kind::Resource),
        _ if path.components().count() == 1 => Some(Kind::Beside),
        _ => None,
    }
}

/// Whether a path contains a folder of this name.
#[must_use]
pub fn within(path: &Path, folder: &str) -> bool {
    path.parent()
        .is_some_and(|parent| parent.components().any(|part| part == Component::Normal(folder.as_ref())))
}

/// Whether a file belongs to the engine's tests.
#[must_use]
pub fn is_test(path: &Path) -> bool {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.windows(2).any(|pair| pair[0] == "src" && (pair[1] == "test" || pair[1] == "it"))
}

/// Digest of everything that is compiled. It covers only relative paths and contents.
///
/// # Errors
/// A file cannot be read.
pub fn digest(engine: &Path, inputs: &[Input]) -> std::io::Result<String> {
    let mut sha = Sha256::new();
    for input in inputs.iter().filter(|input| input.kind != Kind::Beside && !is_test(&input.path)) {
        let mut file = fs_err::File::open(engine.join(&input.path))?;
        let mut content = Sha256::new();
        std::io::copy(&mut file, &mut content)?;
        sha.update(input.path.to_string_lossy().as_bytes());
        sha.update([0]);
        sha.update(content.finalize());
    }
    Ok(hex::encode(&sha.finalize()[..20]))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Kind, digest, find};

    fn write(root: &Path, file: &str, text: &str) {
        fs_err::create_dir_all(root.join(file).parent().unwrap()).unwrap();
        fs_err::write(root.join(file), text).unwrap();
    }

    fn engine() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in [
            "build.sbt",
            "project/assembly.sbt",
            "src/main/scala/A.scala",
            "src/main/resources/a.txt",
            "lib/x.jar",
            "engine.json",
        ] {
            write(folder.path(), file, file);
        }
        folder
    }

    #[test]
    fn what_is_not_compiled_does_not_change_the_digest() {
        let folder = engine();
        let hash = || digest(folder.path(), &find(folder.path())).unwrap();
        let before = hash();
        for file in [
            "engine.json",
            "README.md",
            "data/x.txt",
            "target/pio/build.json",
            ".git/HEAD",
            "src/test/scala/T.scala",
        ] {
            write(folder.path(), file, "changed");
        }
        assert_eq!(hash(), before);
        for file in [
            "build.sbt",
            "src/main/scala/B.scala",
            "src/main/resources/a.txt",
            "lib/x.jar",
            "project/assembly.sbt",
        ] {
            let old = hash();
            write(folder.path(), file, "changed");
            assert_ne!(hash(), old, "{file}");
        }
    }

    #[test]
    fn the_digest_does_not_depend_on_the_place() {
        let (one, other) = (engine(), engine());
        assert_eq!(
            digest(one.path(), &find(one.path())).unwrap(),
            digest(other.path(), &find(other.path())).unwrap()
        );
    }

    #[test]
    fn links_are_followed_and_broken_or_circular_ones_left_out() {
        let folder = engine();
        std::os::unix::fs::symlink("/nonexistent", folder.path().join("src/main/scala/Gone.scala")).unwrap();
        std::os::unix::fs::symlink("..", folder.path().join("src/loop")).unwrap();
        std::os::unix::fs::symlink("/usr", folder.path().join("data")).unwrap();
        std::os::unix::fs::symlink("A.scala", folder.path().join("src/main/scala/Link.scala")).unwrap();
        let sources: Vec<_> =
            find(folder.path()).into_iter().filter(|input| input.kind == Kind::Source).collect();
        assert_eq!(sources.len(), 2, "{sources:?}");
    }
}
