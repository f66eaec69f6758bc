//! Longer messages about failed builds.

use std::path::PathBuf;

use crate::build::output::{CompileError, Missing};

pub(super) fn no_jdk(java_home: Option<&PathBuf>) -> String {
    match java_home {
        Some(home) => {
            format!("JAVA_HOME names {}, which has no bin/javac, and none is on PATH", home.display())
        }
        None => "JAVA_HOME is not set and no javac is on PATH".to_owned(),
    }
}

pub(super) fn unfit(version: u32) -> String {
    match version {
        0 => "its javac does not say which version it is".to_owned(),
        version => format!("it is of version {version}"),
    }
}

pub(super) fn count(errors: usize) -> String {
    if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") }
}

/// Maximum number of compile errors shown.
const SHOWN: usize = 30;

/// Formats the errors. Advice that several errors share is shown once.
pub(super) fn list(errors: &[CompileError]) -> String {
    let mut said = Vec::new();
    let mut text = Vec::new();
    for error in errors.iter().take(SHOWN) {
        let advice = error.advice.as_ref().filter(|advice| !said.contains(advice));
        said.extend(advice);
        let advice = advice.map(|advice| format!("\n  {} {}", advice.why, advice.change)).unwrap_or_default();
        text.push(format!("{error}{advice}"));
    }
    if errors.len() > SHOWN {
        text.push(format!("… and {} more", errors.len() - SHOWN));
    }
    text.join("\n\n")
}

/// Formats the dependencies. Advice that several of them share is shown once.
pub(super) fn missing_list(missing: &[Missing]) -> String {
    let mut lines: Vec<String> = missing.iter().map(ToString::to_string).collect();
    for missing in missing {
        if let Some(advice) = &missing.advice {
            let words = format!("{} {}", advice.why, advice.change);
            if !lines.contains(&words) {
                lines.push(words);
            }
        }
    }
    lines.join("\n")
}

/// Explains why dependencies were not found, from the repositories' answers, and what to do.
pub(super) fn why_missing(missing: &[Missing]) -> &'static str {
    if missing.iter().any(|missing| missing.answered || missing.unreachable.is_empty()) {
        "They do not exist for Scala 2.12 under that version, or the repository that had them is gone. Name a version that exists, or \
         a repository that has it (resolvers), in build.sbt."
    } else {
        "No repository could be reached. Try again with a network, or behind a proxy with `--sbt-extra -Dhttps.proxyHost=…`; what was \
         fetched once is kept, and later builds need no network for it."
    }
}
