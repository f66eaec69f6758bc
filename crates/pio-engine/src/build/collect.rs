//! Collects an engine's jars in `target/pio/lib`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::record::{Jar, Origin, Record};

const LIBRARY: &str = "lib";

/// Copies the jars that sbt listed and records them.
///
/// # Errors
/// A file cannot be read or written.
pub(crate) fn collect(folder: &Path, lists: &Path, origin: Origin) -> Result<Record, std::io::Error> {
    let sources = listed(lists)?;
    let draft = folder.join("lib.new");
    if draft.exists() {
        fs_err::remove_dir_all(&draft)?;
    }
    fs_err::create_dir_all(&draft)?;
    let mut jars = Vec::new();
    let mut taken = BTreeSet::new();
    for source in sources {
        let name = free_name(&source, &mut taken);
        let size = fs_err::copy(&source, draft.join(&name))?;
        jars.push(Jar { path: Path::new(LIBRARY).join(name), size });
    }
    Record::remove(folder)?;
    let library = folder.join(LIBRARY);
    if library.exists() {
        fs_err::remove_dir_all(&library)?;
    }
    fs_err::rename(draft, library)?;
    let record = Record::new(origin, jars);
    record.save(folder)?;
    Ok(record)
}

/// The jars of all projects: first those built by the projects, then their dependencies.
fn listed(lists: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs_err::read_dir(lists)? {
        files.push(entry?.path());
    }
    files.sort();
    let mut products = Vec::new();
    let mut dependencies = Vec::new();
    for file in files {
        let text = fs_err::read_to_string(file)?;
        let mut lines = text.lines().map(PathBuf::from);
        products.extend(lines.next());
        dependencies.extend(lines);
    }
    let mut seen = BTreeSet::new();
    Ok(products.into_iter().chain(dependencies).filter(|jar| seen.insert(jar.clone())).collect())
}

/// Returns the jar's file name, with a number if the name is taken.
fn free_name(source: &Path, taken: &mut BTreeSet<String>) -> String {
    let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut free = name.clone();
    let mut number = 1;
    while !taken.insert(free.clone()) {
        number += 1;
        free = format!("{number}-{name}");
    }
    free
}
