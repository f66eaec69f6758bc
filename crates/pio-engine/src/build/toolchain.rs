//! What compiles an engine: with another toolchain it has to be built anew.

use pio_closure::closure::Closure;
use sha2::{Digest as _, Sha256};

use super::plugin_jar;
use crate::errors::BuildError;

/// A digest of the runtime, of the names of the libraries, and of our sbt plugin, in hexadecimal digits.
///
/// # Errors
/// The closure is not complete.
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
