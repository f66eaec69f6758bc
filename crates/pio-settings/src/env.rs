//! The only place that reads the environment.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::redact::{Redactor, is_secret_name};
use crate::setting::{self, SettingError};
use crate::vars;

/// Who tells the user of a setting that is ignored.
static WARNER: OnceLock<fn(&str)> = OnceLock::new();

/// The variables of which the user was told.
static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Lets this function tell the user of settings that are ignored; else standard error does.
pub fn warn_with(warner: fn(&str)) {
    // The first one stays.
    let _ = WARNER.set(warner);
}

/// The value of a variable without the blanks around it, or nothing where it is unset or blank. Bytes that are not UTF-8 are
/// replaced.
#[must_use]
pub fn get(name: &str) -> Option<String> {
    let value = raw(name)?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The value of a variable as it is.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
#[must_use]
pub fn raw(name: &str) -> Option<String> {
    Some(std::env::var_os(name)?.to_string_lossy().into_owned())
}

/// What a variable that is `true` or `false` says, or nothing where it is unset.
///
/// # Errors
/// When it says neither.
pub fn switch(name: &str) -> Result<Option<bool>, SettingError> {
    get(name).map(|text| setting::switch(name, &text)).transpose()
}

/// Whether a variable says `true` (or `1`, `yes`, `on`).
///
/// # Errors
/// When it says neither `true` nor `false`.
pub fn flag(name: &str) -> Result<bool, SettingError> {
    Ok(switch(name)? == Some(true))
}

/// The port that a variable names. Kubernetes sets `NAME_PORT=tcp://10.0.0.1:7070` for each service of a namespace: such a value
/// is not the user's and is ignored with a warning.
///
/// # Errors
/// When it is something else than a port.
pub fn port(name: &str) -> Result<Option<u16>, SettingError> {
    match get(name) {
        Some(text) if is_service_link(&text) => {
            warn_of_service_link(name);
            Ok(None)
        }
        text => text.map(|text| setting::port(name, &text)).transpose(),
    }
}

/// How many of something a variable says.
///
/// # Errors
/// When it is no whole number above zero.
pub fn count(name: &str) -> Result<Option<usize>, SettingError> {
    get(name).map(|text| setting::count(name, &text)).transpose()
}

/// The size of memory that a variable says, in Spark's notation.
///
/// # Errors
/// When it is no size of memory.
pub fn memory(name: &str) -> Result<Option<String>, SettingError> {
    get(name).map(|text| setting::memory(name, &text)).transpose()
}

/// The variables that look like a port of ours or of Spark's and hold a service link of Kubernetes. Programs that read them would
/// fail, so they are kept from children; the user is told of each once.
#[must_use]
pub fn service_links() -> Vec<String> {
    let is_port = |name: &str| {
        name == vars::PORT
            || ((name.starts_with("PIO_") || name.starts_with("SPARK_")) && name.ends_with("_PORT"))
    };
    let mut names = Vec::new();
    for (name, value) in all() {
        if is_port(&name) && is_service_link(&value) {
            warn_of_service_link(&name);
            names.push(name);
        }
    }
    names
}

fn is_service_link(value: &str) -> bool {
    value.contains("://")
}

fn warn_of_service_link(name: &str) {
    if TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned()) {
        warn(&format!(
            "{name} is ignored: it holds an address (://) where a port is wanted, as Kubernetes sets it for a service of that name. \
             Set it to a number where you mean it, or switch the links off with enableServiceLinks: false."
        ));
    }
}

fn warn(text: &str) {
    match WARNER.get() {
        Some(warner) => warner(text),
        // Nobody is left to tell where standard error is closed.
        None => drop(writeln!(std::io::stderr().lock(), "Warning: {text}")),
    }
}

/// What an engine instance records of the `PIO_…` variables: those that hold a secret are left out, and secrets within others are
/// hidden.
#[must_use]
pub fn recorded_variables() -> BTreeMap<String, String> {
    let redactor = Redactor::from_env();
    let recorded = pio_variables().filter(|(name, _)| !is_secret_name(name));
    recorded.map(|(name, value)| (name.clone(), redactor.value(&name, &value))).collect()
}

/// The `PIO_…` variables that the engine's code finds in Spark's executors: all but those of which we know that they hold a secret
/// that only the driver needs.
#[must_use]
pub fn executor_variables() -> BTreeMap<String, String> {
    let withheld = ["PASSWORD", "SECRET", "TOKEN", "ACCESS_KEY", "CREDENTIAL", "POSTGRESQL", "DATABASE_URL"];
    let is_withheld = |name: &str| {
        vars::SECRETS.contains(&name)
            || is_storage_secret(name)
            || withheld.iter().any(|part| name.contains(part))
    };
    pio_variables().filter(|(name, _)| !is_withheld(name)).collect()
}

fn pio_variables() -> impl Iterator<Item = (String, String)> {
    all().filter(|(name, value)| {
        name.starts_with("PIO_") && !(name.ends_with("_PORT") && is_service_link(value))
    })
}

/// Every variable whose name and value are text.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
pub(crate) fn all() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The variables that say where the database is, without blank ones.
#[must_use]
pub fn storage_variables() -> BTreeMap<String, String> {
    let others = [vars::DATABASE_URL, vars::PIO_POSTGRES_OPTIONAL_SSL];
    let names = all().map(|(name, _)| name);
    names
        .filter(|name| name.starts_with(vars::PIO_STORAGE) || others.contains(&name.as_str()))
        .filter_map(|name| get(&name).map(|value| (name, value)))
        .collect()
}

/// The names of the variables that hold a password of the storage or a URL in which one may be.
#[must_use]
pub fn storage_secrets() -> Vec<String> {
    all().map(|(name, _)| name).filter(|name| is_storage_secret(name)).collect()
}

pub(crate) fn is_storage_secret(name: &str) -> bool {
    name.starts_with(vars::PIO_STORAGE_SOURCES) && (name.ends_with("_URL") || name.ends_with("_PASSWORD"))
}
