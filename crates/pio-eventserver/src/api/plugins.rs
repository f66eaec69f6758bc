//! `/plugins.json`, what is under `/plugins/`, and `/stats.json`

use chrono::Utc;
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use crate::access::Action;
use crate::api::{ApiResult, State};
use crate::errors::ApiError;
use crate::query::Query;
use crate::respond::{self, ApiBody};

impl State {
    pub(super) fn plugins(&self) -> Response<ApiBody> {
        respond::json(StatusCode::OK, self.config.plugins.to_json())
    }

    /// Hands a request over to a plugin.
    pub(super) async fn plugin(&self, parts: &Parts, query: Query<'_>, path: &[String]) -> ApiResult {
        let caller = self.caller_to(Action::Read, parts, query).await?;
        let kind = path.first().cloned().unwrap_or_default();
        let name = path.get(1).cloned().unwrap_or_default();
        let Some(plugin) = self.config.plugins.find(&kind, &name) else {
            return Err(ApiError::NoPlugin { kind, name });
        };
        let answer = plugin.rest(caller.grant.app_id, caller.channel_id, &path[2..]);
        Ok(respond::json(StatusCode::OK, answer))
    }

    pub(super) async fn stats(&self, parts: &Parts, query: Query<'_>) -> ApiResult {
        let caller = self.caller_to(Action::Read, parts, query).await?;
        if !caller.grant.visible_events().is_empty() {
            return Err(ApiError::PartOfStats);
        }
        let stats = self.stats.as_ref().ok_or(ApiError::NoStats)?;
        Ok(respond::json(StatusCode::OK, stats.of_app(Utc::now(), caller.grant.app_id)))
    }
}
