//! Files and folders that an option names, as PIO's commands took them.

use std::path::{Path, PathBuf};

/// The path on this machine: `file:` and `file://` may stand before it. Where another scheme does, such as `hdfs://`, that text comes
/// back as it was given.
pub(crate) fn local(given: &Path) -> Result<PathBuf, String> {
    let text = given.to_string_lossy();
    match text.split_once(':') {
        Some(("file", rest)) => Ok(PathBuf::from(rest.strip_prefix("//").unwrap_or(rest))),
        Some((_, rest)) if rest.starts_with("//") && !given.exists() => Err(text.into_owned()),
        _ => Ok(given.to_owned()),
    }
}
