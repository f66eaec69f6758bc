//! Parses sbt's messages about builds that do not load and dependencies that do not resolve.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{BadStatement, Missing};
use crate::build::inputs::{self, Kind};

/// Returns the build file statements that sbt rejects. The one that stopped it comes first.
pub(crate) fn bad_statements(lines: &[String], stage: &Path) -> Vec<BadStatement> {
    let prefix = format!("{}/", stage.display());
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if line.contains("warning:") || line.starts_with("[warn]") {
            continue;
        }
        let Some((file, number, rest)) = place(line, &prefix) else { continue };
        let message = match rest.trim_start_matches(')').trim_start_matches(':').trim() {
            "" => lines.get(index.saturating_sub(1)).map_or("", String::as_str),
            message => message,
        };
        let message = message.trim_start_matches("[error]").trim().trim_start_matches("error: ").to_owned();
        found.push(BadStatement { file, line: number, message });
    }
    found
}

/// Finds `…/build.sbt:12` in a line. Returns the file, the line number and the rest of the line.
fn place<'a>(line: &'a str, prefix: &str) -> Option<(PathBuf, usize, &'a str)> {
    let rest = &line[line.find(prefix)? + prefix.len()..];
    let end = rest.find(".sbt")? + ".sbt".len();
    let (file, rest) = rest.split_at(end);
    let rest = rest.trim_start_matches(']').strip_prefix(':')?;
    let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    let number = rest[..digits].parse().ok()?;
    let known = !file.contains(' ') && !file.ends_with("zz-pio.sbt");
    known.then(|| (PathBuf::from(file), number, &rest[digits..]))
}

/// Returns the dependencies and the plugins that no repository has.
pub(crate) fn missing(lines: &[String]) -> (Vec<Missing>, Vec<String>) {
    let mut modules: BTreeMap<String, Missing> = BTreeMap::new();
    let mut plugins = BTreeSet::new();
    let mut current = None;
    for line in lines {
        if let Some((_, module)) = line.split_once("Error downloading ") {
            let module = module.split_whitespace().next().unwrap_or_default().to_owned();
            if let Some(plugin) = plugin(&module) {
                plugins.insert(plugin);
                current = None;
            } else {
                modules.entry(module.clone()).or_insert_with(|| Missing::new(&module));
                current = Some(module);
            }
        } else if let Some(missing) = current.as_ref().and_then(|module| modules.get_mut(module)) {
            note_answer(line, missing);
        }
    }
    for line in lines {
        modules.retain(|module, _| !is_replaced(line, module));
    }
    (modules.into_values().collect(), plugins.into_iter().collect())
}

/// Whether the line is our sbt plugin's message that it replaces a dependency's version.
fn is_replaced(line: &str, module: &str) -> bool {
    let Some(words) = line.strip_prefix("[info] pio: ").filter(|words| words.ends_with(" is taken instead."))
    else {
        return false;
    };
    let mut words = words.split_whitespace();
    let (name, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    module.ends_with(&format!(":{name}:{version}"))
}

/// Records a repository's answer to the request for a dependency.
fn note_answer(line: &str, missing: &mut Missing) {
    let host =
        |rest: &str| rest.split_once("://").and_then(|(_, rest)| rest.split('/').next().map(str::to_owned));
    let words = line.trim_start_matches("[error]").trim_start();
    if let Some((_, address)) =
        words.split_once("download error: ").and_then(|(_, rest)| rest.split_once(" while downloading "))
    {
        missing.unreachable.extend(host(address));
    } else if ["not found: http", "forbidden: http", "unauthorized: http"]
        .iter()
        .any(|start| words.starts_with(start))
    {
        missing.answered = true;
    }
}

/// Finds the build file and line that name a dependency.
pub(crate) fn named_in(engine: &Path, module: &str) -> Option<(PathBuf, usize)> {
    let name = module.split(':').nth(1)?;
    let bare = name.rsplit_once("_2.").map_or(name, |(bare, _)| bare);
    let (plain, suffixed) = (format!("\"{bare}\""), format!("\"{bare}_2."));
    inputs::find(engine)
        .into_iter()
        .filter(|input| matches!(input.kind, Kind::Build | Kind::ProjectSource))
        .find_map(|input| {
            let text = crate::text::read(&engine.join(&input.path)).ok()?.text;
            let line = text.lines().position(|line| line.contains(&plain) || line.contains(&suffixed))?;
            Some((input.path, line + 1))
        })
}

/// The artifact name of a plugin, as the engine wrote it.
fn plugin(module: &str) -> Option<String> {
    let name = module.split(':').nth(1)?;
    let plain = name.split(';').next()?;
    let bare = plain.strip_suffix("_2.12_1.0").unwrap_or(plain);
    (bare != name).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{BadStatement, bad_statements, missing};

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn refused_statements_are_found_and_warnings_are_not() {
        let log = lines(
            "/s/build.sbt:3: warning: method in in trait ScopingSetting is deprecated
/s/build.sbt:16: error: value copy is not a member of sbtassembly.AssemblyOption
[error] Type error in expression",
        );
        let message = "value copy is not a member of sbtassembly.AssemblyOption".to_owned();
        assert_eq!(
            bad_statements(&log, Path::new("/s")),
            [BadStatement { file: PathBuf::from("build.sbt"), line: 16, message }]
        );
    }

    #[test]
    fn missing_plugins_are_told_from_missing_dependencies() {
        let log = lines(
            "[error] sbt.librarymanagement.ResolveException: Error downloading org.x:y_2.12:1.0
[error]   Not found
[error] Error downloading com.typesafe.sbteclipse:sbteclipse-plugin;sbtVersion=1.0;scalaVersion=2.12:4.0.0
[error] Error downloading com.z:sbt-w_2.12_1.0:0.1",
        );
        let (modules, plugins) = missing(&log);
        assert_eq!(
            modules.iter().map(|module| module.module.as_str()).collect::<Vec<_>>(),
            ["org.x:y_2.12:1.0"]
        );
        assert_eq!(plugins, ["sbt-w", "sbteclipse-plugin"]);
    }

    #[test]
    fn a_repository_without_it_is_told_from_one_out_of_reach() {
        let log = lines(
            "[error] sbt.librarymanagement.ResolveException: Error downloading org.x:y_2.12:1.0
[error]   not found: /home/me/.ivy2/localorg.x/y_2.12/1.0/ivys/ivy.xml
[error]   not found: https://answers.example/maven/org/x/y_2.12/1.0/y_2.12-1.0.pom
[error]   download error: Caught java.net.UnknownHostException (gone.example) while downloading https://gone.example/org/x/y_2.12/1.0/y_2.12-1.0.pom
[error] Error downloading org.x:z:2.0
[error]   not found: /home/me/.ivy2/localorg.x/z/2.0/ivys/ivy.xml
[error]   download error: Caught java.net.ConnectException (Connection refused) while downloading https://gone.example/org/x/z/2.0/z-2.0.pom
[error] Error downloading org.x:w_2.12:1.2.1
[info] pio: w_2.12 1.2.1 does not exist; 1.3.4 is taken instead.",
        );
        let (modules, _) = missing(&log);
        let told: Vec<_> = modules.iter().map(|m| (m.answered, m.to_string())).collect();
        assert_eq!(
            told,
            [
                (true, "  org.x:y_2.12:1.0; out of reach: gone.example".to_owned()),
                (false, "  org.x:z:2.0; out of reach: gone.example".to_owned())
            ]
        );
    }
}
