//! The options for spark-submit that a user gave, as spark-submit reads them.

use std::path::{Path, PathBuf};

use super::origin::Origin;
use super::properties;
use crate::errors::SubmitError;

/// Options that take a value.
const WITH_VALUE: &[&str] = &[
    "--archives",
    "--class",
    "--conf",
    "--deploy-mode",
    "--driver-class-path",
    "--driver-cores",
    "--driver-java-options",
    "--driver-library-path",
    "--driver-memory",
    "--exclude-packages",
    "--executor-cores",
    "--executor-memory",
    "--files",
    "--jars",
    "--keytab",
    "--kill",
    "--master",
    "--name",
    "--num-executors",
    "--packages",
    "--principal",
    "--properties-file",
    "--proxy-user",
    "--py-files",
    "--queue",
    "--remote",
    "--repositories",
    "--status",
    "--total-executor-cores",
];

/// Options that stand alone.
const WITHOUT_VALUE: &[&str] = &["--supervise", "--verbose", "-v"];

/// What `pio` decides itself or cannot do, with the reason.
const REFUSED: &[(&str, &str)] = &[
    ("--class", "`pio` itself says what is to run"),
    ("--kill", "it is for clusters that run the driver themselves"),
    ("--status", "it is for clusters that run the driver themselves"),
    ("--supervise", "it is for clusters that run the driver themselves"),
    ("--remote", "engines need a SparkContext, which Spark Connect does not give"),
    ("--py-files", "engines in Python are not supported"),
];

/// What the user wants of Spark.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// Everything that is handed on as it is.
    pub(super) passed_on: Vec<String>,
    /// What `--jars` or `spark.jars` name.
    pub(super) jars: Vec<String>,
    given: Vec<(String, String)>,
    conf: Vec<(String, String)>,
    variant: Vec<(String, String)>,
    from_file: Vec<(String, String)>,
}

impl Options {
    /// Reads the words that the user gave, above the engine variant's own settings.
    pub(super) fn parse(words: &[String], variant: &[(String, String)]) -> Result<Self, SubmitError> {
        let mut options = Self { variant: variant.to_vec(), ..Self::default() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (name, value) = split(word);
            if WITHOUT_VALUE.contains(&name) && value.is_none() {
                check(name)?;
                options.passed_on.push(name.to_owned());
            } else if WITH_VALUE.contains(&name) {
                let value = value.or_else(|| words.next().cloned());
                let value = value.ok_or_else(|| SubmitError::NoValue { option: name.to_owned() })?;
                check(name)?;
                options.take(name, value)?;
            } else {
                return Err(SubmitError::Unknown { word: word.clone() });
            }
        }
        let listed = options.setting("--jars", "spark.jars").unwrap_or_default();
        options.jars =
            listed.split(',').map(str::trim).filter(|jar| !jar.is_empty()).map(str::to_owned).collect();
        Ok(options)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), SubmitError> {
        match name {
            "--conf" => match value.split_once('=').map(|(key, setting)| (key.trim(), setting)) {
                Some((key, setting)) if !key.is_empty() => {
                    self.conf.push((key.to_owned(), setting.to_owned()));
                }
                _ => return Err(SubmitError::BadConf { value }),
            },
            "--properties-file" => self.from_file = properties::read(Path::new(&value))?,
            _ => {}
        }
        if !matches!(name, "--jars" | "--master" | "--name") {
            self.passed_on.extend([name.to_owned(), value.clone()]);
        }
        self.given.push((name.to_owned(), value));
        Ok(())
    }

    /// The value of a setting: the option, else the last `--conf`, else the variant's, else that of the properties file.
    pub(super) fn setting(&self, option: &str, key: &str) -> Option<String> {
        self.found(option, key).map(|(value, _)| value)
    }

    /// The value of a setting, and where it stands.
    pub(super) fn found(&self, option: &str, key: &str) -> Option<(String, Origin)> {
        let find = |list: &[(String, String)], name: &str, origin: fn(String) -> Origin| {
            let (_, value) = list.iter().rev().find(|(is, _)| is == name)?;
            Some((value.clone(), origin(name.to_owned())))
        };
        find(&self.given, option, Origin::Option)
            .or_else(|| find(&self.conf, key, Origin::Conf))
            .or_else(|| find(&self.variant, key, Origin::Variant))
            .or_else(|| find(&self.from_file, key, Origin::File))
    }

    /// Whether Spark is to fetch jars itself.
    pub(super) fn has_packages(&self) -> bool {
        self.setting("--packages", "spark.jars.packages").is_some()
    }

    /// Those of the user's jars that lie on this machine; Java's class path takes them.
    pub(super) fn local_jars(&self) -> impl Iterator<Item = PathBuf> {
        let paths = self.jars.iter().map(|jar| jar.strip_prefix("file:").unwrap_or(jar));
        paths.filter(|path| !path.contains(':')).map(|path| PathBuf::from(path.replacen("///", "/", 1)))
    }
}

/// `--name=value` in its two parts; `-c` is `--conf`.
fn split(word: &str) -> (&str, Option<String>) {
    match word.split_once('=') {
        Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
        _ if word == "-c" => ("--conf", None),
        _ => (word, None),
    }
}

fn check(name: &str) -> Result<(), SubmitError> {
    match REFUSED.iter().find(|(refused, _)| *refused == name) {
        Some(&(_, reason)) => Err(SubmitError::Refused { option: name.to_owned(), reason }),
        None => Ok(()),
    }
}
