//! The only place that reads the environment.

use std::collections::BTreeMap;

use crate::vars;

/// The value of a variable, or nothing where it is unset or blank. Bytes that are not UTF-8 are replaced.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
#[must_use]
pub fn get(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    (!value.trim().is_empty()).then_some(value)
}

/// What a variable that is `true` or `false` says, or nothing where it is unset or says neither.
#[must_use]
pub fn switch(name: &str) -> Option<bool> {
    match get(name)?.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Whether a variable says `true` (or `1`, `yes`, `on`).
#[must_use]
pub fn flag(name: &str) -> bool {
    switch(name) == Some(true)
}

/// The `PIO_…` variables without those that hold a secret; what an engine instance records.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
#[must_use]
pub fn pio_variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("PIO_") && !is_secret(name))
        .collect()
}

/// Whether a variable of this name holds a secret: those of [`vars::SECRETS`], and what is called a password, a secret,
/// a token, a key or a URL with a database in its name.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let words = ["PASSWORD", "SECRET", "TOKEN", "ACCESS_KEY", "CREDENTIAL", "POSTGRESQL", "DATABASE_URL"];
    vars::SECRETS.contains(&name) || words.iter().any(|word| name.contains(word))
}
