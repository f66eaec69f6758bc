//! Splits an sbt file into top-level statements.

use std::ops::Range;

use super::mask::mask;

/// A top-level statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The range in the text.
    pub range: Range<usize>,
    /// The first line, counted from 1.
    pub first_line: usize,
    /// The last line.
    pub last_line: usize,
}

/// Splits an sbt file into statements, in order.
#[must_use]
pub fn split(text: &str) -> Vec<Statement> {
    let masked = mask(text);
    let mut statements: Vec<Statement> = Vec::new();
    let mut depth = 0_i32;
    let mut begin = None;
    let mut end = 0;
    for (at, line) in lines(&masked) {
        if begin.is_some() && depth <= 0 && begins_statement(&masked[..at], line) {
            push(&mut statements, &masked, begin.take(), end);
            depth = 0;
        }
        if !line.trim().is_empty() {
            begin = begin.or(Some(at + line.len() - line.trim_start().len()));
            end = at + line.trim_end().len();
        }
        depth += balance(line);
    }
    push(&mut statements, &masked, begin, end);
    statements
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let begin = *at;
        *at += line.len();
        Some((begin, line))
    })
}

fn push(statements: &mut Vec<Statement>, masked: &str, begin: Option<usize>, end: usize) {
    if let Some(begin) = begin {
        let line = |at: usize| masked[..at].matches('\n').count() + 1;
        statements.push(Statement { range: begin..end, first_line: line(begin), last_line: line(end) });
    }
}

fn balance(line: &str) -> i32 {
    line.chars().fold(0, |depth, character| match character {
        '(' | '{' | '[' => depth + 1,
        ')' | '}' | ']' => depth - 1,
        _ => depth,
    })
}

/// Whether this line begins a new statement. This follows Scala's rules for line breaks, as far as sbt files
/// need them.
fn begins_statement(before: &str, line: &str) -> bool {
    let line = line.trim();
    if line.is_empty() || line.starts_with(['.', ')', '}', ']', '{']) {
        return false;
    }
    let word = line.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
    !matches!(word, "else" | "catch" | "match" | "yield" | "with" | "extends") && !is_open(before)
}

/// Whether the text needs a continuation: it ends with an operator, a comma, `=` or `=>`.
fn is_open(before: &str) -> bool {
    let last = before.trim_end();
    let operator = last.ends_with([',', '+', '-', '%', '=', '>', '<', '&', '|', '.', ':', '/', '*']);
    operator && !last.ends_with("_*")
}

#[cfg(test)]
mod tests {
    use super::split;

    fn statements(text: &str) -> Vec<(&str, usize, usize)> {
        split(text).into_iter().map(|s| (&text[s.range], s.first_line, s.last_line)).collect()
    }

    #[test]
    fn blank_lines_are_not_needed_between_statements() {
        let text = "name := \"x\"\nversion := \"1\"\n\nimport A._\nsettings\n";
        assert_eq!(
            statements(text),
            [("name := \"x\"", 1, 1), ("version := \"1\"", 2, 2), ("import A._", 4, 4), ("settings", 5, 5)]
        );
    }

    #[test]
    fn brackets_operators_and_dots_go_on() {
        let text = "a ++= Seq(\n  \"x\",\n\n  \"y\"\n)\nlazy val b = (project in file(\".\"))\n  .settings(c)\nd :=\n  e +\n  f // g\nh := {\n}\n";
        let found: Vec<(usize, usize)> =
            statements(text).into_iter().map(|(_, first, last)| (first, last)).collect();
        assert_eq!(found, [(1, 5), (6, 7), (8, 10), (11, 12)]);
    }
}
