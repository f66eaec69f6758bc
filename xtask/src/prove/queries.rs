//! Clients of the deployed engine.

use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use e2e::http::Client;
use serde_json::Value;

/// Longer than the server may take for any answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(40);

/// What the clients of a round share.
pub(crate) struct Target {
    /// Where the engine's server listens: another port once it was killed.
    pub(crate) url: RwLock<String>,
    pub(crate) query: Value,
    pub(crate) answer: Value,
    /// Whether a fault of the round lets queries be refused.
    pub(crate) may_fail: bool,
}

/// Asks until the load is over; gives the number of right answers, and answers that nobody may get.
pub(crate) fn ask(target: &Target, is_over: &AtomicBool) -> (usize, Vec<String>) {
    let (mut right, mut violations) = (0, Vec::new());
    let client = match Client::new(ANSWER_LIMIT) {
        Ok(client) => client,
        Err(error) => return (0, vec![format!("no client: {error:#}")]),
    };
    while !is_over.load(Relaxed) {
        let url = format!("{}/queries.json", target.url.read().unwrap_or_else(PoisonError::into_inner));
        match client.post_text(&url, &target.query.to_string()) {
            Ok(answer) if answer.status == 200 && answer.body == target.answer => right += 1,
            Ok(answer) if target.may_fail && matches!(answer.status, 503 | 504) => {}
            Ok(answer) => violations.push(format!("a query was answered {}: {}", answer.status, answer.body)),
            Err(_) if target.may_fail => {}
            Err(error) => violations.push(format!("a query had no answer: {error:#}")),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    (right, violations)
}
