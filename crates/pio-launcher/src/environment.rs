//! Variables that a shell must set before any command of the app: Spark's addresses, and the exports of
//! `config/pio-env.sh`.

mod script;

use std::collections::BTreeMap;
use std::path::Path;

use pio_settings::{env, vars};

use crate::app;

/// The app's own settings. PIO and earlier buildpacks used this file name.
const ENV_FILE: &str = "config/pio-env.sh";

/// Variables that belong to the shell; some of them are read-only.
const SHELL_OWN: [&str; 11] = [
    "_",
    "SHLVL",
    "PWD",
    "OLDPWD",
    "SHELLOPTS",
    "BASHOPTS",
    "BASHPID",
    "BASH_VERSINFO",
    "EUID",
    "PPID",
    "UID",
];

/// The variables to set for this app.
#[must_use]
pub fn variables(app: &Path) -> BTreeMap<String, String> {
    let mut variables = spark_addresses();
    let engine = app::engine_in(app);
    let folders = engine.iter().map(std::path::PathBuf::as_path).chain([app]);
    if let Some(file) = folders.map(|folder| folder.join(ENV_FILE)).find(|file| file.is_file()) {
        variables.extend(exported_by(&file));
    }
    variables
}

/// Formats the variables for a shell, with one `export` per line.
#[must_use]
pub fn for_shell(variables: &BTreeMap<String, String>) -> String {
    let lines =
        variables.iter().map(|(name, value)| format!("export {name}={}\n", shell_words::quote(value)));
    lines.collect::<Vec<_>>().concat()
}

/// Formats the variables as TOML, for the exec.d interface of a Cloud Native launcher.
#[must_use]
pub fn for_toml(variables: &BTreeMap<String, String>) -> String {
    let lines = variables.iter().map(|(name, value)| format!("\"{name}\" = {}\n", toml_string(value)));
    lines.collect::<Vec<_>>().concat()
}

/// In a private network Spark must bind to the dyno's address and advertise it, because other dynos cannot
/// resolve its host name.
fn spark_addresses() -> BTreeMap<String, String> {
    [
        (vars::SPARK_LOCAL_IP, vars::HEROKU_PRIVATE_IP),
        (vars::SPARK_LOCAL_HOSTNAME, vars::HEROKU_PRIVATE_IP),
        (vars::SPARK_PUBLIC_DNS, vars::HEROKU_DNS_DYNO_NAME),
    ]
    .into_iter()
    .filter(|(own, _)| env::get(own).is_none())
    .filter_map(|(own, given)| Some((own.to_owned(), env::get(given)?)))
    .collect()
}

/// The variables that the file exports when sourced; empty if it fails.
fn exported_by(file: &Path) -> BTreeMap<String, String> {
    match script::exports(file, script::TIME, &mut std::io::stderr()) {
        Ok(output) => changed(&output),
        Err(error) => {
            let advice = crate::advice::Advice::new(
                format_args!("{ENV_FILE} failed, so nothing of it is used."),
                error,
                [
                    "Try it: bash -c '. config/pio-env.sh'",
                    "Only what it exports is used; $PIO_HOME is not PIO's folder here.",
                ],
            );
            crate::log::error(&advice);
            BTreeMap::new()
        }
    }
}

fn changed(output: &str) -> BTreeMap<String, String> {
    output
        .split_terminator('\0')
        .filter_map(|line| line.split_once('='))
        .filter(|(name, value)| {
            is_name(name) && !SHELL_OWN.contains(name) && env::raw(name).as_deref() != Some(value)
        })
        .filter(|(name, value)| !(value.trim().is_empty() && env::get(name).is_none()))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn toml_string(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => text.extend(format!("\\u{:04x}", u32::from(c)).chars()),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::{for_shell, toml_string, variables};

    fn app_with(script: &str) -> tempfile::TempDir {
        let app = tempfile::tempdir().unwrap();
        fs_err::create_dir(app.path().join("config")).unwrap();
        fs_err::write(app.path().join("config/pio-env.sh"), script).unwrap();
        app
    }

    #[test]
    fn exported_variables_only() {
        let app = app_with(
            "export PIO_A='it'\\''s $HOME'\nPIO_B=2\necho talk\nexport PIO_C=\"$(basename \"$PWD\")\"\n",
        );
        let variables = variables(app.path());
        assert_eq!(variables["PIO_A"], "it's $HOME");
        assert!(!variables.contains_key("PIO_B"));
        assert_eq!(variables["PIO_C"], app.path().file_name().unwrap().to_str().unwrap());
        assert!(!variables.contains_key("PATH") && !variables.contains_key("PWD"), "{variables:?}");
    }

    #[test]
    fn a_script_that_fails_changes_nothing() {
        let app = app_with("export PIO_A=1\nexit 3\n");
        assert!(variables(app.path()).is_empty());
    }

    #[test]
    fn a_shell_reads_back_what_is_meant() {
        let text = for_shell(&[("PIO_A".to_owned(), "a 'b' $c".to_owned())].into());
        let echo =
            pio_process::command::Command::new("sh").args(["-c", &format!("{text}printf %s \"$PIO_A\"")]);
        assert_eq!(echo.output().unwrap(), b"a 'b' $c");
    }

    #[test]
    fn toml_strings_are_escaped() {
        assert_eq!(toml_string("a\"b\\c\nd"), r#""a\"b\\c\u000ad""#);
    }
}
