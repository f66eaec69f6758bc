//! The query string: names and values, and the parameters of a search.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use pio_storage::events::filter::{Filter, Order};

use crate::errors::ApiError;
use crate::time::lenient;

/// How many events a search gives where it names no limit.
const DEFAULT_LIMIT: u32 = 20;

/// A query string. Of equal names the first one counts.
#[derive(Clone, Copy)]
pub(crate) struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    /// The part of the address behind the question mark.
    pub(crate) fn new(query: Option<&'a str>) -> Self {
        Self(query.unwrap_or_default())
    }

    /// The first value of a parameter.
    pub(crate) fn get(self, name: &str) -> Option<Cow<'a, str>> {
        form_urlencoded::parse(self.0.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// The search that the query string of `GET /events.json` asks for.
pub(crate) fn filter(query: Query<'_>) -> Result<Filter, ApiError> {
    // The parser would put replacement characters for what is not UTF-8, and other events would be found.
    percent_decode_str(query.0).decode_utf8().map_err(|_| ApiError::QueryNotUtf8)?;
    let limit = limit(query)?;
    let is_reversed = reversed(query)?;
    let entity_type = text(query, "entityType")?;
    let entity_id = text(query, "entityId")?;
    if is_reversed && (entity_type.is_none() || entity_id.is_none()) {
        return Err(ApiError::ReversedWithoutEntity);
    }
    Ok(Filter {
        start_time: time(query, "startTime")?,
        until_time: time(query, "untilTime")?,
        entity_type,
        entity_id,
        event_names: text(query, "event")?.map(|name| vec![name]),
        target_entity_type: text(query, "targetEntityType")?.map(Some),
        target_entity_id: text(query, "targetEntityId")?.map(Some),
        limit,
        order: if is_reversed { Order::EventTimeReversed } else { Order::EventTime },
    })
}

fn text(query: Query<'_>, name: &'static str) -> Result<Option<String>, ApiError> {
    match query.get(name) {
        Some(value) if value.contains('\0') => Err(ApiError::NulParameter(name)),
        value => Ok(value.map(Cow::into_owned)),
    }
}

fn time(query: Query<'_>, name: &'static str) -> Result<Option<chrono::DateTime<chrono::Utc>>, ApiError> {
    let Some(value) = query.get(name) else { return Ok(None) };
    let time =
        lenient::parse(&value).ok_or_else(|| ApiError::TimeParameter { name, value: value.into_owned() })?;
    Ok(Some(time))
}

/// How many events at most; `None` is all of them, which a negative number asks for.
fn limit(query: Query<'_>) -> Result<Option<u32>, ApiError> {
    match query.get("limit") {
        None => Ok(Some(DEFAULT_LIMIT)),
        Some(value) if value.is_empty() => Ok(Some(DEFAULT_LIMIT)),
        Some(value) => match value.parse::<i32>() {
            Ok(limit) => Ok(u32::try_from(limit).ok()),
            Err(_) => Err(ApiError::LimitParameter(value.into_owned())),
        },
    }
}

fn reversed(query: Query<'_>) -> Result<bool, ApiError> {
    let value = query.get("reversed").unwrap_or_default();
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "" | "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(ApiError::ReversedParameter(value.into_owned())),
    }
}
