//! Access control for the master's page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{AUTHORIZATION, HeaderMap};
use pio_settings::secret::Secret;
use pio_settings::{env, vars};
use subtle::ConstantTimeEq as _;

/// The user name if `SPARK_PUBLIC_USER` is not set.
const DEFAULT_USER: &str = "spark";

/// The credentials of the page's only user.
#[derive(Debug, Clone)]
pub struct Credentials {
    user: String,
    password: Secret,
}

impl Credentials {
    /// Reads the credentials from the config vars. `None` without a password: then nobody may see the page.
    #[must_use]
    pub fn from_env() -> Option<Self> {
        let password = env::get(vars::SPARK_PUBLIC_PASSWORD)?;
        let user = env::get(vars::SPARK_PUBLIC_USER).unwrap_or_else(|| DEFAULT_USER.to_owned());
        Some(Self::new(user, password))
    }

    /// Creates credentials.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: Secret::new(password) }
    }

    /// Whether a request has these credentials. The comparison takes constant time, so it does not reveal how
    /// much was right.
    #[must_use]
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        let given = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
            .and_then(|(_, text)| STANDARD.decode(text.trim()).ok());
        let expected = format!("{}:{}", self.user, self.password.expose());
        given.is_some_and(|given| given.ct_eq(expected.as_bytes()).into())
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::{AUTHORIZATION, HeaderMap};

    use super::Credentials;

    fn headers(value: &str) -> HeaderMap {
        [(AUTHORIZATION, value.parse().unwrap())].into_iter().collect()
    }

    #[test]
    fn only_the_right_words_open() {
        let credentials = Credentials::new("spark", "s:pace");
        assert!(credentials.allow(&headers("Basic c3Bhcms6czpwYWNl")));
        assert!(credentials.allow(&headers("basic c3Bhcms6czpwYWNl")));
        for wrong in ["Basic c3Bhcms6c3BhY2U=", "Bearer c3Bhcms6czpwYWNl", "Basic", "Basic %%%", ""] {
            assert!(!credentials.allow(&headers(wrong)), "{wrong}");
        }
        assert!(!credentials.allow(&HeaderMap::new()));
    }
}
