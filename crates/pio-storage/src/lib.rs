#![doc = include_str!("../README.md")]

pub mod access_keys;
pub mod apps;
pub mod changes;
pub mod channels;
mod connect;
pub mod embedded;
pub mod errors;
pub mod events;
pub mod instances;
pub mod models;
mod params;
mod schema;
mod session;
#[cfg(feature = "test-support")]
pub mod test_support;

use std::{sync::Arc, time::Duration};

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use pio_settings::database::DatabaseSettings;

use crate::{
    access_keys::AccessKeys,
    apps::Apps,
    channels::Channels,
    connect::Connector,
    errors::{Result, StorageError, UnavailableCause},
    events::Events,
    instances::{engine::EngineInstances, evaluation::EvaluationInstances},
    models::Models,
    session::{Session, Statements},
};

/// The way to everything that is kept. Clones share one pool of connections.
#[derive(Clone)]
pub struct Storage {
    inner: Arc<Inner>,
}

struct Inner {
    settings: DatabaseSettings,
    options: Options,
    connector: Connector,
    pool: Pool,
}

/// How a process uses the database.
#[derive(Debug, Clone)]
pub struct Options {
    /// The most connections that are open at a time. Small plans allow 20 in all.
    pub pool_size: usize,
    /// How long a connection may take to be made, and how long to wait for a free one.
    pub connect_timeout: Duration,
    /// How long one statement may take.
    pub operation_timeout: Duration,
    /// The name that the server shows for the connections.
    pub application_name: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pool_size: 4,
            connect_timeout: Duration::from_secs(5),
            operation_timeout: Duration::from_secs(30),
            application_name: "pio".to_owned(),
        }
    }
}

/// How busy the pool of connections is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// The most connections there may be.
    pub limit: usize,
    /// The connections there are.
    pub open: usize,
    /// Those of them that nobody uses.
    pub idle: usize,
    /// How many wait for a connection.
    pub waiting: usize,
}

/// What the server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInfo {
    /// The version, such as `17.10`.
    pub version: String,
    /// Whether it accepts no writes now.
    pub read_only: bool,
}

impl Storage {
    /// Connects, and brings the schema up to date where it is not.
    ///
    /// # Errors
    /// The database cannot be reached, or the schema cannot be made.
    pub async fn connect(settings: &DatabaseSettings) -> Result<Self> {
        Self::connect_with(settings, Options::default()).await
    }

    /// As [`Storage::connect`], with options.
    ///
    /// # Errors
    /// The database cannot be reached, or the schema cannot be made.
    pub async fn connect_with(settings: &DatabaseSettings, options: Options) -> Result<Self> {
        let storage = Self::open(settings, options)?;
        storage.migrate().await?;
        Ok(storage)
    }

    /// Prepares the pool without connecting, for a server that must start while the database is away.
    /// [`Storage::migrate`] must succeed before anything else is asked.
    ///
    /// # Errors
    /// The certificates that `sslmode` asks for cannot be read.
    pub fn open(settings: &DatabaseSettings, options: Options) -> Result<Self> {
        let connector = Connector::new(settings)?;
        let manager = Manager::from_connect(
            connect::config(settings, &options),
            connector.clone(),
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let connecting = settings.connect_timeout.unwrap_or(options.connect_timeout);
        let pool = Pool::builder(manager)
            .max_size(options.pool_size)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts {
                wait: Some(connecting),
                create: Some(connecting),
                recycle: Some(connecting),
            })
            .build()
            .map_err(|e| StorageError::Unexpected { detail: e.to_string() })?;
        Ok(Self { inner: Arc::new(Inner { settings: settings.clone(), options, connector, pool }) })
    }

    /// Brings the schema up to date; quick where it is already.
    ///
    /// # Errors
    /// The database cannot be reached, or the schema cannot be made.
    pub async fn migrate(&self) -> Result<()> {
        let mut session = self.session().await?;
        if session.is_pooled() {
            self.check_search_path(&mut session).await?;
        }
        schema::ensure(&mut session).await
    }

    /// A pooler may drop the options of a connection: then other tables would be used than those which are meant.
    async fn check_search_path(&self, session: &mut Session) -> Result<()> {
        let Some(meant) = self.inner.settings.search_path() else { return Ok(()) };
        let row = session.query_opt("SELECT current_setting('search_path')", &[]).await?;
        let found: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
        if found.as_ref() == Some(&meant) {
            return Ok(());
        }
        let detail = "it drops search_path".to_owned();
        Err(StorageError::Unavailable { reason: UnavailableCause::PoolerParameter, detail })
    }

    /// Asks the server for a sign of life.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn ping(&self) -> Result<ServerInfo> {
        let sql = "SELECT current_setting('server_version'), pg_is_in_recovery() \
                   OR current_setting('default_transaction_read_only')::bool";
        let rows = self.session().await?.query(sql, &[]).await?;
        let row = rows.first().ok_or_else(|| StorageError::Unexpected { detail: "no answer".to_owned() })?;
        Ok(ServerInfo { version: row.try_get(0)?, read_only: row.try_get(1)? })
    }

    /// Whether a connection pooler stands before the database. It is known once a connection was made.
    #[must_use]
    pub fn is_pooled(&self) -> bool {
        self.inner.connector.found_pooler()
    }

    /// How the database is reached, with what was found out of it.
    #[must_use]
    pub fn settings(&self) -> DatabaseSettings {
        DatabaseSettings { is_pooled: self.is_pooled(), ..self.inner.settings.clone() }
    }

    /// How busy the pool is.
    #[must_use]
    pub fn pool_status(&self) -> PoolStatus {
        let status = self.inner.pool.status();
        PoolStatus {
            limit: status.max_size,
            open: status.size,
            idle: status.available,
            waiting: status.waiting,
        }
    }

    /// The apps.
    #[must_use]
    pub fn apps(&self) -> Apps<'_> {
        Apps { storage: self }
    }

    /// The access keys of apps.
    #[must_use]
    pub fn access_keys(&self) -> AccessKeys<'_> {
        AccessKeys { storage: self }
    }

    /// The channels of apps.
    #[must_use]
    pub fn channels(&self) -> Channels<'_> {
        Channels { storage: self }
    }

    /// The events of apps and channels.
    #[must_use]
    pub fn events(&self) -> Events<'_> {
        Events { storage: self }
    }

    /// What was trained.
    #[must_use]
    pub fn engine_instances(&self) -> EngineInstances<'_> {
        EngineInstances { storage: self }
    }

    /// What was evaluated.
    #[must_use]
    pub fn evaluation_instances(&self) -> EvaluationInstances<'_> {
        EvaluationInstances { storage: self }
    }

    /// The trained models.
    #[must_use]
    pub fn models(&self) -> Models<'_> {
        Models { storage: self }
    }

    /// A connection from the pool.
    async fn session(&self) -> Result<Session> {
        let Inner { settings, options, connector, pool } = &*self.inner;
        let object = pool.get().await?;
        let statements = Statements { tables: settings.tables.clone(), is_pooled: connector.found_pooler() };
        Ok(Session::new(object, options.operation_timeout, statements))
    }
}
