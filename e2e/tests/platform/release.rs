//! The release tarball under test, unpacked once for all tests and read-only for everyone.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use pio_process::command::Command;

use crate::janitor::Janitor;

/// Names the tarball.
const VARIABLE: &str = "PIO_TEST_RELEASE";

/// The tarball.
pub(crate) fn tarball() -> PathBuf {
    let given = pio_settings::env::get(VARIABLE);
    let file = PathBuf::from(given.unwrap_or_else(|| {
        panic!("{VARIABLE} is not set: run `cargo xtask test`, or `cargo xtask dist --draft` and name its tarball")
    }));
    assert!(file.is_file(), "{} does not exist", file.display());
    file
}

/// The buildpack, unpacked by root as a platform does, where the user of builds cannot write.
pub(crate) fn buildpack() -> &'static Path {
    static UNPACKED: OnceLock<(PathBuf, Janitor)> = OnceLock::new();
    let (folder, _) = UNPACKED.get_or_init(|| {
        let folder = tempfile::Builder::new().prefix("buildpack-").tempdir().expect("a folder");
        let tar = Command::new("tar").arg("-xzf").arg(tarball()).arg("-C").arg(folder.path());
        tar.run().expect("an unpacked release");
        let open = Command::new("chmod").args(["a+rX"]).arg(folder.path());
        open.run().expect("a folder that everyone may read");
        let folder = folder.keep();
        let janitor = Janitor::engage("rm -rf $1", &[&folder.display().to_string()]);
        (folder, janitor)
    });
    folder
}
