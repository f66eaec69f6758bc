//! From the words of a command line to an invocation: PIO's own habits, which clap does not know.

use std::ffi::{OsStr, OsString};

use clap::Parser as _;

use super::Cli;

/// A parsed command line.
#[derive(Debug)]
pub struct Invocation {
    /// Verb and options.
    pub cli: Cli,
    /// What stands behind `--`, for spark-submit.
    pub spark: Vec<String>,
    /// What stands behind a second `--`, for the program that spark-submit runs.
    pub program: Vec<String>,
}

/// PIO's options of several letters behind a single dash.
const SHORT: [(&str, &str); 8] = [
    ("-ei", "--engine-id"),
    ("-ev", "--engine-version"),
    ("-ed", "--engine-dir"),
    ("-sk", "--spark-kryo"),
    ("-mp", "--metrics-params"),
    ("-ssc", "--skip-sanity-check"),
    ("-sar", "--stop-after-read"),
    ("-sap", "--stop-after-prepare"),
];

impl Invocation {
    /// Parses the words behind the program's name.
    ///
    /// # Errors
    /// What clap has to say: a mistake, or help that was asked for.
    pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let words: Vec<OsString> = words.into_iter().collect();
        let (own, rest) = split(&words);
        let (spark, program) = split(rest);
        let own = own.iter().map(|word| long(word));
        let cli = Cli::try_parse_from(std::iter::once(OsString::from("pio")).chain(own))?;
        Ok(Self { cli, spark: texts(spark), program: texts(program) })
    }
}

/// What stands before the first `--`, and what behind it.
fn split(words: &[OsString]) -> (&[OsString], &[OsString]) {
    match words.iter().position(|word| word == "--") {
        Some(position) => (&words[..position], &words[position + 1..]),
        None => (words, &[]),
    }
}

fn texts(words: &[OsString]) -> Vec<String> {
    words.iter().map(|word| word.to_string_lossy().into_owned()).collect()
}

/// The word, or the long option that it is short for.
fn long(word: &OsStr) -> OsString {
    let Some(text) = word.to_str() else { return word.to_owned() };
    let (name, value) = text.find('=').map_or((text, ""), |equals| text.split_at(equals));
    match SHORT.iter().find(|(short, _)| *short == name) {
        Some((_, long)) => format!("{long}{value}").into(),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Command;

    fn parse(line: &str) -> Invocation {
        Invocation::parse(line.split(' ').map(OsString::from)).unwrap()
    }

    #[test]
    fn clap_finds_no_mistake_in_the_structs() {
        Cli::command().debug_assert();
    }

    #[test]
    fn short_options_of_several_letters_are_known() {
        let parsed = parse("train -ei id -ev=1 -ed dir -v variant.json -sk -ssc -sar -sap -mp x");
        let common = &parsed.cli.common;
        assert_eq!((common.engine_id.as_deref(), common.engine_version.as_deref()), (Some("id"), Some("1")));
        assert_eq!(common.variant.as_deref(), Some(Path::new("variant.json")));
        let Command::Train(train) = &parsed.cli.command else { panic!("{parsed:?}") };
        assert!(
            common.spark_kryo && train.skip_sanity_check && train.stop_after_read && train.stop_after_prepare
        );
    }

    #[test]
    fn common_options_may_stand_before_the_verb_and_behind_it() {
        for line in ["--engine-dir=x --verbose build --clean", "build --clean --verbose -ed x"] {
            let common = parse(line).cli.common;
            assert_eq!(
                (common.engine_dir.as_deref(), common.verbose),
                (Some(Path::new("x")), true),
                "{line}"
            );
        }
    }

    #[test]
    fn what_stands_behind_dashes_is_not_ours() {
        let parsed = parse("app new x -- --driver-class-path /app/lib/postgresql_jdbc.jar -ei -- --own");
        assert_eq!(parsed.spark, ["--driver-class-path", "/app/lib/postgresql_jdbc.jar", "-ei"]);
        assert_eq!(parsed.program, ["--own"]);
    }
}
