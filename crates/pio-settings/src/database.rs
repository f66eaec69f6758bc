//! Which database to use, from a URL as platforms give it or from the variables that PIO had.

pub mod errors;
mod jdbc;
mod repositories;
pub mod tables;
mod url;

use std::{collections::BTreeMap, fmt, path::PathBuf, str::FromStr, time::Duration};

use errors::DatabaseUrlError;
use tables::TableNames;

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
    /// Whether a connection pooler may give each transaction another connection (`pgbouncer=true`, `prepareThreshold=0`); it is
    /// found out where this is not said.
    pub is_pooled: bool,
    /// How the names of the tables begin.
    pub tables: TableNames,
    /// The parameters of the URL that mean nothing here, by name.
    pub ignored: Vec<String>,
    /// Where all this was said.
    pub origin: Origin,
}

/// Which variables named the database; no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The variables, by name.
    pub variables: Vec<String>,
    /// What PIO's configuration calls the sources of METADATA, EVENTDATA and MODELDATA; empty where it names none.
    pub sources: [String; 3],
    /// What is set and not used, one sentence each.
    pub warnings: Vec<String>,
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

    /// The database that the environment names: `DATABASE_URL`, else that of `PIO_STORAGE_…`, else none.
    ///
    /// # Errors
    /// A variable is there and cannot be understood.
    pub fn from_env() -> Result<Option<Self>, DatabaseUrlError> {
        Self::from_variables(&env::storage_variables())
    }

    /// As [`DatabaseSettings::from_env`], from variables by name.
    ///
    /// # Errors
    /// A variable is there and cannot be understood.
    pub fn from_variables(variables: &BTreeMap<String, String>) -> Result<Option<Self>, DatabaseUrlError> {
        let of_repositories = repositories::database(variables);
        let mut settings = if let Some(text) = variables.get(vars::DATABASE_URL) {
            let mut settings = url::parse(text).map_err(|e| e.of(vars::DATABASE_URL))?;
            settings.origin.variables.push(vars::DATABASE_URL.to_owned());
            settings.origin.warnings.extend(settings.overruled(of_repositories));
            settings
        } else if let Some(settings) = of_repositories? {
            settings
        } else {
            return Ok(None);
        };
        let optional = variables.get(vars::PIO_POSTGRES_OPTIONAL_SSL);
        let optional = optional.map(|text| setting::switch(vars::PIO_POSTGRES_OPTIONAL_SSL, text));
        if optional.transpose()? == Some(true) {
            settings.sslmode = settings.sslmode.optional();
        }
        settings.tables = TableNames::from_variables(variables)?;
        settings.origin.warnings.extend(repositories::misspelt(variables));
        if !settings.ignored.is_empty() {
            let ignored = settings.ignored.join(", ");
            let text = format!("The database URL has parameters that mean nothing here: {ignored}.");
            settings.origin.warnings.push(text);
        }
        Ok(Some(settings))
    }

    /// What to say of variables in the environment that look like PIO's and are not.
    #[must_use]
    pub fn misspelt_variables() -> Vec<String> {
        repositories::misspelt(&env::storage_variables()).collect()
    }

    /// What to say of PIO's variables beside a `DATABASE_URL`, which wins.
    fn overruled(&self, other: Result<Option<Self>, DatabaseUrlError>) -> Option<String> {
        let why = match other {
            Ok(None) => return None,
            Ok(Some(other)) if other.is_same_place(self) => return None,
            Ok(Some(other)) => {
                let Self { name, host, port, .. } = &other;
                format!("name another database, {name} at {host}:{port}")
            }
            Err(error) => format!("cannot be used: {error}"),
        };
        Some(format!("DATABASE_URL is used, and not the PIO_STORAGE_SOURCES_… variables. They {why}."))
    }

    /// Whether these settings name the same database on the same server.
    fn is_same_place(&self, other: &Self) -> bool {
        let host = |settings: &Self| match settings.host.as_str() {
            "127.0.0.1" | "::1" => "localhost".to_owned(),
            host => host.to_ascii_lowercase(),
        };
        host(self) == host(other) && self.port == other.port && self.name == other.name
    }

    /// The schemas that the options name, as the server shows them.
    #[must_use]
    pub fn search_path(&self) -> Option<String> {
        let (_, path) = self.options.as_ref()?.split_once("search_path=")?;
        let mut shown = String::new();
        let mut characters = path.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => shown.extend(characters.next()),
                ' ' => break,
                other => shown.push(other),
            }
        }
        Some(shown)
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
