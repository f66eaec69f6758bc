//! The command lines that are made from a closure.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod cluster;
mod sbt;
mod submit;

use pio_closure::closure::Closure;
use pio_process::command::Command;

/// A closure whose files are empty.
struct World {
    folder: tempfile::TempDir,
    closure: Closure,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            "RELEASE",
            "java/bin/java",
            "jars/a.jar",
            "jars/b.jar",
            "runtime/pio-runtime.jar",
            "lib/postgresql_jdbc.jar",
            "sbt/sbt-launch.jar",
            "sbt/boot/x",
        ];
        for file in files {
            let path = folder.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        }
        let closure = Closure::at(folder.path()).unwrap();
        Self { folder, closure }
    }

    /// The words of a command, with the closure's folder, also where it is only an open one, written as `C`.
    fn words(&self, command: &Command) -> Vec<String> {
        let root = self.closure.root.display().to_string();
        let words = command.words();
        let words = words.iter().map(|word| word.to_string_lossy().replace(&root, "C"));
        words.map(|word| word.replace("/proc/self/fd/9", "C")).collect()
    }
}

/// The word after another one.
fn after<'a>(words: &'a [String], word: &str) -> &'a str {
    let at = words.iter().position(|is| is == word).unwrap_or_else(|| panic!("{word} is not in {words:?}"));
    &words[at + 1]
}
