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

/// A folder of this user's. In the one for temporary files, sbt would make a folder that only its first user may write to. The path
/// is short, because that of a socket must be.
fn sockets() -> PathBuf {
    let user = fs_err::metadata("/proc/self").map_or(0, |process| process.uid());
    std::env::temp_dir().join(format!("pio-sbt-{user}"))
}

fn property(name: &str, path: &Path) -> OsString {
    let mut text = OsString::from(format!("-D{name}="));
    text.push(path);
    text
}
