//! Text that may hold secrets, made fit to be recorded, logged or shown on a command line.

use percent_encoding::percent_decode_str;

use crate::{env, vars};

/// What stands in for a secret.
pub const MASK: &str = "***";

/// A shorter secret is hidden only where it is the whole text: others hold it by chance.
const SHORTEST: usize = 4;

/// What a word of a secret's name begins or ends with.
const PARTS: &[&str] =
    &["passwd", "password", "passphrase", "pwd", "secret", "token", "credential", "private", "signature"];

/// What it only ends with: `accesskey`, but not `keyboard`.
const ENDS: &[&str] = &["pass", "key", "keys", "credentials"];

/// The same, where it must be a whole word.
const WHOLE_WORDS: &[&str] = &["auth", "oauth", "authorization", "pw", "pin", "sas", "sig", "dsn", "cookie"];

/// Names that only look like those of secrets.
const NO_SECRETS: &[&str] = &[
    "PWD",
    "OLDPWD",
    "SSH_AUTH_SOCK",
    vars::HEROKU_PRIVATE_IP,
    "--engine-params-key",
    SPARK_REDACTION_REGEX,
];

/// Values of variables with such names that are no secrets.
const NO_VALUES: &[&str] = &["true", "false", "none", "null"];

/// What Spark is to hide in its event logs and on its pages, as a value of [`SPARK_REDACTION_REGEX`]: it looks for this in names and values
/// alike. Spark's own default knows neither passwords in addresses nor most names of secrets in the environment of executors.
pub const SPARK_REDACTION: &str = concat!(
    r"(?i)secret|passw|passphrase|credential|token|(access|account|api|encryption|private)[._-]?key",
    r"|^spark\.executorenv\..*(keys?|pass|pwd|pw|auth|authorization|pin|sas|sig|signature|dsn|cookie)$",
    // Written so that it does not itself look like an address with a password.
    r"|:/{2}[^/\s@]*:[^/\s@]+@",
);

/// The setting that holds it.
pub const SPARK_REDACTION_REGEX: &str = "spark.redaction.regex";

/// Whether a variable, option or setting of this name holds a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    if vars::SECRETS.contains(&name) || env::is_storage_secret(name) {
        return true;
    }
    if NO_SECRETS.contains(&name) {
        return false;
    }
    let is_url = ["DATABASE_URL", "POSTGRESQL"].iter().any(|part| name.contains(part));
    is_url || words_of(name).any(|word| announces_secret(&word))
}

fn announces_secret(word: &str) -> bool {
    WHOLE_WORDS.contains(&word)
        || ENDS.iter().any(|end| word.ends_with(end))
        || PARTS.iter().any(|part| word.starts_with(part) || word.ends_with(part))
}

/// The words of `A_NAME`, `a.name`, `a-name` and `aName`, in small letters.
fn words_of(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_small) {
            words.push(String::new());
        }
        was_small = letter.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.into_iter().filter(|word| !word.is_empty())
}

/// Hides secrets by the names that announce them, in addresses, and by the values that are known to be secret.
#[derive(Default)]
pub struct Redactor {
    /// The longest first, so that none is hidden in part.
    values: Vec<String>,
}

impl Redactor {
    /// Knows the secrets of the environment: what variables with names of secrets hold, and passwords in addresses.
    #[must_use]
    pub fn from_env() -> Self {
        Self::of(env::all())
    }

    /// Knows the secrets of these variables.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut values: Vec<String> = Vec::new();
        for (name, value) in variables {
            for (from, to) in users_in(&value) {
                let user = &value[from..to];
                let password = user.split_once(':').map_or(user, |(_, password)| password);
                values.push(percent_decode_str(password).decode_utf8_lossy().into_owned());
                values.push(password.to_owned());
            }
            if is_secret_name(&name) {
                values.push(value.trim().to_owned());
            }
        }
        values.retain(|value| !value.is_empty() && !NO_VALUES.contains(&value.as_str()));
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Self { values }
    }

    /// The value of a variable or setting of this name.
    #[must_use]
    pub fn value(&self, name: &str, value: &str) -> String {
        let is_known = self.values.iter().any(|known| known == value.trim());
        if !value.trim().is_empty() && (is_secret_name(name) || is_known) {
            return MASK.to_owned();
        }
        self.text(value)
    }

    /// Any text.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let mut text = without_users(text);
        for known in self.values.iter().filter(|known| known.len() >= SHORTEST) {
            text = text.replace(known.as_str(), MASK);
        }
        without_named(&text)
    }

    /// The words of a command line.
    #[must_use]
    pub fn words(&self, words: &[String]) -> Vec<String> {
        let mut hide_next = false;
        let shown = words.iter().map(|word| {
            let hidden = std::mem::take(&mut hide_next);
            hide_next = word.starts_with('-') && !word.contains('=') && is_secret_name(word);
            if hidden { MASK.to_owned() } else { self.value("", word) }
        });
        shown.collect()
    }

    /// Whether a setting holds anything that must not be seen.
    #[must_use]
    pub fn hides(&self, name: &str, value: &str) -> bool {
        self.value(name, value) != value
    }

    /// Whether words of a command line hold anything that must not be seen.
    #[must_use]
    pub fn hides_words(&self, words: &[String]) -> bool {
        self.words(words) != words
    }
}

/// Where users and passwords stand in addresses, as `user:password` in `scheme://user:password@host`. An `@` or `/` in a password
/// may stand there as it is.
fn users_in(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("://") {
        let start = from + at + 3;
        let end = text[start..].find(|c: char| c.is_whitespace() || "'\"<>|".contains(c));
        let end = end.map_or(text.len(), |length| start + length);
        // Several addresses may stand in a list.
        let end = text[start..end].find("://").map_or(end, |next| start + next);
        if let Some(length) = text[start..end].rfind('@').filter(|length| *length > 0) {
            found.push((start, start + length));
        }
        from = start;
    }
    found
}

fn without_users(text: &str) -> String {
    let mut shown = text.to_owned();
    for (from, to) in users_in(text).into_iter().rev() {
        shown.replace_range(from..to, MASK);
    }
    shown
}

/// Hides what follows a name of a secret: `name=value`, `"name": "value"` and `--name value`.
fn without_named(text: &str) -> String {
    let (mut shown, mut rest) = (String::new(), text);
    while let Some((name, value)) = next_name(rest) {
        let (name_text, between, after) = (&rest[name.clone()], &rest[name.end..value], &rest[value..]);
        let separates = between.contains(['=', ':']) || (name_text.starts_with('-') && !between.is_empty());
        let length = value_length(after);
        if separates && length > 0 && !after.starts_with("//") && is_secret_name(name_text) {
            shown.push_str(&rest[..value]);
            shown.push_str(MASK);
            rest = &after[length..];
        } else {
            shown.push_str(&rest[..name.end]);
            rest = &rest[name.end..];
        }
    }
    shown + rest
}

/// Where the next name stands, and where the value begins that may follow it.
fn next_name(text: &str) -> Option<(std::ops::Range<usize>, usize)> {
    let is_part = |c: char| c.is_alphanumeric() || "_.-".contains(c);
    let start = text.find(is_part)?;
    let end = text[start..].find(|c| !is_part(c)).map_or(text.len(), |length| start + length);
    let after = text[end..].trim_start_matches(['"', '\'']).trim_start();
    let value = after.strip_prefix(['=', ':']).unwrap_or(after).trim_start();
    Some((start..end, text.len() - value.len()))
}

/// How long a value is: to its closing quote, else to the next blank or separator. After the scheme of an `Authorization` the secret
/// itself is still to come.
fn value_length(text: &str) -> usize {
    let scheme = text.split_inclusive(char::is_whitespace).next().unwrap_or_default();
    if ["bearer", "basic", "token"].iter().any(|known| scheme.trim_end().eq_ignore_ascii_case(known)) {
        return scheme.len() + word_length(&text[scheme.len()..]);
    }
    word_length(text)
}

fn word_length(text: &str) -> usize {
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].find(quote).map_or(text.len(), |length| length + 2),
        _ => text.find(|c: char| c.is_whitespace() || "&;,\"'})]".contains(c)).unwrap_or(text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Redactor, is_secret_name};

    fn redactor(variables: &[(&str, &str)]) -> Redactor {
        Redactor::of(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn names_tell_of_secrets() {
        for name in [
            "PIO_DB_PWD",
            "PIO_STRIPE_KEY",
            "PIO_DB_PASS",
            "PIO_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "PIO_BASIC_AUTH",
            "PIO_PRIVATE_PEM",
            "PIO_CREDENTIALS",
            "PIO_PASSPHRASE",
            "PIO_SENTRY_DSN",
            "PIO_PW",
            "PIO_APIKEY",
            "spark.hadoop.fs.s3a.secret.key",
            "spark.ssl.keyPassword",
            "spark.ssl.keyStorePassword",
            "spark.hadoop.fs.azure.account.key.x.blob.core.windows.net",
            "--server-access-key",
            "--accesskey",
            "-Dmy.token",
            "-Ddb.userPassword",
            "PIO_DATABASE_URL",
            "HEROKU_POSTGRESQL_RED_URL",
            "X-Amz-Signature",
            "sig",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "PIO_OPTS",
            "PIO_EVENTSERVER_IP",
            "PIO_EVENTSERVER_APP_NAME",
            "PIO_TRAIN_ON_RELEASE",
            "PIO_AUTHOR",
            "PIO_KEYBOARD",
            "spark.executor.memory",
            "spark.authenticate",
            "--driver-class-path",
            "--engine-params-key",
            "PIO_DESIGN",
            "PIO_PASSENGERS",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn secrets_in_texts_are_hidden() {
        let redactor = redactor(&[
            ("PIO_SERVER_ACCESS_KEY", "k3y-of-server"),
            ("DATABASE_URL", "postgres://me:p%40ssw0rd@db/x"),
            ("SHORT_KEY", "ab"),
            ("PIO_USE_KEY", "true"),
        ]);
        for (text, expected) in [
            ("--variant 'best one.json'", "--variant 'best one.json'"),
            ("--server-access-key X1 --port 80", "--server-access-key *** --port 80"),
            ("--accesskey='X 1' --feedback", "--accesskey=*** --feedback"),
            ("--accesskey \"X 1\" --feedback", "--accesskey *** --feedback"),
            (
                "-- --conf spark.hadoop.fs.s3a.secret.key=X1 --name n",
                "-- --conf spark.hadoop.fs.s3a.secret.key=*** --name n",
            ),
            ("-Da=b -Dpassword=X1", "-Da=b -Dpassword=***"),
            ("see k3y-of-server.", "see ***."),
            ("p@ssw0rd and p%40ssw0rd", "*** and ***"),
            ("redis://:X1@h:1/0, amqp://u:X1@h", "redis://***@h:1/0, amqp://***@h"),
            ("http://u:X/1@h/p?a=b", "http://***@h/p?a=b"),
            ("https://h/p?sig=X1&a=b", "https://h/p?sig=***&a=b"),
            (r#"{"user":"me","password": "X1"}"#, r#"{"user":"me","password": ***}"#),
            ("jdbc:mysql://h/d?user=a&password=X1", "jdbc:mysql://h/d?user=a&password=***"),
            ("http://h:80/x a@b", "http://h:80/x a@b"),
            ("cab is true", "cab is true"),
            ("--engine-params-key x", "--engine-params-key x"),
        ] {
            assert_eq!(redactor.text(text), expected);
        }
        assert_eq!(redactor.value("PIO_A", "ab"), "***", "a short secret as a whole");
        assert_eq!(redactor.value("PIO_DB_PWD", "x"), "***");
        assert_eq!(redactor.value("PIO_DB_PWD", ""), "");
    }

    #[test]
    fn secrets_in_words_are_hidden() {
        let words: Vec<String> =
            ["deploy", "--accesskey", "a b", "--x", "--driver-java-options", "-Da=b -Dtoken=c"]
                .map(str::to_owned)
                .into();
        let shown = Redactor::default().words(&words);
        assert_eq!(
            shown,
            ["deploy", "--accesskey", "***", "--x", "--driver-java-options", "-Da=b -Dtoken=***"]
        );
        assert!(Redactor::default().hides_words(&words));
        assert!(!Redactor::default().hides_words(&words[3..5]));
    }

    #[test]
    fn the_secret_behind_a_scheme_is_hidden_too() {
        for text in [
            "Authorization: Bearer geheim",
            "authorization=basic geheim x",
            "\"AUTH_TOKEN\": \"Bearer geheim\"",
        ] {
            let shown = redactor(&[]).text(text);
            assert!(!shown.contains("geheim"), "{shown}");
        }
    }
}
