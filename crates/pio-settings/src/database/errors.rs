//! What can be wrong with a database URL. No text shows the URL itself, because a password may be in it.

/// Why a database URL cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseUrlError {
    /// The URL does not start as one for `PostgreSQL`.
    #[error(
        "the database URL does not start with postgres:// (but with {scheme}). Only PostgreSQL is supported: write postgres://user:password@host:port/database"
    )]
    Scheme {
        /// What it starts with.
        scheme: String,
    },
    /// The host is missing.
    #[error("the database URL names no host. Write postgres://user:password@host:port/database")]
    NoHost,
    /// Several hosts are named.
    #[error(
        "the database URL names several hosts, and only one can be used. Name the server that accepts writes"
    )]
    ManyHosts,
    /// The host is a folder for Unix sockets.
    #[error(
        "the database URL names a Unix socket as host, which the Java driver cannot use. Name a TCP host, such as localhost"
    )]
    Socket,
    /// An IPv6 address is not closed by a bracket.
    #[error(
        "the database URL has an IPv6 address without its closing bracket. Write [address], such as [::1]"
    )]
    Bracket,
    /// The port is no port.
    #[error(
        "the database URL has {given:?} where a port number from 1 to 65535 should be. If that is part of the password, percent-encode its special characters (`/` as %2F, `?` as %3F, `#` as %23, `@` as %40)"
    )]
    Port {
        /// What stands there.
        given: String,
    },
    /// An unescaped character ends the host before the `@`.
    #[error(
        "the user name or password in the database URL holds a character that ends the host's part. Percent-encode it: `/` as %2F, `?` as %3F, `@` as %40"
    )]
    Unescaped,
    /// No user is named, nor is one logged in.
    #[error("the database URL names no user. Write postgres://user:password@host:port/database")]
    NoUser,
    /// A part is not UTF-8 once decoded, or holds a NUL.
    #[error(
        "the {part} in the database URL is not text once its percent signs are decoded. Encode it as UTF-8"
    )]
    NotText {
        /// Which part.
        part: &'static str,
    },
    /// The mode is unknown.
    #[error(
        "the database URL has sslmode={given}, which is unknown. Use disable, allow, prefer, require, verify-ca or verify-full"
    )]
    SslMode {
        /// What was given.
        given: String,
    },
    /// A number is expected.
    #[error("the database URL has {name}={given}, which is not a number of seconds")]
    Seconds {
        /// The parameter.
        name: String,
        /// What was given.
        given: String,
    },
    /// A variable beside the URL says something that it cannot say.
    #[error(transparent)]
    Setting(#[from] crate::setting::SettingError),
    /// A variable is missing beside others of its source.
    #[error(
        "{variable} is not set, while other variables of this source are or a repository names it. Set it: {variable}={write}"
    )]
    Missing {
        /// The environment variable.
        variable: String,
        /// What belongs there.
        write: &'static str,
    },
    /// A repository's source has no variables.
    #[error(
        "{variable} is {source_name}, and no variable PIO_STORAGE_SOURCES_{source_name}_… is set. Set PIO_STORAGE_SOURCES_{source_name}_TYPE=jdbc and \
         PIO_STORAGE_SOURCES_{source_name}_URL=jdbc:postgresql://host:5432/database, or name a source that is set"
    )]
    UnknownSource {
        /// The environment variable.
        variable: String,
        /// What it names.
        source_name: String,
    },
    /// A repository does not say in which of several sources it is.
    #[error("{variable} is not set, and there are several sources ({sources}). Name one of them there")]
    NoSource {
        /// The environment variable.
        variable: String,
        /// Those that there are.
        sources: String,
    },
    /// Kinds of storage that are not there.
    #[error("only jdbc with PostgreSQL is supported as storage. {repositories}")]
    Kinds {
        /// Which repositories have others, and what to do.
        repositories: String,
    },
    /// The repositories are in several databases.
    #[error(
        "PIO_STORAGE_REPOSITORIES_{first}_SOURCE and PIO_STORAGE_REPOSITORIES_{other}_SOURCE name different databases or users, and all \
         repositories must be in one. Copy the tables of one of them into the other's database (pg_dump -t … | psql), then name the same source in \
         both"
    )]
    Apart {
        /// A repository.
        first: &'static str,
        /// One that is elsewhere.
        other: &'static str,
    },
    /// What tables' names should begin with cannot be.
    #[error(
        "{variable} is {given:?}, with which no table's name can begin. Use letters, digits and _, at most 34 of them, and no digit first"
    )]
    TableName {
        /// The environment variable.
        variable: String,
        /// What was given.
        given: String,
    },
    /// What is wrong with the value of a variable.
    #[error("{variable}: {fault}")]
    Variable {
        /// The environment variable.
        variable: String,
        /// What is wrong.
        fault: Box<DatabaseUrlError>,
    },
}

impl DatabaseUrlError {
    /// Says in which variable the URL stood.
    pub(super) fn of(self, variable: &str) -> Self {
        Self::Variable { variable: variable.to_owned(), fault: Box::new(self) }
    }
}
