//! Which database to use, from a URL as platforms give it or from the variables that PIO had.

pub mod errors;
mod jdbc;
mod url;

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use errors::DatabaseUrlError;

use crate::{env, secret::Secret, setting, vars};

/// What is needed to connect to a database, the same for native code and for the JVM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// A host name or address; an IPv6 address stands without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// The database's name.
    pub name: String,
    /// The role.
    pub user: String,
    /// The role's password; empty where there is none.
    pub password: Secret,
    /// How TLS is used.
    pub sslmode: SslMode,
    /// The file with the certificates that are trusted (`sslrootcert`); the machine's own where it is not given.
    pub root_cert: Option<PathBuf>,
    /// How long a connection may take to be made (`connect_timeout`).
    pub connect_timeout: Option<Duration>,
    /// Command-line options for the server's session (`options`), such as `-c search_path=shop`.
    pub options: Option<String>,
    /// The parameters of the URL that mean nothing here, by name.
    pub ignored: Vec<String>,
}

/// How TLS is used, in libpq's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SslMode {
    /// Never.
    Disable,
    /// Only where the server refuses without.
    Allow,
    /// Where the server can, without verifying it.
    #[default]
    Prefer,
    /// Always, without verifying the server (with `sslrootcert`: as `verify-ca`, as libpq does).
    Require,
    /// Always, and the certificate must come from a trusted authority.
    VerifyCa,
    /// Always, and the certificate must also name the host.
    VerifyFull,
}

impl DatabaseSettings {
    /// Reads a `postgres://`, `postgresql://` or `jdbc:postgresql://` URL.
    ///
    /// # Errors
    /// The URL does not name a database that both native code and the JVM can reach.
    pub fn from_url(text: &str) -> Result<Self, DatabaseUrlError> {
        url::parse(text)
    }

    /// The database that the environment names: `DATABASE_URL`, else `PIO_STORAGE_SOURCES_PGSQL_…`, else none.
    ///
    /// # Errors
    /// A variable is there and cannot be understood.
    pub fn from_env() -> Result<Option<Self>, DatabaseUrlError> {
        Self::from_variables(env::get)
    }

    /// As [`DatabaseSettings::from_env`], from any source of variables.
    ///
    /// # Errors
    /// A variable is there and cannot be understood.
    pub fn from_variables(get: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, DatabaseUrlError> {
        let mut settings = if let Some(text) = get(vars::DATABASE_URL) {
            url::parse(&text).map_err(|e| e.of(vars::DATABASE_URL))?
        } else if let Some(text) = get(vars::PIO_STORAGE_SOURCES_PGSQL_URL) {
            let user = get(vars::PIO_STORAGE_SOURCES_PGSQL_USERNAME);
            let password = get(vars::PIO_STORAGE_SOURCES_PGSQL_PASSWORD);
            url::parse_with(&text, user, password).map_err(|e| e.of(vars::PIO_STORAGE_SOURCES_PGSQL_URL))?
        } else {
            return Ok(None);
        };
        let optional = get(vars::PIO_POSTGRES_OPTIONAL_SSL);
        let optional = optional.map(|text| setting::switch(vars::PIO_POSTGRES_OPTIONAL_SSL, &text));
        if optional.transpose()? == Some(true) {
            settings.sslmode = settings.sslmode.optional();
        }
        Ok(Some(settings))
    }

    /// The URL for the JDBC driver. User and password are not in it.
    #[must_use]
    pub fn jdbc_url(&self) -> String {
        jdbc::url(self)
    }
}

impl SslMode {
    /// The mode without the insistence on TLS; modes that verify stay as they are.
    fn optional(self) -> Self {
        if self == Self::Require { Self::Prefer } else { self }
    }
}

impl fmt::Display for SslMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        })
    }
}

impl FromStr for SslMode {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "disable" => Self::Disable,
            "allow" => Self::Allow,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return Err(DatabaseUrlError::SslMode { given: text.to_owned() }),
        })
    }
}
