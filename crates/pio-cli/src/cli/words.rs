//! From the words of a command line to an invocation: PIO's own habits, which clap does not know.

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

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
    /// Whether the command does not start Spark, so that what is for spark-submit means nothing.
    pub ignores_spark: bool,
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

/// The commands that start Spark.
const STARTS_SPARK: [&str; 5] = ["train", "eval", "deploy", "batchpredict", "run"];

impl Invocation {
    /// Parses the words behind the program's name.
    ///
    /// # Errors
    /// What clap has to say: a mistake, or help that was asked for.
    pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let words: Vec<OsString> = words.into_iter().collect();
        let (own, rest) = split(&words);
        let (next, last) = split(rest);
        let own: Vec<OsString> = own.iter().map(|word| long(word)).collect();
        let without = parse(own.iter().cloned());
        let starts_spark = starts_spark(&own);
        if starts_spark || !may_be_arguments(&without, next) {
            let ignores_spark = !starts_spark && !next.is_empty();
            return Ok(Self { cli: without?, spark: texts(next), program: texts(last), ignores_spark });
        }
        let all = own.into_iter().chain([OsString::from("--")]).chain(next.iter().cloned());
        match (parse(all), without) {
            (Ok(cli), _) => {
                let ignores_spark = !last.is_empty();
                Ok(Self { cli, spark: texts(last), program: Vec::new(), ignores_spark })
            }
            // Without them it would lack an argument, and they are none: that it is lacking says more.
            (Err(_), Err(error)) | (Err(error), Ok(_)) => Err(error),
        }
    }
}

fn parse(own: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once(OsString::from("pio")).chain(own))
}

/// Whether the command starts Spark, so that what stands behind `--` is for spark-submit, whatever else is wrong.
fn starts_spark(own: &[OsString]) -> bool {
    let known = Cli::command();
    let verb = own.iter().find_map(|word| known.find_subcommand(word));
    verb.is_some_and(|verb| STARTS_SPARK.contains(&verb.get_name()))
}

/// Whether the words behind `--` are arguments of a command that does not start Spark, which may begin with a dash there, as those
/// of other programs: where it lacks one without them, or where they do not begin as options of spark-submit do.
fn may_be_arguments(without: &Result<Cli, clap::Error>, words: &[OsString]) -> bool {
    let Some(first) = words.first() else { return false };
    match without {
        Err(error) => error.kind() == ErrorKind::MissingRequiredArgument,
        Ok(_) => !first.to_string_lossy().starts_with("--"),
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
    fn arguments_that_begin_with_a_dash_stand_behind_dashes() {
        for (line, expected) in [
            ("accesskey delete -- -kV", "-kV"),
            ("accesskey delete -- --conf", "--conf"),
            ("accesskey new -- -app", "-app"),
            ("app show -- -v", "-v"),
            ("app new --description x -- -ei -- --driver-class-path x", "-ei"),
            ("app channel-new -- -app -channel", "-channel"),
            ("app channel-new app -- -channel", "-channel"),
            ("accesskey list -- -app", "-app"),
        ] {
            let parsed = format!("{:?}", parse(line).cli.command);
            assert!(parsed.contains(&format!("{expected:?}")), "{line}: {parsed}");
        }
        let parsed = Invocation::parse("eval -- --master local".split(' ').map(OsString::from));
        assert_eq!(parsed.unwrap_err().kind(), ErrorKind::MissingRequiredArgument);
        let refused = Invocation::parse("train -- extra".split(' ').map(OsString::from)).unwrap();
        assert_eq!(refused.spark, ["extra"]);
        assert!(Invocation::parse("app list -- x".split(' ').map(OsString::from)).is_err());
        let missing = Invocation::parse("app new -- --driver-memory 2g".split(' ').map(OsString::from));
        assert_eq!(missing.unwrap_err().kind(), ErrorKind::MissingRequiredArgument);
    }

    #[test]
    fn what_stands_behind_dashes_is_not_ours() {
        let parsed = parse("app new x -- --driver-class-path /app/lib/postgresql_jdbc.jar -ei -- --own");
        assert_eq!(parsed.spark, ["--driver-class-path", "/app/lib/postgresql_jdbc.jar", "-ei"]);
        assert_eq!(parsed.program, ["--own"]);
    }
}
