//! The digest of the toolchain. An engine is rebuilt when it changes.

use pio_closure::closure::Closure;
use sha2::{Digest as _, Sha256};

use super::plugin_jar;
use crate::errors::BuildError;

/// Digest of the runtime, the library names and our sbt plugin, in hexadecimal.
///
/// # Errors
/// The closure is incomplete.
pub fn digest(closure: &Closure) -> Result<String, BuildError> {
    let mut sha = Sha256::new();
    sha.update(fs_err::read(closure.runtime_jar()?)?);
    for jar in closure.jars()? {
        sha.update(jar.file_name().unwrap_or_default().as_encoded_bytes());
    }
    for (_, text) in plugin_jar::SOURCES {
        sha.update(text);
    }
    Ok(hex::encode(&sha.finalize()[..10]))
}
