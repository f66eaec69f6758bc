//! `POST /batch/events.json`

use std::error::Error;
use std::fmt::Write as _;

use hyper::StatusCode;
use hyper::body::{Body, Bytes};
use hyper::http::request::Parts;
use pio_http::budget::Share;
use pio_storage::events::{Insertion, NewEvent, Outcome};

use crate::access::Action;
use crate::api::events::of_storage;
use crate::api::{ApiResult, Caller, State};
use crate::body::{self, JSON};
use crate::errors::{ApiError, MAX_BATCH};
use crate::event::document::{self, Document};
use crate::event::fields::Fields;
use crate::event::invalid::InvalidEvent;
use crate::event::validate;
use crate::query::Query;
use crate::respond;
use pio_json::text::quote;

impl State {
    pub(super) async fn create_batch<B>(&self, parts: &Parts, query: Query<'_>, body: B) -> ApiResult
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let caller = self.caller_to(Action::Write, parts, query).await?;
        let (limits, account) = (&self.config.limits, self.account(&caller));
        let read = body::read(body, &parts.headers, JSON, limits.body, &account, limits).await?;
        let (document, share) =
            read.parse(|text| Ok(document::read(text, MAX_BATCH).map_err(InvalidEvent::from)?))?;
        let Document::Array(items) = document else { return Err(ApiError::NotABatch) };
        if items.count > MAX_BATCH {
            return Err(ApiError::LargeBatch);
        }
        let mut events = Vec::with_capacity(items.kept.len());
        let mut results = Vec::with_capacity(items.kept.len());
        for item in items.kept {
            match self.check(&caller, item) {
                Ok(event) => {
                    results.push(Err(ApiError::Internal));
                    events.push((results.len() - 1, event));
                }
                Err(api_error) => results.push(Err(api_error)),
            }
        }
        self.store_all(&caller, events, share, &mut results).await?;
        Ok(respond::json(StatusCode::OK, to_json(&results)))
    }

    fn check(&self, caller: &Caller, item: Option<Fields>) -> Result<NewEvent, ApiError> {
        let fields = item.ok_or(InvalidEvent::NotAnObject)?;
        self.permit(caller, validate::event(fields)?)
    }

    /// Stores the events in one commit and puts what became of each into its place among the results.
    async fn store_all(
        &self,
        caller: &Caller,
        events: Vec<(usize, NewEvent)>,
        share: Share,
        results: &mut [Result<String, ApiError>],
    ) -> Result<(), ApiError> {
        if events.is_empty() {
            return Ok(());
        }
        let post_commit: Vec<_> =
            events.iter().map(|(place, event)| (*place, self.post_commit(caller, event))).collect();
        let events = events.into_iter().map(|(_, event)| event).collect();
        let outcomes = self.writer.store(caller.table(), events, share).await.map_err(|api_error| {
            let places = post_commit.iter().map(|(place, _)| *place);
            in_places(api_error, places, results.len())
        })?;
        for ((place, post_commit), outcome) in post_commit.into_iter().zip(outcomes) {
            results[place] = match outcome {
                Ok(Insertion { id, outcome: Outcome::Conflict }) => Err(ApiError::Conflict(id)),
                Ok(Insertion { id, .. }) => {
                    self.record_stored(caller, post_commit);
                    Ok(id)
                }
                // The database failed, not the event: the whole batch is to be sent again.
                Err(error) => match of_storage(&error) {
                    api_error if api_error.status() == StatusCode::SERVICE_UNAVAILABLE => {
                        return Err(api_error);
                    }
                    api_error => Err(api_error),
                },
            };
        }
        Ok(())
    }
}

/// Puts the ids of events of unknown outcome into their places in the batch.
fn in_places(api_error: ApiError, places: impl Iterator<Item = usize>, count: usize) -> ApiError {
    let ApiError::OutcomeUnknown { ids, are_remembered } = api_error else { return api_error };
    let mut by_place = vec![None; count];
    for (place, id) in places.zip(ids) {
        by_place[place] = id;
    }
    ApiError::OutcomeUnknown { ids: by_place, are_remembered }
}

fn to_json(results: &[Result<String, ApiError>]) -> String {
    let mut out = String::with_capacity(2 + results.len() * 64);
    out.push('[');
    for (at, result) in results.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        match result {
            Ok(id) => {
                out.push_str("{\"status\":201,\"eventId\":");
                quote(id, &mut out);
            }
            Err(api_error) => {
                let _ = write!(out, "{{\"status\":{},\"message\":", api_error.status().as_u16());
                quote(&api_error.message(), &mut out);
            }
        }
        out.push('}');
    }
    out.push(']');
    out
}
