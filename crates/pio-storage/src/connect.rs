//! Making connections, with TLS as libpq's `sslmode` has it.

pub(crate) mod pooler;
mod tls;
mod verifier;

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use deadpool_postgres::Connect;
use pio_settings::database::{DatabaseSettings, SslMode};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_postgres::{
    AsyncMessage, Client, Config, Connection, Error as PgError, NoTls, Socket,
    config::SslMode as Negotiation, error::SqlState,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    Options,
    errors::{Result, StorageError},
};

/// A server that has gone without a word is noticed after this time, even while nothing is asked of it.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// Connects as the settings say, trying again without or with TLS where `sslmode` allows both.
#[derive(Clone)]
pub(crate) struct Connector {
    mode: SslMode,
    tls: Option<MakeRustlsConnect>,
    pooler: Arc<AtomicBool>,
}

impl Connector {
    /// Prepares TLS; reads certificates only where they are needed.
    pub(crate) fn new(settings: &DatabaseSettings) -> Result<Self> {
        let tls = (settings.sslmode != SslMode::Disable).then(|| tls::client(settings)).transpose()?;
        Ok(Self { mode: settings.sslmode, tls, pooler: Arc::new(AtomicBool::new(settings.is_pooled)) })
    }

    /// Whether a pooler answered, which may give each transaction another connection of the server.
    pub(crate) fn found_pooler(&self) -> bool {
        self.pooler.load(Relaxed)
    }

    /// Makes one connection; a task of its own drives it.
    async fn open(&self, config: &Config, news: Option<News>) -> Opened {
        if self.found_pooler() {
            return self.open_pooled(config, news).await;
        }
        match self.negotiate(&pooler::probe(config), news.clone()).await {
            Ok((client, connection)) => {
                if pooler::is_direct(&client).await? {
                    client.batch_execute(SESSION).await?;
                    return Ok((client, connection));
                }
            }
            Err(error) if pooler::refuses_probe(&error) => {}
            Err(error) => return Err(error),
        }
        tracing::info!("a connection pooler stands before the database: no prepared statements, no LISTEN");
        self.pooler.store(true, Relaxed);
        self.open_pooled(config, news).await
    }

    async fn open_pooled(&self, config: &Config, news: Option<News>) -> Opened {
        let (client, connection) = self.negotiate(config, news).await?;
        pooler::check_transactions(&client).await?;
        Ok((client, connection))
    }

    async fn negotiate(&self, config: &Config, news: Option<News>) -> Opened {
        let Some(tls) = &self.tls else { return plain(config, news).await };
        match self.mode {
            SslMode::Disable => plain(config, news).await,
            SslMode::Allow => match plain(config, news.clone()).await {
                Err(refused) if wants_other_encryption(&refused) => {
                    encrypted(config, Negotiation::Require, tls, news).await
                }
                outcome => outcome,
            },
            SslMode::Prefer => match encrypted(config, Negotiation::Prefer, tls, news.clone()).await {
                Err(refused) if is_tls(&refused) || wants_other_encryption(&refused) => {
                    plain(config, news).await
                }
                outcome => outcome,
            },
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => {
                encrypted(config, Negotiation::Require, tls, news).await
            }
        }
    }
}

impl Connect for Connector {
    fn connect(&self, config: &Config) -> Opening<'_> {
        let config = config.clone();
        Box::pin(async move { self.open(&config, None).await })
    }
}

/// A client, and the task that drives its connection.
type Opened = std::result::Result<(Client, JoinHandle<()>), PgError>;

type Opening<'a> = Pin<Box<dyn Future<Output = Opened> + Send + 'a>>;

/// Takes a message for each notification; its other end sees it closed when the connection ends.
pub(crate) type News = mpsc::UnboundedSender<()>;

/// What holds for every session: an acknowledged commit is on the server's disk, whatever the database's default is; and
/// the server ends what it does for a client that has gone.
const SESSION: &str = "SELECT CASE WHEN current_setting('synchronous_commit') = 'off' \
    THEN set_config('synchronous_commit', 'on', false) END, \
    CASE WHEN current_setting('client_connection_check_interval', true) IS NOT NULL \
    THEN set_config('client_connection_check_interval', '5s', false) END";

/// The driver's configuration for these settings.
pub(crate) fn config(settings: &DatabaseSettings, options: &Options) -> Config {
    let mut config = Config::new();
    config
        .host(&settings.host)
        .port(settings.port)
        .dbname(&settings.name)
        .user(&settings.user)
        .application_name(&options.application_name)
        .connect_timeout(settings.connect_timeout.unwrap_or(options.connect_timeout))
        .keepalives_idle(KEEPALIVE_IDLE)
        .tcp_user_timeout(options.operation_timeout);
    if !settings.password.is_empty() {
        config.password(settings.password.expose());
    }
    if let Some(options) = &settings.options {
        config.options(options);
    }
    config
}

/// Opens one connection outside the pool, whose notifications are passed on.
pub(crate) async fn listener(
    connector: &Connector,
    settings: &DatabaseSettings,
    options: &Options,
    news: News,
) -> Result<Client> {
    let limit = settings.connect_timeout.unwrap_or(options.connect_timeout);
    match tokio::time::timeout(limit, connector.open(&config(settings, options), Some(news))).await {
        Ok(outcome) => Ok(outcome?.0),
        Err(_) => Err(StorageError::timed_out("no connection within the time limit")),
    }
}

async fn plain(config: &Config, news: Option<News>) -> Opened {
    let mut config = config.clone();
    let (client, connection) = config.ssl_mode(Negotiation::Disable).connect(NoTls).await?;
    Ok((client, drive(connection, news)))
}

async fn encrypted(
    config: &Config,
    negotiation: Negotiation,
    tls: &MakeRustlsConnect,
    news: Option<News>,
) -> Opened {
    let mut config = config.clone();
    let (client, connection) = config.ssl_mode(negotiation).connect(tls.clone()).await?;
    Ok((client, drive(connection, news)))
}

/// Drives a connection until it ends. Why it ended reaches whoever uses the client next.
fn drive<T>(mut connection: Connection<Socket, T>, news: Option<News>) -> JoinHandle<()>
where
    T: tokio_postgres::tls::TlsStream + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            match (message, &news) {
                (Ok(AsyncMessage::Notification(_)), Some(news)) => drop(news.send(())),
                (Ok(_), _) => {}
                (Err(error), _) => {
                    tracing::debug!(%error, "a database connection ended");
                    break;
                }
            }
        }
    })
}

/// Whether the server's access rules refuse this kind of connection, so that the other kind may be let in.
fn wants_other_encryption(error: &PgError) -> bool {
    error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
}

/// Whether TLS itself failed.
fn is_tls(error: &PgError) -> bool {
    error.as_db_error().is_none() && error.to_string().contains("TLS")
}
