//! What every Java process of ours is told.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use pio_process::command::Command;

use crate::closure::{Closure, LOGGING};
use crate::errors::ClosureError;

/// The certificates that this machine trusts, as Debian and Ubuntu keep them for Java.
const MACHINE_TRUST: &str = "/etc/ssl/certs/java/cacerts";

/// What Spark needs to be opened on Java 17 and later: its own `JavaModuleOptions`.
const MODULE_OPTIONS: &[&str] = &[
    "-XX:+IgnoreUnrecognizedVMOptions",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/java.net=ALL-UNNAMED",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
    "--add-opens=java.base/jdk.internal.ref=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.cs=ALL-UNNAMED",
    "--add-opens=java.base/sun.security.action=ALL-UNNAMED",
    "--add-opens=java.base/sun.util.calendar=ALL-UNNAMED",
    "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    "-Djdk.reflect.useDirectMethodHandle=false",
];

/// The closure's `java`, to which flags are added.
///
/// # Errors
/// When the closure has none.
pub fn java(closure: &Closure) -> Result<Command, ClosureError> {
    let hint = "Run `cargo xtask vendor` again; a release is for Linux on x86-64.";
    Ok(Command::new(closure.java()?).hint(hint))
}

/// The flag with which Java trusts what the machine trusts, where the machine keeps that for Java: a company's proxy may have a
/// certificate of its own.
#[must_use]
pub fn trust() -> Option<String> {
    Path::new(MACHINE_TRUST).is_file().then(|| format!("-Djavax.net.ssl.trustStore={MACHINE_TRUST}"))
}

/// The flags of every JVM that runs Spark.
#[must_use]
pub fn spark_flags(closure: &Closure) -> Vec<String> {
    let mut flags: Vec<String> = MODULE_OPTIONS.iter().map(|&option| option.to_owned()).collect();
    flags.push(format!("-Dlog4j2.configurationFile={}", closure.root.join(LOGGING).display()));
    flags.extend(trust());
    flags
}

/// The flags with which Java takes its classes from the closure's archive. Where it does not fit (other jars first, another
/// processor) Java goes on without it, and without a word.
#[must_use]
pub fn archive_flags(closure: &Closure) -> Vec<String> {
    let Some(archive) = closure.cds_archive() else { return Vec::new() };
    vec![
        format!("-XX:SharedArchiveFile={}", archive.display()),
        "-Xshare:auto".to_owned(),
        "-Xlog:disable".to_owned(),
        "-Xlog:all=error:stderr".to_owned(),
    ]
}

/// A class path in Java's notation.
#[must_use]
pub fn class_path(entries: &[PathBuf]) -> OsString {
    let mut text = OsString::new();
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            text.push(":");
        }
        text.push(entry);
    }
    text
}
