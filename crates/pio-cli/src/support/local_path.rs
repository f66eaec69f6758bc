//! File and folder arguments, with the syntax of PIO's commands.

use std::path::{Path, PathBuf};

/// The local path, without an optional `file:` or `file://` prefix. For another scheme such as `hdfs://`, the
/// error contains the original text.
pub(crate) fn local(given: &Path) -> Result<PathBuf, String> {
    let text = given.to_string_lossy();
    match text.split_once(':') {
        Some(("file", rest)) => Ok(PathBuf::from(rest.strip_prefix("//").unwrap_or(rest))),
        Some((_, rest)) if rest.starts_with("//") && !given.exists() => Err(text.into_owned()),
        _ => Ok(given.to_owned()),
    }
}
