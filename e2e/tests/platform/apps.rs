//! Apps as users push them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use fs_err as fs;

/// The project's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// One of the project's own engines, as it is in the repository, learning from an app.
pub(crate) fn engine(name: &str, app: &str, to: &Path) {
    let source = root().join("engines").join(name);
    for entry in
        walkdir::WalkDir::new(&source).into_iter().filter_entry(|entry| entry.file_name() != "target")
    {
        let entry = entry.expect("an entry");
        let to = to.join(entry.path().strip_prefix(&source).expect("within"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to).expect("a folder");
        } else {
            fs::copy(entry.path(), &to).expect("a copy");
        }
    }
    edit(&to.join("engine.json"), |json| json["datasource"]["params"]["appName"] = app.into());
}

/// Changes a JSON file.
pub(crate) fn edit(file: &Path, change: impl FnOnce(&mut serde_json::Value)) {
    let mut json = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
    change(&mut json);
    fs::write(file, serde_json::to_vec_pretty(&json).expect("JSON")).expect("a file");
}

/// The ratings of the demo as a file of events, one a line.
pub(crate) fn ratings(file: &Path) {
    let source = root().join("engines/recommendation/data/ratings.txt");
    let events = e2e::ratings::read(&source).expect("the ratings");
    let lines: Vec<String> = events.iter().map(|event| format!("{event}\n")).collect();
    write(file, &lines.concat());
}

/// Writes a file of an app, with its folder.
pub(crate) fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(file, text).expect("a file");
}

/// Writes a program of an app.
pub(crate) fn program(file: &Path, text: &str) {
    write(file, text);
    fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("a program");
}
