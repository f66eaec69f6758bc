//! The mark of a complete closure: the size and time of every file, so that a look at them shows whether it still is.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::Result;
use walkdir::WalkDir;

/// The file that holds the mark.
const STAMP: &str = "complete.json";

/// Size and modification time of each file, by its path in the closure.
type Files = BTreeMap<String, (u64, i64)>;

/// Marks a folder as complete with the files that are in it now.
pub(crate) fn write(folder: &Path) -> Result<()> {
    let mut files = Files::new();
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_dir() {
            continue;
        }
        let name = entry.path().strip_prefix(folder)?.to_string_lossy().into_owned();
        let metadata = entry.metadata()?;
        files.insert(name, (metadata.len(), metadata.mtime()));
    }
    fs_err::write(folder.join(STAMP), serde_json::to_vec(&files)?)?;
    Ok(())
}

/// Whether a folder was marked and all its files are as they were then.
pub(crate) fn is_complete(folder: &Path) -> bool {
    let Ok(text) = fs_err::read(folder.join(STAMP)) else { return false };
    let Ok(files) = serde_json::from_slice::<Files>(&text) else { return false };
    files.iter().all(|(name, &(size, time))| {
        fs_err::symlink_metadata(folder.join(name))
            .is_ok_and(|file| file.len() == size && file.mtime() == time)
    })
}
