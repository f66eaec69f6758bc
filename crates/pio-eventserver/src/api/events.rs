//! `POST /events.json`

use std::error::Error;

use hyper::body::{Body, Bytes};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use pio_http::budget::Share;
use pio_storage::errors::StorageError;
use pio_storage::events::{Insertion, NewEvent, Outcome};

use crate::api::{Answer, Caller, State};
use crate::body::{self, JSON};
use crate::errors::Refusal;
use crate::event::parse;
use crate::grants::Action;
use crate::json::text::quote;
use crate::query::Query;
use crate::respond::{self, ApiBody};

impl State {
    pub(super) async fn create<B>(&self, parts: &Parts, query: Query<'_>, body: B) -> Answer
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
    pub(super) async fn store_one(&self, caller: &Caller, event: NewEvent, share: Share) -> Answer {
        let event = self.permit(caller, event)?;
        let afterwards = self.afterwards(caller, &event);
        let outcomes = self.writer.store(caller.table(), vec![event], share).await?;
        match outcomes.into_iter().next() {
            Some(Ok(Insertion { id, outcome: Outcome::Conflict })) => Err(Refusal::Conflict(id)),
            Some(Ok(Insertion { id, .. })) => {
                self.was_stored(caller, afterwards);
                Ok(created(&id))
            }
            Some(Err(error)) => Err(of_storage(&error)),
            None => Err(Refusal::Internal),
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
pub(super) fn of_storage(error: &StorageError) -> Refusal {
    match error {
        StorageError::NoEventTable { .. } => Refusal::NoEventTable,
        StorageError::Invalid { field, why } => {
            Refusal::NotStorable(format!("{field} cannot be stored: {why}."))
        }
        StorageError::Unavailable { reason, .. } => Refusal::NotStored(*reason),
        StorageError::OutcomeUnknown { .. } => {
            Refusal::OutcomeUnknown { ids: Vec::new(), are_remembered: false }
        }
        _ => Refusal::Internal,
    }
}
