//! Options in a variable, split as a shell would quote them, without a shell.

/// The text cannot be split.
#[derive(Debug, thiserror::Error)]
#[error(
    "the options in {variable} could not be read: a quote is opened and never closed. Close it, or escape it with a backslash."
)]
pub struct Error {
    /// The variable that holds the text.
    pub variable: String,
}

/// The words of a variable. Quotes and backslashes work as in a POSIX shell; `$`, `` ` ``, `*` and `~` mean nothing.
///
/// # Errors
/// A quote is not closed.
pub fn split(variable: &str, text: &str) -> Result<Vec<String>, Error> {
    shell_words::split(text).map_err(|_| Error { variable: variable.to_owned() })
}

/// The words that the environment variable holds; none where it is unset.
///
/// # Errors
/// A quote is not closed.
pub fn of_variable(variable: &str) -> Result<Vec<String>, Error> {
    crate::env::get(variable).map_or_else(|| Ok(Vec::new()), |text| split(variable, &text))
}
