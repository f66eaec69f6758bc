//! What cleans up after all tests: nothing drops what they share, so a small process waits for their end, however it comes.

use std::io::PipeWriter;

use pio_process::child::Child;
use pio_process::command::Command;

/// Runs a script when this process has ended. It must live as long as the process.
pub(crate) struct Janitor {
    _until_the_end: PipeWriter,
    _shell: Child,
}

impl Janitor {
    /// Engages one: `$1` and so on are the words.
    pub(crate) fn engage(script: &str, words: &[&str]) -> Self {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let shell = Command::new("sh")
            .args(["-c", &format!("cat >/dev/null; {script}"), "sh"])
            .args(words)
            .stdin(reader)
            .own_group()
            .spawn()
            .expect("a shell");
        Self { _until_the_end: writer, _shell: shell }
    }
}
