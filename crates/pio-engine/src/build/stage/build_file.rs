//! Rewrites an engine's sbt files for the current sbt.

use super::mask::mask;
use super::plugins::{self, Plugin};
use super::sbt_operators;
use super::statements::{self, Statement};
use super::text::{blank, group_end, has_word};

/// Facts about the rest of the build that a rewrite needs.
#[derive(Debug, Default)]
pub struct Context {
    /// Identifiers of dropped plugins.
    pub dropped_words: Vec<&'static str>,
    /// Lines of statements that sbt rejected.
    pub bad_lines: Vec<usize>,
}

/// A rewritten file. Line numbers are unchanged.
#[derive(Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// The text.
    pub text: String,
    /// Statements that were left out.
    pub left_out: Vec<LeftOut>,
}

/// A statement that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The line where it begins.
    pub line: usize,
    /// Its first line.
    pub text: String,
}

/// Names used by sbt-assembly before 0.12.
const OLD_ASSEMBLY: &[&str] = &["assemblySettings", "mergeStrategy", "jarName", "outputPath", "excludedJars"];

/// Imports that exist only up to sbt-assembly 0.11.
const OLD_IMPORTS: &[&str] = &["AssemblyKeys", "sbtassembly.Plugin"];

/// Publishing settings. They are not needed here and often outdated.
const PUBLISHING: &[&str] = &[
    "publishTo",
    "publishMavenStyle",
    "publishArtifact",
    "pomExtra",
    "pomIncludeRepository",
    "pomPostProcess",
];

/// Rewrites a `.sbt` file of the engine.
#[must_use]
pub fn rewrite(text: &str, context: &Context) -> Rewritten {
    let mut result = String::with_capacity(text.len() + 80);
    let mut left_out = Vec::new();
    let mut at = 0;
    for statement in statements::split(text) {
        let old = &text[statement.range.clone()];
        result.push_str(&text[at..statement.range.start]);
        at = statement.range.end;
        match rewrite_statement(old, &statement, context) {
            Replacement::Same => result.push_str(old),
            Replacement::New(new) => result.push_str(&same_lines(old, new)),
            Replacement::Blank => result.push_str(&blank(old)),
            Replacement::LeftOut => {
                result.push_str(&blank(old));
                let text = old.lines().next().unwrap_or_default().trim().to_owned();
                left_out.push(LeftOut { line: statement.first_line, text });
            }
        }
    }
    result.push_str(&text[at..]);
    result.push_str(&imports(&result));
    Rewritten { text: result, left_out }
}

enum Replacement {
    Same,
    New(String),
    Blank,
    LeftOut,
}

fn rewrite_statement(old: &str, statement: &Statement, context: &Context) -> Replacement {
    let masked = mask(old);
    if masked.starts_with("import ") && OLD_IMPORTS.iter().any(|import| masked.contains(import)) {
        return Replacement::Blank;
    }
    if context.bad_lines.iter().any(|line| (statement.first_line..=statement.last_line).contains(line)) {
        return Replacement::LeftOut;
    }
    if PUBLISHING.iter().any(|key| masked.starts_with(key)) {
        return Replacement::Blank;
    }
    let mut new = without_plugins(old, &context.dropped_words);
    if new.is_none()
        && context.dropped_words.iter().any(|word| has_word(&masked, word) && !defines(&masked, word))
    {
        return Replacement::Blank;
    }
    if let Some(modern) = sbt_operators::modernise(new.as_deref().unwrap_or(old)) {
        new = Some(modern);
    }
    if let Some(rest) = masked.strip_prefix("seq(") {
        new = Some(format!("Seq({}", &old[old.len() - rest.len()..]));
    }
    new.map_or(Replacement::Same, Replacement::New)
}

/// Whether a statement must be kept because it defines the engine's projects or dependencies.
#[must_use]
pub fn is_vital(statement: &str) -> bool {
    let masked = mask(statement);
    ["libraryDependencies", "project", "Project"].iter().any(|word| has_word(&masked, word))
}

/// Removes dropped plugins and their settings from a project definition. `None` if there is nothing to remove
/// or the statement is not a project definition.
fn without_plugins(statement: &str, dropped: &[&'static str]) -> Option<String> {
    if !is_vital(statement) {
        return None;
    }
    let mut text = statement.to_owned();
    let mut changed = false;
    for call in [".enablePlugins(", ".disablePlugins(", ".settings("] {
        let mut from = 0;
        while let Some(begin) = mask(&text)[from..].find(call).map(|at| at + from) {
            let masked = mask(&text);
            let Some(length) = group_end(&masked[begin + call.len() - 1..]) else { break };
            let end = begin + call.len() - 1 + length;
            let inside = &masked[begin + call.len()..end - 1];
            let vital = has_word(inside, "libraryDependencies");
            if !vital && dropped.iter().any(|word| has_word(inside, word)) {
                text.replace_range(begin..end, &blank(&text[begin..end]));
                changed = true;
            }
            from = begin + call.len();
        }
    }
    changed.then_some(text)
}

fn defines(masked: &str, word: &str) -> bool {
    ["val", "def"].iter().any(|keyword| masked.contains(&format!("{keyword} {word}")))
}

/// Pads the new statement to the number of lines of the old one.
fn same_lines(old: &str, new: String) -> String {
    let missing = old.matches('\n').count().saturating_sub(new.matches('\n').count());
    new + &"\n".repeat(missing)
}

/// Additional imports that a file needs. They go to the end of the file, so that line numbers stay unchanged.
fn imports(text: &str) -> String {
    let masked = mask(text);
    let uses = |word: &str| has_word(&masked, word) && !defines(&masked, word);
    let mut imports = String::new();
    if OLD_ASSEMBLY.iter().any(|word| uses(word)) {
        imports.push_str("\nimport piobuild.OldAssembly._\n");
    }
    if uses("pioVersion") {
        imports.push_str("\nimport piobuild.PioVersion._\n");
    }
    imports
}

/// A file of `project/` without the dropped plugins.
#[derive(Debug, PartialEq, Eq)]
pub struct ProjectFile {
    /// The text.
    pub text: String,
    /// The plugins that were dropped.
    pub dropped: Vec<Plugin>,
    /// Whether the rest still has to resolve something from a repository.
    pub needs_repository: bool,
}

/// Rewrites a `.sbt` file of `project/`.
#[must_use]
pub fn rewrite_project(text: &str, unresolved: &[String]) -> ProjectFile {
    let mut result = String::with_capacity(text.len());
    let mut dropped = Vec::new();
    let mut needs_repository = false;
    let mut at = 0;
    for statement in statements::split(text) {
        let old = &text[statement.range.clone()];
        result.push_str(&text[at..statement.range.start]);
        at = statement.range.end;
        match plugins::of_statement(old) {
            Some(plugin) if plugins::is_dropped(&plugin, unresolved) => {
                result.push_str(&blank(old));
                dropped.push(plugin);
            }
            Some(plugin) => {
                needs_repository = true;
                result.push_str(&plugins::with_newer_version(old, &plugin));
            }
            None => {
                needs_repository |= has_word(&mask(old), "libraryDependencies");
                result.push_str(&old.replace("\"http://", "\"https://"));
            }
        }
    }
    result.push_str(&text[at..]);
    ProjectFile { text: result, dropped, needs_repository }
}

#[cfg(test)]
mod tests {
    use super::{Context, rewrite, rewrite_project};

    fn plain(text: &str) -> String {
        rewrite(text, &Context::default()).text
    }

    #[test]
    fn a_build_of_sbt_0_13_becomes_one_of_today() {
        let old = "import AssemblyKeys._\n\nassemblySettings\n\nname := \"x\"\n\nlibraryDependencies += \"io.prediction\" %% \"core\" % pioVersion.value % \"provided\"\n";
        let new = "                     \n\nassemblySettings\n\nname := \"x\"\n\nlibraryDependencies += \"io.prediction\" %% \"core\" % pioVersion.value % \"provided\"\n\nimport piobuild.OldAssembly._\n\nimport piobuild.PioVersion._\n";
        assert_eq!(plain(old), new);
    }

    #[test]
    fn names_that_a_build_defines_itself_are_not_imported() {
        let text = "val pioVersion = \"0.12.0\"\nval jarName = \"a\"\nname := jarName + pioVersion\n";
        assert_eq!(plain(text), text);
    }

    #[test]
    fn lines_keep_their_numbers() {
        let old = "mergeStrategy in assembly <<= (mergeStrategy in assembly) { (old) =>\n  {\n    case x => old(x)\n  }\n}\nname := \"x\"\n";
        let new = plain(old);
        assert_eq!(new.lines().nth(5), Some("name := \"x\""), "{new}");
    }

    #[test]
    fn what_speaks_of_dropped_plugins_goes() {
        let context = Context {
            dropped_words: vec!["SbtScalariform", "scalariform", "ScalariformKeys"],
            ..Context::default()
        };
        let old = "import scalariform.formatter.preferences._\nSbtScalariform.scalariformSettings\nScalariformKeys.preferences := ScalariformKeys.preferences.value\n  .setPreference(AlignSingleLineCaseStatements, true)\nname := \"scalariform\"\n";
        let new = rewrite(old, &context);
        assert_eq!(new.text.trim(), "name := \"scalariform\"");
        assert_eq!(new.text.lines().count(), old.lines().count());
        assert!(new.left_out.is_empty());
    }

    #[test]
    fn a_project_stays_without_its_dropped_plugins() {
        let context =
            Context { dropped_words: vec!["JavaAppPackaging", "packSettings"], ..Context::default() };
        let old = "lazy val root = (project in file(\".\"))\n  .enablePlugins(JavaAppPackaging)\n  .settings(packSettings: _*)\n  .settings(libraryDependencies += x)\n";
        let new = rewrite(old, &context).text;
        assert!(!new.contains("JavaAppPackaging") && !new.contains("packSettings"), "{new}");
        assert!(new.contains(".settings(libraryDependencies += x)"), "{new}");
    }

    #[test]
    fn statements_that_sbt_refused_are_left_out_and_named() {
        let context = Context { bad_lines: vec![3], ..Context::default() };
        let new = rewrite("name := \"x\"\nfoo := Seq(\n  bar\n)\nversion := \"1\"\n", &context);
        assert_eq!(new.text, "name := \"x\"\n           \n     \n \nversion := \"1\"\n");
        assert_eq!((new.left_out[0].line, new.left_out[0].text.as_str()), (2, "foo := Seq("));
    }

    #[test]
    fn old_plugins_are_not_looked_up() {
        let text = "// assembly\naddSbtPlugin(\"com.eed3si9n\" % \"sbt-assembly\" % \"0.11.2\")\nresolvers += \"x\" at \"http://x.example/\"\naddSbtPlugin(\"com.eed3si9n\" % \"sbt-buildinfo\" % \"0.3.2\")\n";
        let file = rewrite_project(text, &[]);
        assert!(file.needs_repository);
        assert_eq!(file.dropped.len(), 1);
        assert!(file.text.contains("\"sbt-buildinfo\" % \"0.13.1\"") && !file.text.contains("sbt-assembly"));
        assert!(file.text.contains("https://x.example/"));
        let file = rewrite_project(text, &["sbt-buildinfo".to_owned()]);
        assert!(!file.needs_repository);
    }
}
