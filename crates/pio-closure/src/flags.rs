//! Flags of Java that hold secrets: no command line shows them, because all users of a machine see it.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use pio_process::private_file;
use pio_settings::redact::Redactor;

/// Flags of Java as they are, or the name of a file that Java reads them from. Only this user can read the file; `folder` must stay
/// until Java has started.
///
/// # Errors
/// When the file cannot be written.
pub fn without_secrets(flags: Vec<String>, folder: &Path, redactor: &Redactor) -> io::Result<Vec<String>> {
    if !redactor.hides_words(&flags) {
        return Ok(flags);
    }
    let mut text = String::new();
    for flag in flags {
        let _ = writeln!(text, "\"{}\"", flag.replace('\\', "\\\\").replace('"', "\\\""));
    }
    let file = folder.join("java.flags");
    private_file::write(&file, text.as_bytes())?;
    Ok(vec![format!("@{}", file.display())])
}
