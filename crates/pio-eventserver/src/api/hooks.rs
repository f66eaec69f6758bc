//! `GET` and `POST` of `/webhooks/<name>.json` and `/webhooks/<name>.form`

use std::error::Error;

use hyper::StatusCode;
use hyper::body::{Body, Bytes};
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;

use crate::access::Action;
use crate::api::{ApiResult, State};
use crate::body::{self, FORM, JSON};
use crate::errors::ApiError;
use crate::event::invalid::InvalidEvent;
use crate::event::parse;
use crate::query::Query;
use crate::respond;
use crate::webhooks::Form;
use pio_json::tree::{self, Object, Value};

impl State {
    /// Tells whether there is a connector of this name.
    pub(super) async fn hook(&self, parts: &Parts, query: Query<'_>, name: &str, is_json: bool) -> ApiResult {
        self.caller(parts, query).await?;
        let connectors = &self.config.connectors;
        let is_there =
            if is_json { connectors.json.contains_key(name) } else { connectors.form.contains_key(name) };
        if is_there { Ok(respond::message(StatusCode::OK, "Ok")) } else { Err(no_connector(name)) }
    }

    pub(super) async fn json_hook<B>(&self, parts: &Parts, query: Query<'_>, body: B, name: &str) -> ApiResult
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let caller = self.caller_to(Action::Write, parts, query).await?;
        let (limits, account) = (&self.config.limits, self.account(&caller));
        let read = body::read(body, &parts.headers, JSON, limits.webhook_body, &account, limits).await?;
        let (data, share) = read.parse(|text| Ok(tree::parse(text).map_err(InvalidEvent::from)?))?;
        let Value::Object(data) = data else { return Err(InvalidEvent::NotAnObject.into()) };
        let connector = self.config.connectors.json.get(name).ok_or_else(|| no_connector(name))?;
        self.store_one(&caller, parse::event(&connector(&data)?.to_json())?, share).await
    }

    pub(super) async fn form_hook<B>(&self, parts: &Parts, query: Query<'_>, body: B, name: &str) -> ApiResult
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let caller = self.caller_to(Action::Write, parts, query).await?;
        let (limits, account) = (&self.config.limits, self.account(&caller));
        let read = body::read(body, &parts.headers, FORM, limits.webhook_body, &account, limits).await?;
        let (form, share) = read.parse(form)?;
        let connector = self.config.connectors.form.get(name).ok_or_else(|| no_connector(name))?;
        let event: Object = connector(&form)?;
        self.store_one(&caller, parse::event(&event.to_json())?, share).await
    }
}

/// The fields of a form's body.
fn form(body: &str) -> Result<Form, ApiError> {
    // The parser would put replacement characters for what is not UTF-8.
    percent_decode_str(body).decode_utf8().map_err(|_| ApiError::NotUtf8)?;
    Ok(form_urlencoded::parse(body.as_bytes()).into_owned().collect())
}

fn no_connector(name: &str) -> ApiError {
    ApiError::NoConnector(name.to_owned())
}
