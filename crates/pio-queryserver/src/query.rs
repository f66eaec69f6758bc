//! `POST /queries.json`.

use std::time::Instant;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Request, StatusCode};
use pio_http::body::{self, BodyError, BodyLimits, Received};
use pio_http::budget::Share;
use pio_http::encoding::compression;
use pio_link::messages::WorkerReply;

use crate::answers::{self, Answer};
use crate::app_state::AppState;
use crate::errors::{BadRequest, QueryError};
use crate::feedback::Answered;
use crate::link;
use crate::state::Serving;

/// Some clients begin a text with it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Answers a query and counts it.
pub(crate) async fn answer(front: &AppState, request: Request<Incoming>) -> Answer {
    let start = Instant::now();
    let answer = match read(front, request).await {
        Ok((query, _share)) => ask(front, &query).await.unwrap_or_else(|error| no_answer(&error)),
        Err(refusal) => refusal,
    };
    front.metrics.answered(answer.status(), start.elapsed());
    answer
}

async fn read(front: &AppState, request: Request<Incoming>) -> Result<(String, Share), Answer> {
    if let Some(encoding) = compression(request.headers()) {
        return Err(bad(&BadRequest::Compressed(encoding.to_owned())));
    }
    let limits = &front.config.limits;
    let limits = BodyLimits { bytes: limits.body_bytes, time: limits.body, silence: limits.silence };
    // A query needs no key, so there is nobody to whom its bytes could be charged.
    let received = body::read(request.into_body(), &limits, &front.config.budget.of(None)).await;
    let Received { bytes, share } = received.map_err(|error| unreadable(&error))?;
    let mut query = String::from_utf8(bytes.into()).map_err(|_| bad(&BadRequest::NotText))?;
    if query.starts_with(BYTE_ORDER_MARK) {
        query.remove(0);
    }
    if query.trim().is_empty() { Err(bad(&BadRequest::Empty)) } else { Ok((query, share)) }
}

async fn ask(front: &AppState, query: &str) -> Result<Answer, QueryError> {
    let serving = front.state.borrow().serving()?.clone();
    let time = chrono::Utc::now();
    let link::Answered { answer, place } = serving.link.ask(query).await?;
    if answer.status != 200 {
        return Ok(refused(answer));
    }
    let (content_type, pr_id) = (answer.content_type, answer.pr_id);
    let mut prediction = answer.body.unwrap_or_default();
    if let Some(feedback) = &front.feedback {
        let instance = instance(&serving);
        prediction = feedback.send(Answered { query, prediction, pr_id, instance, time });
    }
    // It is in memory already, but must not stay there for a client that does not read.
    let share = front.config.budget.of(None).reserve(prediction.len()).await.ok_or(QueryError::Busy)?;
    drop(place);
    Ok(served(prediction, content_type.as_deref(), share))
}

fn instance(serving: &Serving) -> String {
    serving.ready.engine_instance_id.clone()
}

fn served(prediction: String, content_type: Option<&str>, share: Share) -> Answer {
    let mut answer = answers::large(StatusCode::OK, answers::JSON, Bytes::from(prediction), share);
    let other = content_type.filter(|given| *given != answers::JSON);
    if let Some(value) = other.and_then(|given| HeaderValue::from_str(given).ok()) {
        answer.headers_mut().insert(CONTENT_TYPE, value);
    }
    answer
}

/// The worker's own refusal: a query that it cannot read, or one on which the engine failed.
fn refused(answer: WorkerReply) -> Answer {
    let words =
        answer.message.or(answer.body).unwrap_or_else(|| "The engine failed on this query.".to_owned());
    let status = StatusCode::from_u16(answer.status)
        .ok()
        .filter(|status| status.is_client_error() || status.is_server_error())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_server_error() {
        tracing::warn!(stack_trace = answer.detail, "a query failed: {words}");
    }
    answers::message(status, &words)
}

fn no_answer(error: &QueryError) -> Answer {
    let words = error.to_string();
    match error {
        QueryError::TooLate(_) => answers::message(StatusCode::GATEWAY_TIMEOUT, &words),
        QueryError::Loading | QueryError::Restarting | QueryError::WorkerLost => {
            answers::unavailable(&words, 3)
        }
        QueryError::Untrained(_) | QueryError::Failed => answers::unavailable(&words, 30),
        QueryError::Busy => answers::unavailable(&words, 1),
    }
}

fn bad(error: &BadRequest) -> Answer {
    let status = match error {
        BadRequest::Compressed(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        BadRequest::Empty | BadRequest::NotText => StatusCode::BAD_REQUEST,
    };
    answers::message(status, &error.to_string())
}

fn unreadable(error: &BodyError) -> Answer {
    let words = error.to_string();
    let status = match error {
        BodyError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        BodyError::TooSlow { .. } | BodyError::Silent { .. } => StatusCode::REQUEST_TIMEOUT,
        BodyError::Broken => StatusCode::BAD_REQUEST,
        BodyError::Overloaded => return answers::unavailable(&words, 1),
    };
    let mut answer = answers::message(status, &words);
    // What is left of the body must not be taken for the next request.
    answer.headers_mut().insert(hyper::header::CONNECTION, HeaderValue::from_static("close"));
    answer
}
