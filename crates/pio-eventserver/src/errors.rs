//! Every refusal: its status and its words.

use std::time::Duration;

use hyper::StatusCode;
use pio_http::body::BodyError;
use pio_http::limits::BUSY;
use pio_storage::errors::{StorageError, UnavailableCause};

use crate::event::parse::InvalidEvent;
use crate::webhooks::ConnectorError;
use crate::writer::REMEMBERED_FOR;

/// How many events a batch may hold.
pub(crate) const MAX_BATCH: usize = 50;

/// The words for events that may be stored or not.
fn outcome_unknown(are_remembered: bool) -> String {
    let advice = if are_remembered {
        let minutes = REMEMBERED_FOR.as_secs() / 60;
        format!("Send the same request again within {minutes} minutes: nothing is stored twice.")
    } else {
        "Look for the event before it is sent again.".to_owned()
    };
    format!(
        "It is unknown whether the event was stored, because the database did not answer in time. {advice}"
    )
}

/// Why a request did not get what it asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("The requested resource could not be found.")]
    UnknownPath,
    #[error("HTTP method not allowed, supported methods: {0}")]
    Method(&'static str),
    #[error("The address is not a valid one: it holds a broken percent escape.")]
    Address,
    #[error("Missing accessKey.")]
    MissingKey,
    #[error("Invalid accessKey.")]
    InvalidKey,
    #[error("Invalid channel '{0}'.")]
    InvalidChannel(String),
    #[error("Not Found")]
    NotFound,
    #[error("To see stats, launch Event Server with --stats argument.")]
    NoStats,
    #[error("There is no {kind} plugin named {name}.")]
    NoPlugin { kind: String, name: String },
    #[error("webhooks connection for {0} is not supported.")]
    NoConnector(String),
    #[error("Resource representation is only available with these types:\napplication/json")]
    NotAcceptable,
    #[error("The request's Content-Type is not supported. Expected:\n{0}")]
    ContentType(&'static str),
    #[error("The body is compressed with {0}, which this server does not take. Send it as it is.")]
    Compressed(String),
    #[error("Request entity expected but not supplied")]
    NoBody,
    #[error("The body is not valid UTF-8.")]
    NotUtf8,
    #[error("The body is larger than {0} bytes. Send fewer or smaller events.")]
    TooLarge(usize),
    #[error("The body did not arrive within {} seconds.", .0.as_secs())]
    SlowBody(Duration),
    #[error("Nothing of the body arrived for {} seconds.", .0.as_secs())]
    SilentBody(Duration),
    #[error("{}", BodyError::Broken)]
    BrokenBody,
    #[error(transparent)]
    Event(#[from] InvalidEvent),
    #[error("A batch must be a JSON array of events.")]
    NotABatch,
    #[error("Batch request must have less than or equal to {MAX_BATCH} events")]
    LargeBatch,
    #[error("{0} events are not allowed")]
    Forbidden(String),
    #[error("This access key may not {0} events. Use one that `pio accesskey new --{0}` made.")]
    NotPermitted(&'static str),
    #[error("This access key may read some events only, and stats are about all of them.")]
    PartOfStats,
    #[error("{0}")]
    Blocked(String),
    #[error("An event with the eventId {0} and other content is stored already.")]
    Conflict(String),
    #[error("The query parameter 'limit' was malformed:\n'{0}' is not a valid 32-bit signed integer value")]
    LimitParameter(String),
    #[error("The query parameter 'reversed' was malformed:\n'{0}' is not a valid Boolean value")]
    ReversedParameter(String),
    #[error("the parameter reversed can only be used with both entityType and entityId specified.")]
    ReversedWithoutEntity,
    #[error(
        "The query parameter {name} is not a time: \"{value}\". Use a form like 2015-01-03T00:00:00.000Z."
    )]
    TimeParameter { name: &'static str, value: String },
    #[error("The query string is not UTF-8: a percent escape in it is no part of a character.")]
    QueryNotUtf8,
    #[error("The query parameter {0} must not contain the NUL character.")]
    NulParameter(&'static str),
    #[error(transparent)]
    Connector(#[from] ConnectorError),
    #[error("{BUSY}")]
    Overloaded,
    #[error("The event was not stored, because of the database: {0}. Try again in a moment.")]
    NotStored(UnavailableCause),
    #[error("{}", outcome_unknown(*.are_remembered))]
    OutcomeUnknown {
        /// Under which ids the request's events are stored, if they are; in the order of a batch, none for what cannot be stored.
        ids: Vec<Option<String>>,
        /// Whether the same events are recognized when they are sent again.
        are_remembered: bool,
    },
    #[error(
        "It is unknown whether the event was deleted, because the database did not answer in time. Delete it again: 404 means that it is deleted."
    )]
    DeletionUnknown,
    #[error("The server is stopping. Try again in a moment.")]
    Draining,
    #[error("The event was not stored: {0}")]
    NotStorable(String),
    #[error(
        "The app or channel of this access key has no event table. Create the app anew with `pio app new`."
    )]
    NoEventTable,
    #[error("{0}")]
    Storage(#[from] StorageError),
    #[error("The server failed to answer this request. Its log says why.")]
    Internal,
}

impl ApiError {
    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::MissingKey | Self::InvalidKey | Self::InvalidChannel(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::NotPermitted(_) | Self::PartOfStats | Self::Blocked(_) => {
                StatusCode::FORBIDDEN
            }
            Self::UnknownPath
            | Self::NotFound
            | Self::NoStats
            | Self::NoPlugin { .. }
            | Self::NoConnector(_) => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::SlowBody(_) | Self::SilentBody(_) => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ContentType(_) | Self::Compressed(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Overloaded
            | Self::NotStored(_)
            | Self::OutcomeUnknown { .. }
            | Self::DeletionUnknown
            | Self::Draining => StatusCode::SERVICE_UNAVAILABLE,
            Self::Storage(error) if error.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Storage(StorageError::Invalid { .. })
            | Self::Address
            | Self::NoBody
            | Self::NotUtf8
            | Self::QueryNotUtf8
            | Self::BrokenBody
            | Self::Event(_)
            | Self::NotStorable(_)
            | Self::NotABatch
            | Self::LargeBatch
            | Self::LimitParameter(_)
            | Self::ReversedParameter(_)
            | Self::ReversedWithoutEntity
            | Self::TimeParameter { .. }
            | Self::NulParameter(_)
            | Self::Connector(_) => StatusCode::BAD_REQUEST,
            Self::Storage(_) | Self::NoEventTable | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether PIO's HTTP library gave this one, which it did in plain text.
    pub(crate) fn is_plain_text(&self) -> bool {
        matches!(
            self,
            Self::UnknownPath
                | Self::Method(_)
                | Self::NotAcceptable
                | Self::ContentType(_)
                | Self::NoBody
                | Self::LimitParameter(_)
                | Self::ReversedParameter(_)
        )
    }

    /// The words for the client. What the database said stays in the log.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Storage(error) if error.is_unavailable() => {
                "The database is not available. Try again in a moment.".to_owned()
            }
            Self::Storage(StorageError::Unexpected { .. } | StorageError::Forbidden { .. }) => {
                Self::Internal.to_string()
            }
            other => other.to_string(),
        }
    }
}
