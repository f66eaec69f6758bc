//! `POST /events.json`

use std::error::Error;

use hyper::body::{Body, Bytes};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use pio_http::budget::Share;
use pio_storage::errors::StorageError;
use pio_storage::events::{Insertion, NewEvent, Outcome};

use crate::access::Action;
use crate::api::{ApiResult, Caller, State};
use crate::body::{self, JSON};
use crate::errors::ApiError;
use crate::event::parse;
use crate::query::Query;
use crate::respond::{self, ApiBody};
use pio_json::text::quote;

impl State {
    pub(super) async fn create<B>(&self, parts: &Parts, query: Query<'_>, body: B) -> ApiResult
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let caller = self.caller_to(Action::Write, parts, query).await?;
        let (limits, account) = (&self.config.limits, self.account(&caller));
        let read = body::read(body, &parts.headers, JSON, limits.body, &account, limits).await?;
        let (event, share) = read.parse(|text| Ok(parse::event(text)?))?;
        self.store_one(&caller, event, share).await
    }

    /// Stores an event of whatever origin.
    pub(super) async fn store_one(&self, caller: &Caller, event: NewEvent, share: Share) -> ApiResult {
        let event = self.permit(caller, event)?;
        let post_commit = self.post_commit(caller, &event);
        let outcomes = self.writer.store(caller.table(), vec![event], share).await?;
        match outcomes.into_iter().next() {
            Some(Ok(Insertion { id, outcome: Outcome::Conflict })) => Err(ApiError::Conflict(id)),
            Some(Ok(Insertion { id, .. })) => {
                self.record_stored(caller, post_commit);
                Ok(created(&id))
            }
            Some(Err(error)) => Err(of_storage(&error)),
            None => Err(ApiError::Internal),
        }
    }
}

fn created(id: &str) -> Response<ApiBody> {
    let mut body = String::with_capacity(48);
    body.push_str("{\"eventId\":");
    quote(id, &mut body);
    body.push('}');
    respond::json(StatusCode::CREATED, body)
}

/// What a client is told of an error that other requests share.
pub(super) fn of_storage(error: &StorageError) -> ApiError {
    match error {
        StorageError::NoEventTable { .. } => ApiError::NoEventTable,
        StorageError::Invalid { field, why } => {
            ApiError::NotStorable(format!("{field} cannot be stored: {why}."))
        }
        StorageError::Unavailable { reason, .. } => ApiError::NotStored(*reason),
        StorageError::OutcomeUnknown { .. } => {
            ApiError::OutcomeUnknown { ids: Vec::new(), are_remembered: false }
        }
        _ => ApiError::Internal,
    }
}
