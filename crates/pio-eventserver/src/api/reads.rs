//! `GET /events.json`, and `GET` and `DELETE` of `/events/<id>.json`

use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::StatusCode;
use hyper::body::{Bytes, Frame};
use hyper::http::request::Parts;
use pio_http::budget::{SMALL, Share};
use pio_http::sliced::SLICE;
use pio_storage::errors::{Result as StorageResult, StorageError};
use pio_storage::events::Event;
use pio_storage::events::filter::Filter;
use pio_storage::events::table::EventTable;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use crate::access::Action;
use crate::api::{ApiResult, Caller, State};
use crate::errors::ApiError;
use crate::event::json;
use crate::query::{self, Query};
use crate::respond::{self, StreamAborted};

/// Up to this many events are answered whole, unless they are long; more are sent in pieces as they come.
const WHOLE: u32 = 500;

/// How many bytes an answer has at most that is given whole.
const WHOLE_BYTES: usize = 1024 * 1024;

/// How long a reader waits until others have been sent their events in pieces.
const READ_QUEUE_TIMEOUT: Duration = Duration::from_secs(10);

/// How many bytes a piece has at least.
const PIECE: usize = 32 * 1024;

impl State {
    pub(super) async fn get(&self, parts: &Parts, query: Query<'_>, id: &str) -> ApiResult {
        let caller = self.caller_to(Action::Read, parts, query).await?;
        let share = self.room_for_event(&caller, id).await?;
        let event = self.storage.events().get(caller.table(), id).await.map_err(of_reading)?;
        let event = event.ok_or(ApiError::NotFound)?;
        caller.grant.check_stored(&event.event)?;
        // A text that grows by doubling would need twice the memory of a large event.
        let mut body = String::with_capacity(event.properties.len() + 512);
        json::write(&event, &mut body);
        Ok(respond::large(body, share))
    }

    /// The memory for an event, where memory is limited: it is asked for before the event is fetched.
    async fn room_for_event(&self, caller: &Caller, id: &str) -> Result<Share, ApiError> {
        if !self.config.limits.is_in_container {
            return Ok(Share::default());
        }
        let bytes = self.storage.events().size(caller.table(), id).await.map_err(of_reading)?;
        self.account(caller).reserve(bytes).await.ok_or(ApiError::Overloaded)
    }

    /// The same for the largest event of a list.
    async fn room_for_list(&self, caller: &Caller, filter: &Filter) -> Result<Share, ApiError> {
        if !self.config.limits.is_in_container {
            return Ok(Share::default());
        }
        let bytes = match filter.limit {
            Some(_) => self.storage.events().largest(caller.table(), filter).await.map_err(of_reading)?,
            // To look at every event of an app would take longer than a client waits.
            None => self.config.limits.body,
        };
        self.account(caller).reserve(bytes).await.ok_or(ApiError::Overloaded)
    }

    pub(super) async fn delete(&self, parts: &Parts, query: Query<'_>, id: &str) -> ApiResult {
        let caller = self.caller_to(Action::Delete, parts, query).await?;
        if !caller.grant.visible_events().is_empty() {
            // An event never changes, so that what is looked at is what is deleted.
            let _share = self.room_for_event(&caller, id).await?;
            let event = self.storage.events().get(caller.table(), id).await.map_err(of_reading)?;
            caller.grant.check_stored(&event.ok_or(ApiError::NotFound)?.event)?;
        }
        let deleted = self.storage.events().delete(caller.table(), id).await.map_err(|error| match error {
            StorageError::OutcomeUnknown { .. } => ApiError::DeletionUnknown,
            error => of_reading(error),
        });
        if deleted? { Ok(respond::message(StatusCode::OK, "Found")) } else { Err(ApiError::NotFound) }
    }

    pub(super) async fn list(&self, parts: &Parts, query: Query<'_>) -> ApiResult {
        let caller = self.caller_to(Action::Read, parts, query).await?;
        let mut filter = query::filter(query)?;
        caller.grant.narrow(&mut filter)?;
        let share = self.room_for_list(&caller, &filter).await?;
        if filter.limit.is_some_and(|limit| limit <= WHOLE)
            && let Some(body) = self.whole(caller.table(), &filter).await?
        {
            let share = if self.config.limits.is_in_container && body.len() > SMALL {
                // Many small events are a large answer, too, and its client may not read it.
                drop(share);
                self.account(&caller).reserve(body.len()).await.ok_or(ApiError::Overloaded)?
            } else {
                share
            };
            return Ok(respond::large(body, share));
        }
        let place = timeout(READ_QUEUE_TIMEOUT, self.streams.clone().acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(ApiError::Overloaded) };
        in_pieces(self.events(caller.table(), &filter).await?, place, share).await
    }

    /// The list as one text; nothing where it is too long for that.
    async fn whole(&self, table: EventTable, filter: &Filter) -> Result<Option<String>, ApiError> {
        let mut events = self.events(table, filter).await?;
        let mut body = String::new();
        while let Some(event) = events.next().await {
            body.push(if body.is_empty() { '[' } else { ',' });
            json::write(&event.map_err(of_reading)?, &mut body);
            if body.len() > WHOLE_BYTES {
                return Ok(None);
            }
        }
        if body.is_empty() {
            return Err(ApiError::NotFound);
        }
        body.push(']');
        Ok(Some(body))
    }

    async fn events(&self, table: EventTable, filter: &Filter) -> Result<Events, ApiError> {
        Ok(Box::pin(self.storage.events().stream(table, filter).await.map_err(of_reading)?))
    }
}

fn of_reading(error: StorageError) -> ApiError {
    match error {
        StorageError::NoEventTable { .. } => ApiError::NoEventTable,
        error => ApiError::Storage(error),
    }
}

type Events = Pin<Box<dyn Stream<Item = StorageResult<Event>> + Send>>;

/// A list that is sent while it is read.
struct Pieces {
    events: Events,
    first: Option<Event>,
    is_done: bool,
    /// What of the last piece is still to be sent.
    rest: Bytes,
    _place: OwnedSemaphorePermit,
    _share: Share,
}

async fn in_pieces(mut events: Events, place: OwnedSemaphorePermit, share: Share) -> ApiResult {
    let first = events.next().await.ok_or(ApiError::NotFound)?.map_err(of_reading)?;
    let rest = Bytes::new();
    let pieces = Pieces { events, first: Some(first), is_done: false, rest, _place: place, _share: share };
    let frames = stream::try_unfold(pieces, |mut pieces| async move {
        if pieces.rest.is_empty() {
            pieces.rest = pieces.next().await?.into();
        }
        let length = pieces.rest.len().min(SLICE);
        let slice = pieces.rest.split_to(length);
        Ok((!slice.is_empty()).then(|| (Frame::data(slice), pieces)))
    });
    Ok(respond::streamed(UnsyncBoxBody::new(StreamBody::new(frames).boxed_unsync())))
}

impl Pieces {
    /// The next piece; an empty one after the last.
    async fn next(&mut self) -> Result<String, StreamAborted> {
        let mut piece = String::new();
        if let Some(first) = self.first.take() {
            piece.reserve(first.properties.len() + 512);
            piece.push('[');
            json::write(&first, &mut piece);
        }
        while !self.is_done && piece.len() < PIECE {
            match self.events.next().await {
                Some(Ok(event)) => {
                    piece.reserve(event.properties.len() + 512);
                    piece.push(',');
                    json::write(&event, &mut piece);
                }
                Some(Err(error)) => {
                    tracing::warn!(%error, "a list of events was broken off");
                    return Err(StreamAborted);
                }
                None => {
                    piece.push(']');
                    self.is_done = true;
                }
            }
        }
        Ok(piece)
    }
}
