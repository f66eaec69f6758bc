//! Finds errors of scalac and javac in sbt's output.

use std::path::{Path, PathBuf};

use super::CompileError;

/// Returns the errors in output order, without duplicates.
pub(crate) fn find(lines: &[String], stage: &Path) -> Vec<CompileError> {
    let prefix = format!("{}/", stage.display());
    let mut errors: Vec<CompileError> = Vec::new();
    let mut open = false;
    for line in lines {
        let Some(words) = line.strip_prefix("[error] ") else {
            open = false;
            continue;
        };
        if let Some(error) = words.strip_prefix(&prefix).and_then(head) {
            open = !errors.contains(&error);
            if open {
                errors.push(error);
            }
        } else if open && !is_summary(words) {
            if let Some(error) = errors.last_mut() {
                add(error, words);
            }
        } else {
            open = false;
        }
    }
    errors.iter_mut().for_each(tidy);
    errors
}

/// Parses `src/main/scala/A.scala:12:5: message`. The column is optional.
fn head(words: &str) -> Option<CompileError> {
    let (file, rest) = words.split_once(':')?;
    let (line, rest) = rest.split_once(':')?;
    let line = line.parse().ok()?;
    let (column, message) = match rest.split_once(':') {
        Some((column, message)) if column.parse::<usize>().is_ok() => (column.parse().ok(), message),
        _ => (None, rest),
    };
    let message = message.trim().trim_start_matches("error: ").to_owned();
    Some(CompileError { file: PathBuf::from(file), line, column, message, source: None, advice: None })
}

fn is_summary(words: &str) -> bool {
    let words = words.trim();
    let count = words.strip_suffix(" errors").or_else(|| words.strip_suffix(" error"));
    count.is_some_and(|count| count.parse::<usize>().is_ok())
        || words.ends_with(" error found")
        || words.ends_with(" errors found")
        || words.starts_with("(Compile /")
        || words.starts_with("Total time")
        || words.contains(") Compilation failed")
}

fn add(error: &mut CompileError, words: &str) {
    error.message.push('\n');
    error.message.push_str(words);
}

/// Removes the compiler's copy of the source line and its carets, because the user's own line is shown
/// instead. After the first caret javac prints the symbol in question, which is kept.
fn tidy(error: &mut CompileError) {
    let mut lines: Vec<&str> = Vec::new();
    let mut seen = false;
    for line in error.message.lines() {
        let Some(rest) = line.trim_start().strip_prefix('^') else {
            lines.push(line);
            continue;
        };
        if !seen && lines.len() > 1 {
            lines.pop();
        }
        seen = true;
        if !rest.trim().is_empty() {
            lines.push(rest);
        }
    }
    let message = lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n");
    message.trim_end().clone_into(&mut error.message);
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::find;

    #[test]
    fn errors_of_scalac_and_javac_are_read() {
        let lines: Vec<String> = "[info] compiling 2 Scala sources to /s/target/classes ...
[error] /s/src/main/scala/A.scala:12:34: type mismatch;
[error]  found   : Int
[error]  required: String
[error]     val x: String = 1
[error]                     ^
[error] /s/src/main/java/B.java:3:5:  error: cannot find symbol
[error]     Nope x;
[error]     ^  symbol:   class Nope
[error]   location: class B
[error]     ^
[error] 2 errors
[error]     Nope x;
[error] one error found
[error] (Compile / compileIncremental) Compilation failed
[error] /s/src/main/scala/A.scala:12:34: type mismatch;"
            .lines()
            .map(str::to_owned)
            .collect();
        let errors = find(&lines, Path::new("/s"));
        let told: Vec<_> =
            errors.iter().map(|e| (e.file.to_str().unwrap(), e.line, e.message.as_str())).collect();
        assert_eq!(
            told[0],
            ("src/main/scala/A.scala", 12, "type mismatch;\n found   : Int\n required: String")
        );
        assert_eq!((told[1].0, told[1].1), ("src/main/java/B.java", 3));
        assert_eq!(told[1].2, "cannot find symbol\n  symbol:   class Nope\n  location: class B");
    }
}
