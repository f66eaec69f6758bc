//! Analyses sbt's output for errors that concern the user.

mod compile_errors;
mod definition;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use super::advice::{self, DependencyAdvice};
use super::stage::{self, Rewrites, build_file, splice, statements};
use crate::errors::BuildError;
use crate::text::{self, Decoded};

/// The complete output of an sbt run.
#[derive(Debug, Default)]
pub struct Log {
    /// The lines.
    pub lines: Vec<String>,
    /// Whether sbt ended with exit code 0.
    pub succeeded: bool,
}

/// A compile error in one of the user's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    /// The file, relative to the engine's folder.
    pub file: PathBuf,
    /// The line.
    pub line: usize,
    /// The column, if the compiler reports one.
    pub column: Option<usize>,
    /// The compiler's message, which may have several lines.
    pub message: String,
    /// The source line as the user wrote it.
    pub source: Option<String>,
    /// Advice for this error.
    pub advice: Option<DependencyAdvice>,
}

/// A build file statement that sbt rejects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadStatement {
    /// The file, relative to the engine's folder.
    pub file: PathBuf,
    /// The line.
    pub line: usize,
    /// sbt's message.
    pub message: String,
}

/// A dependency that no repository has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// Organisation, name and version, in sbt's notation.
    pub module: String,
    /// The build file and line that name it; `None` for a transitive dependency.
    pub place: Option<(PathBuf, usize)>,
    /// Advice for this dependency.
    pub advice: Option<DependencyAdvice>,
    /// Whether a remote repository answered that it does not have the dependency.
    pub answered: bool,
    /// Hosts of unreachable repositories.
    pub unreachable: BTreeSet<String>,
}

/// Why a run of sbt failed.
#[derive(Debug, Default)]
pub struct Diagnosis {
    errors: Vec<CompileError>,
    bad_statements: Vec<BadStatement>,
    missing: Vec<Missing>,
    missing_plugins: Vec<String>,
    out_of_memory: bool,
    tail: Vec<String>,
}

/// Number of lines shown of an unknown failure.
const TAIL: usize = 30;

impl Log {
    /// Determines why the run failed.
    ///
    /// # Errors
    /// The reasons of the failure.
    pub fn diagnose(&self, engine: &Path, stage: &Path) -> Result<(), Box<Diagnosis>> {
        if self.succeeded {
            return Ok(());
        }
        let mut errors = compile_errors::find(&self.lines, stage);
        errors.retain(|error| error.file.extension().is_some_and(|extension| extension != "sbt"));
        for error in &mut errors {
            error.show_source(engine);
            error.advice = advice::find(error);
        }
        let (mut missing, missing_plugins) = definition::missing(&self.lines);
        for missing in &mut missing {
            missing.place = definition::named_in(engine, &missing.module);
            missing.advice = advice::of_dependency(&missing.module);
        }
        Err(Box::new(Diagnosis {
            errors,
            bad_statements: definition::bad_statements(&self.lines, stage),
            missing,
            missing_plugins,
            out_of_memory: self.lines.iter().any(|line| line.contains("OutOfMemoryError")),
            tail: self.tail(),
        }))
    }

    fn tail(&self) -> Vec<String> {
        let is_noise =
            |line: &&String| line.contains("\tat ") || line.starts_with("[warn]") || line.trim().is_empty();
        let lines: Vec<String> = self.lines.iter().filter(|line| !is_noise(line)).cloned().collect();
        lines[lines.len().saturating_sub(TAIL)..].to_vec()
    }
}

impl Diagnosis {
    /// Records rewrites that may fix the build in another attempt. Returns `false` if there are none.
    pub fn mend(&self, engine: &Path, rewrites: &mut Rewrites) -> bool {
        let known = rewrites.unresolved_plugins.len();
        for plugin in &self.missing_plugins {
            if !rewrites.unresolved_plugins.contains(plugin) {
                rewrites.unresolved_plugins.push(plugin.clone());
            }
        }
        let mut mended = rewrites.unresolved_plugins.len() > known;
        for bad in &self.bad_statements {
            let lines = rewrites.bad_lines.entry(bad.file.clone()).or_default();
            if !lines.contains(&bad.line) && bad.may_be_left_out(engine) {
                lines.push(bad.line);
                mended = true;
            }
        }
        for file in self.servers() {
            mended |= rewrites.servers.insert(file.clone());
        }
        mended
    }

    /// Sources that start PIO's own server; an engine does not need them for training and deployment. Empty
    /// if the engine has other errors, too.
    fn servers(&self) -> BTreeSet<&PathBuf> {
        let starts_server = |error: &&CompileError| error.message.contains("CreateServer");
        let servers: BTreeSet<&PathBuf> =
            self.errors.iter().filter(starts_server).map(|error| &error.file).collect();
        if self.errors.iter().all(|error| servers.contains(&error.file)) { servers } else { BTreeSet::new() }
    }

    /// Selects the most useful error for the user.
    #[must_use]
    pub fn into_error(self, folder: &Path) -> BuildError {
        let log = folder.join("sbt.log");
        if !self.errors.is_empty() {
            return BuildError::Compile { errors: self.errors };
        }
        if let Some(bad) = self.bad_statements.into_iter().next() {
            return BuildError::BuildFile { file: bad.file, line: bad.line, message: bad.message };
        }
        if !self.missing.is_empty() {
            return BuildError::Unresolved { missing: self.missing };
        }
        if self.out_of_memory {
            return BuildError::OutOfMemory;
        }
        BuildError::Unknown { tail: self.tail.join("\n"), log }
    }
}

impl BadStatement {
    /// Whether the build works without the statement, because it does not define the engine's projects or
    /// dependencies. A syntax error is never left out: it was wrong in every version of sbt.
    fn may_be_left_out(&self, engine: &Path) -> bool {
        if ["unclosed", "expected but", "illegal start", "expected start"]
            .iter()
            .any(|words| self.message.contains(words))
        {
            return false;
        }
        let Ok(Decoded { text, .. }) = text::read(&engine.join(&self.file)) else { return false };
        statements::split(&text)
            .iter()
            .find(|statement| (statement.first_line..=statement.last_line).contains(&self.line))
            .is_some_and(|statement| !build_file::is_vital(&text[statement.range.clone()]))
    }
}

impl CompileError {
    /// Sets the source line to that of the user's own file, and adjusts the column to it.
    fn show_source(&mut self, engine: &Path) {
        let Ok(Decoded { text, .. }) = text::read(&engine.join(&self.file)) else { return };
        let Some(source) = text.lines().nth(self.line.saturating_sub(1)) else { return };
        let rules = stage::rules(&self.file);
        self.column = self.column.map(|column| splice::column_before(source, rules, column));
        self.source = Some(source.to_owned());
    }
}

impl Missing {
    /// A dependency of which only the module is known.
    pub(crate) fn new(module: &str) -> Self {
        let unreachable = BTreeSet::new();
        Self { module: module.to_owned(), place: None, advice: None, answered: false, unreachable }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}", self.module)?;
        if let Some((file, line)) = &self.place {
            write!(f, " ({}, line {line})", file.display())?;
        }
        if !self.unreachable.is_empty() {
            let hosts: Vec<&str> = self.unreachable.iter().map(String::as_str).collect();
            write!(f, "; out of reach: {}", hosts.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)?;
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(source) = &self.source {
            write!(f, "\n    {source}")?;
            if let Some(column) = self.column {
                let lead: String = source
                    .chars()
                    .take(column.saturating_sub(1))
                    .map(|character| if character == '\t' { '\t' } else { ' ' })
                    .collect();
                write!(f, "\n    {lead}^")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Log;
    use crate::build::stage::Rewrites;

    fn servers(log: &str) -> Vec<String> {
        let log = Log { lines: log.lines().map(str::to_owned).collect(), succeeded: false };
        let mut rewrites = Rewrites::default();
        let diagnosis = log.diagnose(Path::new("/none"), Path::new("/s")).unwrap_err();
        let mended = diagnosis.mend(Path::new("/none"), &mut rewrites);
        assert_eq!(mended, !rewrites.servers.is_empty());
        rewrites.servers.into_iter().map(|file| file.display().to_string()).collect()
    }

    #[test]
    fn what_starts_pios_own_server_is_left_out_where_nothing_else_is_wrong() {
        let server = "[error] /s/ServerApp.scala:1:8: not found: object akka
[error] /s/ServerApp.scala:5:8: object CreateServer is not a member of package org.apache.predictionio.workflow
[error] /s/TrainApp.scala:70:26: not found: value CreateServer
";
        assert_eq!(servers(server), ["ServerApp.scala", "TrainApp.scala"]);
        assert!(servers(&format!("{server}[error] /s/Engine.scala:3:1: not found: value x")).is_empty());
        assert!(servers("[error] /s/Engine.scala:3:1: not found: object akka").is_empty());
    }
}
