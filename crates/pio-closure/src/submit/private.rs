//! What no command line may show, because all users of a machine see it: settings and flags that hold secrets go through files that
//! only this user can read.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use pio_process::private_file;
use pio_settings::redact::Redactor;
use pio_settings::{env, vars};

use crate::errors::SubmitError;
use crate::flags;

/// Options of spark-submit that are settings under another name.
const AS_SETTINGS: &[(&str, &str)] = &[
    ("--archives", "spark.archives"),
    ("--driver-java-options", "spark.driver.extraJavaOptions"),
    ("--files", "spark.files"),
    ("--jars", "spark.jars"),
    ("--name", "spark.app.name"),
    ("--packages", "spark.jars.packages"),
    ("--repositories", "spark.jars.repositories"),
];

/// Where what is hidden is put.
pub(super) struct Private<'a> {
    folder: &'a Path,
    redactor: Redactor,
}

impl<'a> Private<'a> {
    pub(super) fn new(folder: &'a Path) -> Self {
        Self { folder, redactor: Redactor::from_env() }
    }

    /// Flags of Java, in a file where they hold secrets.
    pub(super) fn java_flags(&self, flags: Vec<String>) -> Result<Vec<String>, SubmitError> {
        flags::without_secrets(flags, self.folder, &self.redactor).map_err(SubmitError::Private)
    }

    /// Arguments of spark-submit, where settings that hold secrets are in a file of properties.
    pub(super) fn without_secrets(&self, arguments: Vec<String>) -> Result<Vec<String>, SubmitError> {
        let settings = settings_in(&arguments);
        let is_hidden =
            |key: &str| settings.iter().any(|(is, value)| is == key && self.redactor.hides(key, value));
        if !settings.iter().any(|(key, _)| is_hidden(key)) {
            return Ok(arguments);
        }
        let (mut shown, mut given) = (Vec::new(), None);
        let mut words = arguments.into_iter();
        while let Some(word) = words.next() {
            if word == "--properties-file" {
                given = words.next().map(PathBuf::from);
            } else if let Some(key) = key_of(&word, words.as_slice().first()) {
                let value = words.next();
                if !is_hidden(&key) {
                    shown.extend([Some(word), value].into_iter().flatten());
                }
            } else {
                shown.push(word);
            }
        }
        let mut text = defaults(given)?;
        for (key, value) in settings.iter().filter(|(key, _)| is_hidden(key)) {
            let _ = writeln!(text, "{}={}", escaped(key, true), escaped(value, false));
        }
        let file = self.write("spark.properties", &text)?;
        shown.splice(0..0, ["--properties-file".to_owned(), file.display().to_string()]);
        Ok(shown)
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf, SubmitError> {
        let file = self.folder.join(name);
        private_file::write(&file, text.as_bytes()).map_err(SubmitError::Private)?;
        Ok(file)
    }
}

/// The settings among arguments, the later over the earlier; options count above `--conf`.
fn settings_in(arguments: &[String]) -> Vec<(String, String)> {
    let pairs = arguments.windows(2).filter_map(|pair| Some((pair, key_of(&pair[0], pair.get(1))?)));
    let (options, confs): (Vec<_>, Vec<_>) = pairs.partition(|(pair, _)| pair[0] != "--conf");
    let value = |pair: &[String]| match pair[1].split_once('=') {
        Some((_, value)) if pair[0] == "--conf" => value.to_owned(),
        _ => pair[1].clone(),
    };
    confs.into_iter().chain(options).map(|(pair, key)| (key, value(pair))).collect()
}

/// The setting that an option and its value are, if they are one.
fn key_of(word: &str, value: Option<&String>) -> Option<String> {
    let value = value?;
    if word == "--conf" {
        return value.split_once('=').map(|(key, _)| key.trim().to_owned());
    }
    AS_SETTINGS.iter().find(|(option, _)| *option == word).map(|(_, key)| (*key).to_owned())
}

/// What Spark would read without our file: that of the user, else its own defaults.
fn defaults(given: Option<PathBuf>) -> Result<String, SubmitError> {
    let of_folder =
        || env::get(vars::SPARK_CONF_DIR).map(|folder| Path::new(&folder).join("spark-defaults.conf"));
    match given.or_else(|| of_folder().filter(|file| file.is_file())) {
        Some(file) => {
            let text = fs_err::read_to_string(file).map_err(SubmitError::UnreadableProperties)?;
            Ok(text + "\n")
        }
        None => Ok(String::new()),
    }
}

/// A key or value as Java reads it from a file of properties.
fn escaped(text: &str, is_key: bool) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            ' ' | ':' | '=' if is_key => escaped.extend(['\\', letter]),
            _ => escaped.push(letter),
        }
    }
    escaped
}
