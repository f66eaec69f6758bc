//! One round: load, faults, quiet, and the look at what is stored.

use std::fmt;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use anyhow::Result;
use e2e::http;
use serde_json::json;

use super::clients::{self, KINDS, Kind, Target, crowd, send};
use super::faults::{EventServer, Victims};
use super::ledger::{Sent, Told};
use super::plan::Plan;
use super::queries::{self, ask};
use super::site::{App, READY, Site};

/// How long the load goes on after the last fault.
const AFTERWARDS: Duration = Duration::from_millis(200);

/// What a round did and found.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    sent: usize,
    acknowledged: usize,
    refused: usize,
    unknown: usize,
    queries: usize,
    pub(crate) violations: Vec<String>,
}

/// Runs a round with all kinds of clients.
pub(crate) fn run(site: &mut Site, plan: &Plan) -> Result<Outcome> {
    let app = site.app(&format!("Round{}", plan.seed))?;
    let mut outcome = load(site, plan, &app, &KINDS)?;
    outcome.violations.extend(site.killed()?);
    let count = site.stored(&app)?.values().sum();
    site.keep(app, count)?;
    Ok(outcome)
}

/// Runs a round that a faulty server must not survive.
pub(crate) fn run_control(site: &mut Site, seed: u64) -> Result<Outcome> {
    let app = site.app(&format!("Control{seed}"))?;
    load(site, &Plan::kill_only(seed), &app, &[Kind::Once; 8])
}

fn load(site: &mut Site, plan: &Plan, app: &App, kinds: &[Kind]) -> Result<Outcome> {
    let port = http::free_port()?;
    let mut server = EventServer::start(site, plan, port)?;
    let events = target(port, app);
    let mut outcome = Outcome::default();
    outcome.violations.extend(until_ready(&events, &mut server)?);
    let queries = engine_target(site, plan);
    let gathered = scope(|scope| -> Result<_> {
        let _end = EndOnDrop(&events.is_over);
        let (events, queries) = (&events, queries.as_ref());
        let clients: Vec<_> = kinds
            .iter()
            .enumerate()
            .map(|(number, kind)| scope.spawn(move || send(*kind, number, plan.seed, events)))
            .collect();
        let asking = queries.map(|target| scope.spawn(move || ask(target, &events.is_over)));
        let bystanders = crowd(plan.bystanders, events);
        let mut victims = Victims { site, plan, server: &mut server, app, events, queries, bystanders };
        for step in &plan.steps {
            sleep(step.after);
            outcome.violations.extend(victims.suffer(step.fault)?);
            outcome.violations.extend(victims.server.ended()?);
        }
        sleep(AFTERWARDS);
        drop(victims);
        outcome.violations.extend(until_ready(events, &mut server)?);
        events.is_over.store(true, Relaxed);
        let sent: Vec<_> = clients.into_iter().filter_map(|client| client.join().ok()).collect();
        let asked = asking.and_then(|asking| asking.join().ok());
        Ok((sent, asked))
    });
    let (sent, asked) = gathered?;
    outcome.violations.extend(server.ended()?.map_or_else(|| server.stop(), |ended| Ok(Some(ended)))?);
    if let Some(engine) = &site.engine {
        outcome
            .violations
            .extend(engine.wait_until_right().err().map(|error| format!("the engine: {error:#}")));
    }
    let stored = site.stored(app)?;
    for (requests, violations) in sent {
        outcome.violations.extend(violations);
        for request in &requests {
            outcome.count(request);
            outcome.violations.extend(request.violations(&stored));
        }
    }
    if let Some((right, violations)) = asked {
        outcome.queries = right;
        outcome.violations.extend(violations);
    }
    if outcome.acknowledged == 0 {
        outcome.violations.push("no event was acknowledged in the whole round".to_owned());
    }
    Ok(outcome)
}

/// Ends the clients when the round ends early.
struct EndOnDrop<'a>(&'a AtomicBool);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

fn target(port: u16, app: &App) -> Target {
    Target {
        url: format!("http://127.0.0.1:{port}"),
        address: format!("127.0.0.1:{port}"),
        key: app.key.clone(),
        is_over: AtomicBool::new(false),
        process: AtomicU64::new(0),
        acknowledged: AtomicU64::new(0),
    }
}

fn engine_target(site: &Site, plan: &Plan) -> Option<queries::Target> {
    let engine = site.engine.as_ref()?;
    Some(queries::Target {
        url: RwLock::new(engine.server.url.clone()),
        query: engine.query.clone(),
        answer: engine.answer.clone(),
        may_fail: plan.steps.iter().any(|step| step.fault.is_of_the_engine()),
    })
}

/// Waits until the server says that it is ready, and holds it to that.
fn until_ready(events: &clients::Target, server: &mut EventServer) -> Result<Option<String>> {
    let end = Instant::now() + READY;
    let url = format!("{}/readyz", events.url);
    while !http::get(&url).is_ok_and(|answer| answer.status == 200) {
        if let Some(ended) = server.ended()? {
            return Ok(Some(ended));
        }
        if Instant::now() > end {
            return Ok(Some(format!("not ready within {} s", READY.as_secs())));
        }
        sleep(Duration::from_millis(10));
    }
    let event = json!({ "event": "ready", "entityType": "check", "entityId": "ready" });
    let answer = http::post(&format!("{}/events.json?accessKey={}", events.url, events.key), &event);
    Ok(match answer {
        Ok(answer) if answer.status == 201 => None,
        Ok(answer) => Some(format!("ready, but an event is answered {}: {}", answer.status, answer.body)),
        Err(error) => Some(format!("ready, but an event is not answered: {error:#}")),
    })
}

impl Outcome {
    /// Adds another round's.
    pub(crate) fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.queries += other.queries;
        self.violations.extend(other.violations.iter().cloned());
    }

    fn count(&mut self, request: &Sent) {
        let told = |wanted| request.told.iter().filter(|told| **told == wanted).count();
        self.sent += request.entities.len();
        self.acknowledged += request.count_acknowledged();
        self.refused += told(Told::NotStored);
        self.unknown += told(Told::Unknown) + told(Told::Nothing);
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} events sent, {} acknowledged, {} answers not stored, {} unknown or none, {} queries right, {} violations",
            self.sent,
            self.acknowledged,
            self.refused,
            self.unknown,
            self.queries,
            self.violations.len()
        )
    }
}
