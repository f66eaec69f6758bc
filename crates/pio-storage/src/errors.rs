//! What can go wrong with the storage, in words for the user. No text holds a password, an access key or a piece of SQL.

use tokio_postgres::{
    Error as PgError,
    error::{DbError, Severity, SqlState},
};

use crate::connect::pooler;

/// What a storage operation returns.
pub type Result<T> = std::result::Result<T, StorageError>;

/// Why a storage operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database cannot do it now, and may later.
    #[error("the database is not available: {reason} ({detail}). {}", reason.hint())]
    Unavailable {
        /// Why.
        reason: UnavailableCause,
        /// What the server or the operating system said.
        detail: String,
    },
    /// The database was told to commit and did not say whether it has: all of it is done, or nothing.
    #[error(
        "the database did not say whether it did what it was asked to: {detail}. Look whether it is done before you do it again"
    )]
    OutcomeUnknown {
        /// Why there is no answer.
        detail: String,
    },
    /// No app has this id or name.
    #[error("there is no app {app}. `pio app list` shows those there are")]
    NoSuchApp {
        /// The id or name that was asked for.
        app: String,
    },
    /// An app of this name exists.
    #[error("an app named {name} exists already. Choose another name")]
    AppNameTaken {
        /// The name.
        name: String,
    },
    /// An app of this id exists.
    #[error(
        "the app ID {id} exists already and belongs to the app {name}. Choose another ID, or leave it out"
    )]
    AppIdTaken {
        /// The id.
        id: i32,
        /// Whose it is.
        name: String,
    },
    /// The access key exists.
    #[error("this access key exists already. Choose another one, or leave it out to have one made")]
    AccessKeyTaken,
    /// The app has a channel of this name.
    #[error("the channel {name} exists already. Choose another name")]
    ChannelTaken {
        /// The name.
        name: String,
    },
    /// The name is not one for a channel.
    #[error(
        "{name:?} is no channel name: only letters, digits and - are allowed, at least one and at most 16. Choose another name"
    )]
    ChannelName {
        /// The name.
        name: String,
    },
    /// The table for an app's or channel's events is not there, because the app or channel was deleted.
    #[error(
        "the event table {table} does not exist: its app or channel was deleted, or never made. Create the app with `pio app new`"
    )]
    NoEventTable {
        /// The table.
        table: String,
    },
    /// A value cannot be stored.
    #[error("{field} cannot be stored: {why}")]
    Invalid {
        /// What the value is for.
        field: &'static str,
        /// Why it cannot be stored.
        why: String,
    },
    /// The database's role lacks a permission.
    #[error("the database refused: {detail}. Give the role the permission, or use the database's owner")]
    Forbidden {
        /// What the server said.
        detail: String,
    },
    /// The schema of the tables is not there.
    #[error(
        "the database has no schema for the tables: {detail}. Create the one that currentSchema or search_path names (CREATE SCHEMA), \
         or take the setting out"
    )]
    NoSchema {
        /// What the server said.
        detail: String,
    },
    /// A certificate file or the machine's certificates cannot be used.
    #[error(
        "the certificates to verify the database with cannot be used: {detail}. Check sslrootcert in the database URL"
    )]
    Certificates {
        /// What is wrong.
        detail: String,
    },
    /// What is stored is not what it should be, or there is an error in this program.
    #[error(
        "the database gave an unexpected answer: {detail}. This is an error in PredictionIO or in the stored data; please report it"
    )]
    Unexpected {
        /// What the server said.
        detail: String,
    },
}

/// Why the database is not available.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnavailableCause {
    /// No connection can be made.
    Unreachable,
    /// The server knows neither role nor password, or has no such database.
    Rejected,
    /// An established connection ended.
    Lost,
    /// There was no answer in time.
    TimedOut,
    /// The server has no connection left.
    TooManyConnections,
    /// The server is starting, stopping or recovering.
    Restarting,
    /// The server accepts no writes.
    ReadOnly,
    /// The server has run out of disk or memory.
    Exhausted,
    /// Another transaction stands in the way.
    Busy,
    /// TLS could not be agreed on.
    Tls,
    /// A connection pooler allows single statements only.
    StatementPooling,
    /// A connection pooler does not know a setting that the connection asks for.
    PoolerParameter,
}

impl UnavailableCause {
    fn hint(self) -> &'static str {
        match self {
            Self::Unreachable => "Check that it runs and that DATABASE_URL names its host and port",
            Self::Rejected => "Check user, password and database name in DATABASE_URL",
            Self::Lost | Self::TimedOut | Self::Restarting | Self::Busy => "Try again in a moment",
            Self::TooManyConnections => "Stop processes that use it, or choose a plan with more connections",
            Self::ReadOnly => {
                "Name the primary server in DATABASE_URL, or wait until it accepts writes again"
            }
            Self::Exhausted => "Make room on the server, or choose a larger plan",
            Self::Tls => "Check sslmode in DATABASE_URL",
            Self::StatementPooling => {
                "Set the pooler's pool_mode to transaction or session, or name the PostgreSQL server itself in DATABASE_URL"
            }
            Self::PoolerParameter => {
                "Take options and currentSchema out of DATABASE_URL and set them with ALTER ROLE … SET, use the pooler's session \
                 mode with track_extra_parameters, or name the PostgreSQL server itself in DATABASE_URL"
            }
        }
    }
}

impl std::fmt::Display for UnavailableCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "no connection could be made",
            Self::Rejected => "it rejected the connection",
            Self::Lost => "the connection was lost",
            Self::TimedOut => "it did not answer in time",
            Self::TooManyConnections => "it has no connection left",
            Self::Restarting => "it is starting, stopping or recovering",
            Self::ReadOnly => "it accepts no writes",
            Self::Exhausted => "it has run out of disk or memory",
            Self::Busy => "another transaction stands in the way",
            Self::Tls => "an encrypted connection could not be made",
            Self::StatementPooling => {
                "the connection pooler is in statement mode, which allows no transactions"
            }
            Self::PoolerParameter => "the connection pooler refuses a setting of the connection",
        })
    }
}

impl StorageError {
    /// Whether the same operation may succeed later; a server then answers 503.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::OutcomeUnknown { .. })
    }

    /// Whether the fault lies in what was to be stored, so that other values might be stored.
    pub(crate) fn is_fault_of_a_value(&self) -> bool {
        matches!(self, Self::Invalid { .. } | Self::Unexpected { .. })
    }

    /// What an error in answer to a COMMIT means. With severity ERROR the server says that it did not commit. What ends the session
    /// (FATAL and above) may come after the commit, and a lost connection says nothing.
    pub(crate) fn of_commit(error: PgError) -> Self {
        match error.as_db_error() {
            Some(answer) if answer.parsed_severity() == Some(Severity::Error) => error.into(),
            Some(answer) => Self::outcome_unknown(answer.message()),
            None => Self::outcome_unknown(&root_cause(&error)),
        }
    }

    /// The database did not say whether it committed.
    pub(crate) fn outcome_unknown(why: &str) -> Self {
        Self::OutcomeUnknown { detail: why.to_owned() }
    }

    /// The database did not answer within the limit.
    pub(crate) fn timed_out(what: &str) -> Self {
        Self::Unavailable { reason: UnavailableCause::TimedOut, detail: what.to_owned() }
    }

    /// Names the event table of which the server said that it is not there.
    pub(crate) fn in_table(self, table: String) -> Self {
        match self {
            Self::NoEventTable { .. } => Self::NoEventTable { table },
            other => other,
        }
    }

    /// A value that cannot be stored.
    pub(crate) fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid { field, why: why.into() }
    }
}

impl From<PgError> for StorageError {
    fn from(error: PgError) -> Self {
        if let Some(answer) = error.as_db_error() {
            return of_answer(answer);
        }
        let detail = root_cause(&error);
        if error.is_closed() {
            return Self::Unavailable { reason: UnavailableCause::Lost, detail };
        }
        match error.to_string().as_str() {
            text if text.starts_with("error connecting") || text.starts_with("timeout") => {
                Self::Unavailable { reason: UnavailableCause::Unreachable, detail }
            }
            text if text.contains("TLS") => Self::Unavailable { reason: UnavailableCause::Tls, detail },
            text if text.starts_with("authentication error") || text.starts_with("invalid configuration") => {
                Self::Unavailable { reason: UnavailableCause::Rejected, detail }
            }
            text if text.starts_with("error communicating") => {
                Self::Unavailable { reason: UnavailableCause::Lost, detail }
            }
            _ => Self::Unexpected { detail: chain(&error) },
        }
    }
}

/// What an error that the server reported means.
fn of_answer(answer: &DbError) -> StorageError {
    let detail = answer.message().to_owned();
    let code = answer.code();
    let reason = match code.code() {
        "25006" => UnavailableCause::ReadOnly,
        "28000" | "28P01" | "3D000" => UnavailableCause::Rejected,
        "40001" | "40P01" | "55P03" => UnavailableCause::Busy,
        "53300" => UnavailableCause::TooManyConnections,
        "57014" => UnavailableCause::TimedOut,
        "57P01" | "57P02" | "57P03" | "57P04" | "57P05" => UnavailableCause::Restarting,
        text if text.starts_with("53") || text.starts_with("58") => UnavailableCause::Exhausted,
        text if text.starts_with("08") => pooler::reason(&detail).unwrap_or(UnavailableCause::Lost),
        "42P01" => return StorageError::NoEventTable { table: detail },
        text if text.starts_with("22") || text.starts_with("54") => {
            return StorageError::invalid("a value", detail);
        }
        "3F000" => return StorageError::NoSchema { detail },
        _ if *code == SqlState::INSUFFICIENT_PRIVILEGE => return StorageError::Forbidden { detail },
        _ => return StorageError::Unexpected { detail: format!("{detail}, SQLSTATE {}", code.code()) },
    };
    StorageError::Unavailable { reason, detail }
}

/// The innermost error's text.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// All texts of the chain.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text = format!("{text}: {source}");
        cause = source.source();
    }
    text
}
