#![doc = include_str!("../README.md")]

pub mod container;

use std::io::Write as _;
use std::thread;

/// How a line begins with which a test reports that it is skipped. `cargo xtask test` counts these lines.
pub const SKIPPED: &str = "SKIPPED ";

/// Reports that the running test is skipped, with what the machine lacks as a whole sentence.
pub fn skip(why: &str) {
    // libtest gives a test's thread the test's name. It captures what macros print, but not what is written here.
    let name = thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "{SKIPPED}{name}: {why}");
}
