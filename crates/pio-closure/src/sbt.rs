//! The command line of sbt.

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use pio_process::command::Command;

use crate::closure::Closure;
use crate::errors::ClosureError;
use crate::jvm;

/// sbt from the closure, with what it writes kept out of the user's home.
#[derive(Debug, Clone)]
pub struct Sbt<'a> {
    /// The closure that holds sbt.
    pub closure: &'a Closure,
    /// The folder for what sbt downloads.
    pub state: PathBuf,
    /// The folder for sbt's global settings and plugins.
    pub global_base: PathBuf,
    /// More flags of its JVM, after ours.
    pub options: Vec<String>,
}

impl Sbt<'_> {
    /// sbt, to which the build's folder and its tasks are added.
    ///
    /// # Errors
    /// When the closure is incomplete.
    pub fn command(&self) -> Result<Command, ClosureError> {
        Ok(jvm::java(self.closure)?
            .named("sbt")
            .args(jvm::trust())
            .args(["-Xss4m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
            .args([
                "-Dsbt.boot.lock=false",
                "-Dsbt.color=false",
                "-Dsbt.supershell=false",
                "-Dsbt.server.autostart=false",
            ])
            .arg(property("sbt.boot.directory", &self.closure.sbt_boot()?))
            .arg(property("sbt.global.base", &self.global_base))
            .arg(property("sbt.ivy.home", &self.state.join("ivy")))
            .arg(property("sbt.coursier.home", &self.state.join("coursier")))
            .env(SOCKETS, sockets())
            .args(&self.options)
            .arg("-jar")
            .arg(self.closure.sbt_launcher()?))
    }
}

/// The variable that names the folder of sbt's sockets; the folder for temporary files where it is not set.
const SOCKETS: &str = "XDG_RUNTIME_DIR";

/// The longest path in bytes of that folder. The path of a socket has 107 at most, and sbt appends up to 50.
const MAX_SOCKET_FOLDER_BYTES: usize = 55;

/// A folder of this user's. In the one for temporary files, sbt would make a folder that only its first user may write to.
fn sockets() -> PathBuf {
    let user = fs_err::metadata("/proc/self").map_or(0, |process| process.uid());
    sockets_in(&std::env::temp_dir(), user)
}

/// Where the folder for temporary files has a long name, the usual one takes its place: sockets need no room.
fn sockets_in(temporary: &Path, user: u32) -> PathBuf {
    let name = format!("pio-sbt-{user}");
    let folder = temporary.join(&name);
    if folder.as_os_str().len() > MAX_SOCKET_FOLDER_BYTES { Path::new("/tmp").join(name) } else { folder }
}

fn property(name: &str, path: &Path) -> OsString {
    let mut text = OsString::from(format!("-D{name}="));
    text.push(path);
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::sockets_in;

    #[test]
    fn the_path_of_a_socket_is_short_enough() {
        assert_eq!(sockets_in(Path::new("/var/tmp"), 7), Path::new("/var/tmp/pio-sbt-7"));
        let long = Path::new("/tmp/nix-build-predictionio-release-0.16.0.drv-0");
        assert_eq!(sockets_in(long, 0), Path::new("/tmp/pio-sbt-0"));
    }
}
