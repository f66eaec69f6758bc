//! The Event API: a request in, a response out. It knows nothing of connections, so that another server can answer with it too.

mod batch;
mod events;
mod hooks;
mod plugins;
mod reads;
mod status;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use chrono::Utc;
use hyper::body::{Body, Bytes};
use hyper::http::request::Parts;
use hyper::{Request, Response};
use pio_http::budget::{Account, Budget};
use pio_logging::stderr;
use pio_settings::database::DatabaseSettings;
use pio_storage::errors::StorageError;
use pio_storage::events::NewEvent;
use pio_storage::events::table::EventTable;
use pio_storage::{Options, Storage};
use tokio::sync::{Semaphore, mpsc};

use crate::access::{AccessCache, AccessGrant, Action};
use crate::body;
use crate::config::Config;
use crate::errors::ApiError;
use crate::event::invalid::shown;
use crate::metrics::{Gauges, Metrics};
use crate::plugins::EventInfo;
use crate::query::Query;
use crate::requests;
use crate::respond::{self, ApiBody};
use crate::routes::{self, DESCRIPTIONS, Resource, Verb};
use crate::stats::{Kind, Stats};
use crate::tasks::{ACCESS_CACHE, Background, Reports, SCHEMA, WRITER};
use crate::writer::{COMMITS_AT_A_TIME, Writer};
use crate::{auth, startup};

/// How many readers may be sent their events in pieces at a time; each holds a connection to the database.
const STREAMS: usize = 2;

/// The Event API of one database. Clones share everything.
#[derive(Clone)]
pub struct Api {
    pub(crate) state: Arc<State>,
}

pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) metrics: Arc<Metrics>,
    storage: Storage,
    writing: Storage,
    access: Arc<AccessCache>,
    writer: Writer,
    pub(crate) budget: Budget,
    streams: Arc<Semaphore>,
    stats: Option<Stats>,
    sniffers: Option<mpsc::Sender<EventInfo>>,
    is_migrated: Arc<AtomicBool>,
    is_draining: AtomicBool,
    /// Public to the crate for tests, which end one.
    pub(crate) tasks: Reports,
}

/// Who asks.
pub(crate) struct Caller {
    grant: Arc<AccessGrant>,
    channel_id: Option<i32>,
}

impl Caller {
    fn table(&self) -> EventTable {
        match self.channel_id {
            Some(channel_id) => EventTable::of_channel(self.grant.app_id, channel_id),
            None => EventTable::of_app(self.grant.app_id),
        }
    }
}

/// How this server uses the database: one pool for writing and what must be known for that, so that nothing which is read stands in
/// the way of events.
fn options(name: &str, pool_size: usize) -> Options {
    Options {
        pool_size,
        connect_timeout: Duration::from_secs(2),
        operation_timeout: Duration::from_secs(4),
        application_name: format!("pio eventserver {name}"),
    }
}

impl Api {
    /// Prepares the API. It returns at once: until the database is there, requests are answered with 503.
    ///
    /// # Errors
    ///
    /// Where the certificates that the settings ask for cannot be read.
    pub fn start(database: &DatabaseSettings, config: Config) -> Result<(Self, Background), StorageError> {
        let storage = Storage::open(database, options("reader", 4))?;
        let metrics = Arc::new(Metrics::default());
        let limits = &config.limits;
        let writing = Storage::open(database, options("writer", COMMITS_AT_A_TIME + 1))?;
        let (writer, writer_task) =
            Writer::start(writing.clone(), limits.queue, limits.commit_time, metrics.clone());
        let (access, cache_task) = AccessCache::start(writing.clone());
        let (is_migrated, schema_task) = startup::prepare_database(database, storage.clone());
        let tasks = vec![(WRITER, writer_task), (ACCESS_CACHE, cache_task), (SCHEMA, schema_task)];
        let background = Background::new(tasks);
        let state = State {
            metrics,
            access,
            writer,
            budget: config.budget.clone().unwrap_or_else(|| limits.budget()),
            streams: Arc::new(Semaphore::new(STREAMS)),
            stats: config.stats.then(|| Stats::new(Utc::now())),
            sniffers: config.plugins.start_sniffers(),
            is_migrated,
            tasks: background.reports(),
            is_draining: AtomicBool::new(false),
            storage,
            writing,
            config,
        };
        Ok((Self { state: Arc::new(state) }, background))
    }

    /// Whether a path is one of this API's, for a server that answers others too. `/` is not counted.
    #[must_use]
    pub fn owns(path: &str) -> bool {
        !matches!(
            routes::find(path),
            Ok(Resource::Alive | Resource::Health | Resource::Ready | Resource::Metrics) | Err(_)
        )
    }

    /// What each part of the API reports of itself: `ok`, or what is wrong with it.
    pub async fn components(&self) -> BTreeMap<&'static str, &'static str> {
        self.state.components().await
    }

    /// The numbers that `/metrics` shows, but for those of the whole process.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.state.metrics_text()
    }

    /// Makes `/readyz` answer 503 from now on.
    pub fn drain(&self) {
        self.state.is_draining.store(true, Relaxed);
    }

    /// Answers a request.
    pub async fn respond<B>(&self, request: Request<B>) -> Response<ApiBody>
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let started = Instant::now();
        let (parts, body) = request.into_parts();
        let id = requests::id(&parts);
        let resource = routes::find(parts.uri.path());
        let index = resource.as_ref().ok().map(Resource::index);
        let path = index.map_or("other", |index| DESCRIPTIONS[index].path);
        let answer = match resource {
            Ok(resource) => self.state.answer(&resource, &parts, body).await,
            Err(api_error) => Err(api_error),
        };
        let mut response = answer.unwrap_or_else(|api_error| {
            requests::log_refusal(&api_error, &id, path);
            respond::api_error(&api_error, &parts.method)
        });
        let time = started.elapsed();
        self.state.metrics.request(index, response.status(), time);
        requests::finish(&parts, &mut response, id, path, time);
        response
    }
}

type ApiResult = Result<Response<ApiBody>, ApiError>;

impl State {
    async fn answer<B>(&self, resource: &Resource<'_>, parts: &Parts, body: B) -> ApiResult
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let verb = resource.verb(&parts.method)?;
        if !matches!(resource, Resource::Metrics) {
            body::check_accept(&parts.headers)?;
        }
        let query = Query::new(parts.uri.query());
        match (resource, verb) {
            (Resource::Alive, _) => Ok(status::alive()),
            (Resource::Events, Verb::Post) => self.create(parts, query, body).await,
            (Resource::Events, _) => self.list(parts, query).await,
            (Resource::Event(id), Verb::Get) => self.get(parts, query, id).await,
            (Resource::Event(id), _) => self.delete(parts, query, id).await,
            (Resource::Batch, _) => self.create_batch(parts, query, body).await,
            (Resource::Stats, _) => self.stats(parts, query).await,
            (Resource::Plugins, _) => Ok(self.plugins()),
            (Resource::Plugin(path), _) => self.plugin(parts, query, path).await,
            (Resource::JsonHook(name), Verb::Post) => self.json_hook(parts, query, body, name).await,
            (Resource::FormHook(name), Verb::Post) => self.form_hook(parts, query, body, name).await,
            (Resource::JsonHook(name), _) => self.hook(parts, query, name, true).await,
            (Resource::FormHook(name), _) => self.hook(parts, query, name, false).await,
            (Resource::Health, _) => Ok(status::healthy()),
            (Resource::Ready, _) => Ok(self.ready().await),
            (Resource::Metrics, _) => Ok(status::metrics(&[self.metrics_text(), stderr::metrics()].concat())),
            (Resource::OpenApi, _) => Ok(status::openapi()),
        }
    }

    /// Who asks; refuses those who may not.
    async fn caller(&self, parts: &Parts, query: Query<'_>) -> Result<Caller, ApiError> {
        let key = auth::key(query, &parts.headers)?;
        let grant = self.access.of_key(&key).await?.ok_or(ApiError::InvalidKey)?;
        let channel_id = match query.get("channel") {
            None => None,
            Some(name) => match self.access.channel(grant.app_id, &name).await? {
                Some(id) => Some(id),
                None => return Err(ApiError::InvalidChannel(name.into_owned())),
            },
        };
        Ok(Caller { grant, channel_id })
    }

    /// The memory for the bodies of the app that asks.
    fn account(&self, caller: &Caller) -> Account {
        self.budget.of(Some(caller.grant.app_id))
    }

    /// Who asks to do something with events; refuses those whose key does not permit it.
    async fn caller_to(&self, action: Action, parts: &Parts, query: Query<'_>) -> Result<Caller, ApiError> {
        let caller = self.caller(parts, query).await?;
        caller.grant.check(action)?;
        Ok(caller)
    }

    /// Refuses an event that the key or a plugin does not allow.
    fn permit(&self, caller: &Caller, event: NewEvent) -> Result<NewEvent, ApiError> {
        if !caller.grant.allows(&event.event) {
            return Err(ApiError::Forbidden(shown(&event.event)));
        }
        if self.config.plugins.input_blockers.is_empty() {
            return Ok(event);
        }
        let info = caller.info(event);
        for blocker in self.config.plugins.input_blockers.values() {
            blocker.process(&info).map_err(ApiError::Blocked)?;
        }
        Ok(info.event)
    }

    /// Does what is to be done with an event after it was stored; to be called before, because storing takes the event.
    fn post_commit(&self, caller: &Caller, event: &NewEvent) -> PostCommit {
        PostCommit {
            kind: self.stats.as_ref().map(|_| Kind::of(event)),
            info: self.sniffers.as_ref().map(|_| caller.info(event.clone())),
        }
    }

    fn record_stored(&self, caller: &Caller, post_commit: PostCommit) {
        if let (Some(stats), Some(kind)) = (&self.stats, post_commit.kind) {
            stats.count(Utc::now(), caller.grant.app_id, kind);
        }
        if let (Some(sniffers), Some(info)) = (&self.sniffers, post_commit.info)
            && sniffers.try_send(info).is_err()
        {
            tracing::warn!("an event was not shown to the input sniffers, because they are too slow");
        }
    }

    fn metrics_text(&self) -> String {
        let mut text = self.metrics.to_text(&self.now());
        // Those of a shared budget are shown by the server whose connections these are.
        if self.config.budget.is_none() {
            pio_http::metrics::write(&self.budget, &mut text);
        }
        text
    }

    fn now(&self) -> Gauges {
        Gauges {
            queued_events: self.config.limits.queue - self.writer.free_places(),
            unknown_events: self.writer.unknown_events(),
            is_draining: self.is_draining.load(Relaxed),
            connections: self.budget.connections().clone(),
            pools: [("reader", self.storage.pool_status()), ("writer", self.writing.pool_status())],
        }
    }
}

/// What stats and sniffers want to know of an event.
struct PostCommit {
    kind: Option<Kind>,
    info: Option<EventInfo>,
}

impl Caller {
    fn info(&self, event: NewEvent) -> EventInfo {
        EventInfo { app_id: self.grant.app_id, channel_id: self.channel_id, event }
    }
}
