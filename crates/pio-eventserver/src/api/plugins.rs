//! `/plugins.json`, what is under `/plugins/`, and `/stats.json`

use chrono::Utc;
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use crate::api::{Answer, State};
use crate::errors::Refusal;
use crate::grants::Action;
use crate::query::Query;
use crate::respond::{self, ApiBody};

impl State {
    pub(super) fn plugins(&self) -> Response<ApiBody> {
        respond::json(StatusCode::OK, self.config.plugins.to_json())
    }

    /// Hands a request over to a plugin.
    pub(super) async fn plugin(&self, parts: &Parts, query: Query<'_>, path: &[String]) -> Answer {
        let caller = self.caller_to(Action::Read, parts, query).await?;
        let kind = path.first().cloned().unwrap_or_default();
        let name = path.get(1).cloned().unwrap_or_default();
        let Some(plugin) = self.config.plugins.find(&kind, &name) else {
            return Err(Refusal::NoPlugin { kind, name });
        };
        let answer = plugin.rest(caller.grant.app_id, caller.channel_id, &path[2..]);
        Ok(respond::json(StatusCode::OK, answer))
    }

    pub(super) async fn stats(&self, parts: &Parts, query: Query<'_>) -> Answer {
        let caller = self.caller_to(Action::Read, parts, query).await?;
        if !caller.grant.visible_events().is_empty() {
            return Err(Refusal::PartOfStats);
        }
        let stats = self.stats.as_ref().ok_or(Refusal::NoStats)?;
        Ok(respond::json(StatusCode::OK, stats.of_app(Utc::now(), caller.grant.app_id)))
    }
}
