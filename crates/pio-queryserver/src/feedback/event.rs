//! A prediction as the event server takes it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::OwnedSemaphorePermit;

/// A query and its answer, on their way to the event server.
pub(super) struct Event {
    pub(super) pr_id: String,
    pub(super) time: DateTime<Utc>,
    pub(super) instance: String,
    pub(super) query: String,
    pub(super) prediction: String,
    /// Its share of the memory for what waits.
    pub(super) _room: OwnedSemaphorePermit,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shape<'a> {
    event: &'static str,
    event_time: String,
    entity_type: &'static str,
    entity_id: &'a str,
    properties: Properties<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pr_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    engine_instance_id: &'a str,
    query: Json<'a>,
    prediction: Json<'a>,
}

/// Engines read JSON more leniently than others do; what only they can read is kept as text.
#[derive(Serialize)]
#[serde(untagged)]
enum Json<'a> {
    Strict(&'a RawValue),
    Text(&'a str),
}

impl<'a> Json<'a> {
    fn of(text: &'a str) -> Self {
        serde_json::from_str(text).map_or(Self::Text(text), Self::Strict)
    }
}

impl Event {
    /// About how many bytes it has.
    pub(super) fn bytes(&self) -> usize {
        self.query.len() + self.prediction.len()
    }

    pub(super) fn shape(&self) -> Shape<'_> {
        Shape {
            event: "predict",
            event_time: self.time.to_rfc3339_opts(SecondsFormat::Millis, true),
            entity_type: "pio_pr",
            entity_id: &self.pr_id,
            properties: Properties {
                engine_instance_id: &self.instance,
                query: Json::of(&self.query),
                prediction: Json::of(&self.prediction),
            },
            pr_id: pr_id_of(&self.query),
        }
    }
}

/// The id of an earlier prediction that the query is about: the event keeps it as its `prId`, as in PIO.
fn pr_id_of(query: &str) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Query {
        pr_id: Option<String>,
    }
    serde_json::from_str::<Query>(query).ok()?.pr_id.filter(|id| !id.is_empty())
}
