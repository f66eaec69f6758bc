//! Updates a folder to hold exactly the wanted files. Up-to-date files are not touched, so that sbt sees no
//! change.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::build::inputs::within;
use crate::text::{self, Encoding};

/// The wanted content of a path.
#[derive(Debug)]
pub(crate) enum Content {
    /// A file with this text.
    Text(String),
    /// A link to a file or folder elsewhere.
    Link(PathBuf),
}

/// A folder and its wanted content.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    contents: BTreeMap<PathBuf, Content>,
}

impl Folder {
    /// A folder without wanted content.
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), contents: BTreeMap::new() }
    }

    /// Sets the wanted content of a path.
    pub(crate) fn put(&mut self, path: impl Into<PathBuf>, content: Content) {
        self.contents.insert(path.into(), content);
    }

    /// Adds a changed copy of a text file, in UTF-8 for the compilers. Returns the original encoding.
    pub(crate) fn text(
        &mut self,
        path: &Path,
        source: &Path,
        change: impl FnOnce(&str) -> String,
    ) -> io::Result<Encoding> {
        let decoded = text::read(source)?;
        self.put(path, Content::Text(change(&decoded.text)));
        Ok(decoded.encoding)
    }

    /// Updates the folder on disk. sbt's `target` folders are kept.
    pub(crate) fn write(&self) -> io::Result<()> {
        self.remove_others()?;
        for (path, content) in &self.contents {
            let target = self.root.join(path);
            if let Some(parent) = target.parent() {
                fs_err::create_dir_all(parent)?;
            }
            match content {
                Content::Text(text) => write_text(&target, text)?,
                Content::Link(source) => write_link(&target, source)?,
            }
        }
        Ok(())
    }

    fn remove_others(&self) -> io::Result<()> {
        if !self.root.is_dir() {
            return Ok(());
        }
        let is_ours = |entry: &DirEntry| entry.file_name() != "target" || within(entry.path(), "src");
        let entries = WalkDir::new(&self.root).into_iter().filter_entry(is_ours);
        for entry in entries.filter_map(Result::ok).filter(|entry| !entry.file_type().is_dir()) {
            let path = entry.path().strip_prefix(&self.root).unwrap_or(entry.path());
            if !self.contents.contains_key(path) {
                fs_err::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

fn write_text(target: &Path, text: &str) -> io::Result<()> {
    let is_link = target.is_symlink();
    if !is_link && fs_err::read(target).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    if is_link {
        fs_err::remove_file(target)?;
    }
    fs_err::write(target, text)
}

fn write_link(target: &Path, source: &Path) -> io::Result<()> {
    if fs_err::read_link(target).is_ok_and(|old| old == source) {
        return Ok(());
    }
    if target.is_symlink() || target.is_file() {
        fs_err::remove_file(target)?;
    } else if target.is_dir() {
        fs_err::remove_dir_all(target)?;
    }
    symlink(source, target)
}

#[cfg(test)]
mod tests {
    use super::{Content, Folder};

    #[test]
    fn the_folder_holds_what_it_should_and_no_more() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(root.path().join("target")).unwrap();
        fs_err::write(root.path().join("target/kept"), "").unwrap();
        let mut folder = Folder::new(root.path());
        folder.put("a/b.txt", Content::Text("one".to_owned()));
        folder.put("data", Content::Link(elsewhere.path().to_owned()));
        folder.write().unwrap();
        let mut folder = Folder::new(root.path());
        folder.put("data/c.txt", Content::Text("two".to_owned()));
        folder.write().unwrap();
        assert!(!root.path().join("a/b.txt").exists());
        assert!(root.path().join("target/kept").exists());
        assert_eq!(fs_err::read_to_string(root.path().join("data/c.txt")).unwrap(), "two");
        assert!(
            fs_err::read_dir(elsewhere.path()).unwrap().next().is_none(),
            "the linked folder is the user's"
        );
    }

    #[test]
    fn what_is_right_is_not_touched() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = Folder::new(root.path());
        folder.put("a.txt", Content::Text("one".to_owned()));
        folder.write().unwrap();
        let time = || fs_err::metadata(root.path().join("a.txt")).unwrap().modified().unwrap();
        let before = time();
        folder.write().unwrap();
        assert_eq!(time(), before);
    }
}
