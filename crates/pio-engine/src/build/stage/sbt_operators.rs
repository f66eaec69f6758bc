//! Rewrites the sbt 0.13 operators `<<=`, `<+=` and `<++=`.

use super::mask::mask;
use super::text::{by_commas, group_end, is_name};

/// Rewrites the statement. `None` if it has no such operator or cannot be parsed.
#[must_use]
pub(crate) fn modernise(statement: &str) -> Option<String> {
    let masked = mask(statement);
    let (at, old, new) = [("<++=", "++="), ("<+=", "+="), ("<<=", ":=")]
        .into_iter()
        .find_map(|(old, new)| masked.find(old).map(|at| (at, old, new)))?;
    let value = expression(&statement[at + old.len()..])?;
    Some(format!("{}{new} {value}", &statement[..at]))
}

/// Rewrites the right-hand side: functions of settings, as in sbt 0.13, become `.value`.
fn expression(text: &str) -> Option<String> {
    let lead = text.len() - text.trim_start().len();
    let (space, text) = text.split_at(lead);
    let masked = mask(text);
    let key_end = key_end(&masked)?;
    let (keys, rest) = text.split_at(key_end);
    let keys = keys.trim();
    let values = values(keys);
    let newlines: String = space.chars().filter(|character| *character == '\n').collect();
    let rest = rest.trim_end();
    let function = function(rest);
    let result = match function {
        None if rest.trim().is_empty() => value_of(keys),
        None => return None,
        Some(Function::Lambda { parameters, body }) => {
            format!("(({}) match {{ case {parameters} => {body} }})", values.join(", "))
        }
        Some(Function::Other(_)) if values.len() > 1 => return None,
        Some(Function::Other(expression)) => format!("Some({}).map({expression}).get", values.join(", ")),
    };
    Some(format!("{newlines}{result}"))
}

/// The end of the keys: after a parenthesised group, or after `name in Scope in Scope`.
fn key_end(masked: &str) -> Option<usize> {
    if masked.starts_with('(') {
        return group_end(masked);
    }
    let mut end = name_end(masked, 0);
    loop {
        let rest = masked[end..].trim_start();
        let Some(scope) = rest.strip_prefix("in ").or_else(|| rest.strip_prefix("in\n")) else {
            break;
        };
        let begin = masked.len() - scope.trim_start().len();
        end = name_end(masked, begin);
    }
    let method = [".map", ".apply", ".flatMap"].iter().find_map(|method| masked[..end].strip_suffix(method));
    Some(method.map_or(end, str::len)).filter(|end| *end > 0)
}

fn name_end(masked: &str, begin: usize) -> usize {
    masked[begin..]
        .find(|character: char| !is_name(character) && character != '.')
        .map_or(masked.trim_end().len(), |length| begin + length)
}

fn values(keys: &str) -> Vec<String> {
    let masked = mask(keys);
    let inside = keys.strip_prefix('(').filter(|_| group_end(&masked) == Some(keys.len()));
    match inside.and_then(|inside| inside.strip_suffix(')')) {
        Some(inside) => by_commas(inside, &mask(inside)).into_iter().map(value_of).collect(),
        None => vec![value_of(keys)],
    }
}

fn value_of(key: &str) -> String {
    if key.starts_with('(') && group_end(&mask(key)) == Some(key.len()) {
        format!("{key}.value")
    } else {
        format!("({key}).value")
    }
}

enum Function<'a> {
    Lambda { parameters: &'a str, body: &'a str },
    Other(&'a str),
}

/// Parses the function after the keys, as in `map { (a, b) => … }`.
fn function(rest: &str) -> Option<Function<'_>> {
    let rest = rest.trim_start().trim_start_matches('.').trim_start();
    let rest = ["map", "apply", "flatMap"]
        .iter()
        .find_map(|method| rest.strip_prefix(method))
        .unwrap_or(rest)
        .trim_start();
    let masked = mask(rest);
    if !rest.starts_with(['(', '{']) || group_end(&masked) != Some(rest.len()) {
        return None;
    }
    let inside = rest[1..rest.len() - 1].trim();
    let inside = inside.strip_prefix("case ").unwrap_or(inside);
    let Some(arrow) = mask(inside).find("=>") else {
        return Some(Function::Other(inside));
    };
    let parameters = inside[..arrow].trim();
    if parameters.starts_with('(') || parameters.chars().all(is_name) {
        Some(Function::Lambda { parameters, body: inside[arrow + 2..].trim() })
    } else {
        Some(Function::Other(inside))
    }
}

#[cfg(test)]
mod tests {
    use super::modernise;

    #[test]
    fn a_function_of_one_setting() {
        assert_eq!(
            modernise("mergeStrategy in assembly <<= (mergeStrategy in assembly) { (old) =>\n  { case x => old(x) }\n}").unwrap(),
            "mergeStrategy in assembly := (((mergeStrategy in assembly).value) match { case (old) => { case x => old(x) } })"
        );
        assert_eq!(
            modernise("version <<= version { v => v + \"-x\" }").unwrap(),
            "version := (((version).value) match { case v => v + \"-x\" })"
        );
    }

    #[test]
    fn a_function_of_several() {
        assert_eq!(
            modernise("sourceGenerators in Compile <+= (sourceManaged in Compile, name) map { (dir, n) => gen(dir, n) }").unwrap(),
            "sourceGenerators in Compile += (((sourceManaged in Compile).value, (name).value) match { case (dir, n) => gen(dir, n) })"
        );
    }

    #[test]
    fn a_placeholder() {
        assert_eq!(
            modernise("libraryDependencies <+= scalaVersion(\"org.scala-lang\" % \"scala-reflect\" % _)")
                .unwrap(),
            "libraryDependencies += Some((scalaVersion).value).map(\"org.scala-lang\" % \"scala-reflect\" % _).get"
        );
    }

    #[test]
    fn a_setting_alone() {
        assert_eq!(modernise("x in Test <<= y in Compile").unwrap(), "x in Test := (y in Compile).value");
        assert_eq!(modernise("x <++= y").unwrap(), "x ++= (y).value");
    }

    #[test]
    fn other_statements_stay() {
        assert_eq!(modernise("name := \"a <<= b\""), None);
    }
}
