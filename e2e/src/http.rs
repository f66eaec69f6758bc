//! Requests to the servers under test: an answer is a status and JSON, whatever the status.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use pio_http::client::{Trust, tls};
use reqwest::blocking::Response;
use serde_json::Value;

/// A server's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body where it is JSON, else a JSON string of the whole body.
    pub body: Value,
    /// The `Retry-After` header.
    pub retry_after: Option<String>,
}

/// Sends a GET request.
///
/// # Errors
/// When no answer comes.
pub fn get(url: &str) -> Result<Answer> {
    answer(client()?.0.get(url).send(), url)
}

/// Sends a DELETE request.
///
/// # Errors
/// When no answer comes.
pub fn delete(url: &str) -> Result<Answer> {
    answer(client()?.0.delete(url).send(), url)
}

/// Sends a POST request with a JSON body.
///
/// # Errors
/// When no answer comes.
pub fn post(url: &str, body: &Value) -> Result<Answer> {
    post_text(url, &body.to_string())
}

/// Sends a POST request whose body is any text that is said to be JSON.
///
/// # Errors
/// When no answer comes.
pub fn post_text(url: &str, body: &str) -> Result<Answer> {
    client()?.post_text(url, body)
}

/// Asks until an answer with status 200 comes.
///
/// # Errors
/// When none comes in time; the error shows what came last.
pub fn wait_until_ready(url: &str, limit: Duration) -> Result<Answer> {
    let end = Instant::now() + limit;
    loop {
        let last = match get(url) {
            Ok(answer) if answer.status == 200 => return Ok(answer),
            Ok(answer) => format!("status {} {}", answer.status, answer.body),
            Err(error) => format!("{error:#}"),
        };
        if Instant::now() >= end {
            bail!("{url} was not ready within {} s: {last}", limit.as_secs());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A port of the loopback address that was free a moment ago.
///
/// # Errors
/// When the machine has none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A client that keeps its connections.
#[derive(Debug)]
pub struct Client(reqwest::blocking::Client);

impl Client {
    /// One that waits so long for an answer.
    ///
    /// # Errors
    /// When the machine lacks what a client needs, such as threads.
    pub fn new(limit: Duration) -> Result<Self> {
        let builder = reqwest::blocking::Client::builder().tls_backend_preconfigured(tls(Trust::Nobody)?);
        Ok(Self(builder.no_proxy().timeout(limit).build()?))
    }

    /// Sends a POST request whose body is said to be JSON.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn post_text(&self, url: &str, body: &str) -> Result<Answer> {
        let request = self.0.post(url).header("content-type", "application/json");
        answer(request.body(body.to_owned()).send(), url)
    }
}

fn client() -> Result<Client> {
    Client::new(Duration::from_mins(2))
}

fn answer(response: reqwest::Result<Response>, url: &str) -> Result<Answer> {
    let response = response.with_context(|| format!("no answer from {url}"))?;
    let retry_after =
        response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let status = response.status().as_u16();
    let text = response.text().with_context(|| format!("reading {url}"))?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer { status, body, retry_after })
}
