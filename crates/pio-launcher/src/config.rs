//! The config vars of an app. Each process type reads only those that it uses, so that an invalid one does
//! not stop other process types.

use pio_settings::{env, vars, words};

use crate::errors::Error;

/// The config vars.
#[derive(Debug, Default, Clone)]
pub struct Config {
    /// The port to bind.
    pub port: Option<u16>,
    /// `PIO_OPTS`: options for `pio deploy` and `pio train`.
    pub options: Words,
    /// `PIO_SPARK_OPTS`: spark-submit options for deploying.
    pub deploy_spark: Vec<String>,
    /// `PIO_TRAIN_SPARK_OPTS`: spark-submit options for training.
    pub train_spark: Vec<String>,
    /// Spark settings used where the options give none.
    pub spark: SparkDefaults,
    /// Where the app serves the Event API.
    pub event_api: EventApi,
    /// The event server for the engine's feedback.
    pub event_server: EventServer,
    /// The name of the app whose data the engine reads.
    pub app_name: Option<String>,
    /// Whether each sync replaces the existing events.
    pub purge_on_sync: bool,
    /// Whether a sync without events may replace them, too.
    pub allow_empty_sync: bool,
}

/// Where the Event API of an app with an engine is served.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum EventApi {
    /// By another app.
    #[default]
    Separate,
    /// By the web process, on the engine's port.
    Embedded,
    /// The web process serves only the Event API, although the app has an engine.
    Only,
}

/// Options for `pio`, and those for spark-submit that follow `--`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Words {
    /// The options before `--`.
    pub own: Vec<String>,
    /// The options after `--`.
    pub spark: Vec<String>,
}

/// The event server for an engine's feedback.
#[derive(Debug, Default, Clone)]
pub struct EventServer {
    /// Its host.
    pub host: Option<String>,
    /// Whether an access key is set. The key itself is passed only through the environment.
    pub has_access_key: bool,
    /// Whether the feedback loop is on.
    pub feedback: bool,
}

/// Spark settings used where the options give none.
#[derive(Debug, Default, Clone)]
pub struct SparkDefaults {
    /// `SPARK_DRIVER_MEMORY`.
    pub driver_memory: Option<String>,
    /// `SPARK_EXECUTOR_MEMORY`.
    pub executor_memory: Option<String>,
    /// `SPARK_DEFAULT_CORES`.
    pub cores: Option<String>,
    /// `SPARK_EVENT_LOG_DIR`.
    pub event_log: Option<String>,
}

impl Config {
    /// Reads the config vars of `pio deploy`.
    ///
    /// # Errors
    /// When a setting is invalid.
    pub fn for_deploy() -> Result<Self, Error> {
        let event_api = EventApi::from_env()?;
        let deploy_spark = words::of_variable(vars::PIO_SPARK_OPTS)?;
        let event_server = EventServer::from_env()?;
        Ok(Self {
            port: env::port(vars::PORT)?,
            deploy_spark,
            event_api,
            event_server,
            ..Self::for_engine()?
        })
    }

    /// Reads the config vars of `pio train`.
    ///
    /// # Errors
    /// When a setting is invalid.
    pub fn for_train() -> Result<Self, Error> {
        Ok(Self { train_spark: words::of_variable(vars::PIO_TRAIN_SPARK_OPTS)?, ..Self::for_engine()? })
    }

    /// Reads the config vars of a release that trains.
    ///
    /// # Errors
    /// When a setting is invalid.
    pub fn for_release() -> Result<Self, Error> {
        Ok(Self {
            event_api: EventApi::from_env()?,
            app_name: env::get(vars::PIO_EVENTSERVER_APP_NAME),
            purge_on_sync: env::flag(vars::PIO_PURGE_EVENTS_ON_SYNC)?,
            allow_empty_sync: env::flag(vars::PIO_ALLOW_EMPTY_SYNC)?,
            ..Self::for_train()?
        })
    }

    /// Reads only the platform's port, for processes that need nothing else.
    ///
    /// # Errors
    /// When it is not a valid port.
    pub fn of_port() -> Result<Self, Error> {
        Ok(Self { port: env::port(vars::PORT)?, ..Self::default() })
    }

    fn for_engine() -> Result<Self, Error> {
        let options = Words::split(&words::of_variable(vars::PIO_OPTS)?);
        Ok(Self { options, spark: SparkDefaults::from_env(), ..Self::default() })
    }
}

/// Whether the release phase trains the engine.
///
/// # Errors
/// When `PIO_TRAIN_ON_RELEASE` is neither true nor false.
pub fn train_on_release() -> Result<bool, Error> {
    Ok(env::switch(vars::PIO_TRAIN_ON_RELEASE)? != Some(false))
}

impl EventApi {
    /// Reads `PIO_RUN_AS_EVENTSERVER` and `PIO_EMBED_EVENTSERVER`.
    ///
    /// # Errors
    /// When one is neither true nor false.
    pub fn from_env() -> Result<Self, Error> {
        Ok(if env::flag(vars::PIO_RUN_AS_EVENTSERVER)? {
            Self::Only
        } else if env::flag(vars::PIO_EMBED_EVENTSERVER)? {
            Self::Embedded
        } else {
            Self::Separate
        })
    }
}

impl EventServer {
    fn from_env() -> Result<Self, Error> {
        Ok(Self {
            host: env::get(vars::PIO_EVENTSERVER_IP).or_else(|| env::get(vars::PIO_EVENTSERVER_HOSTNAME)),
            has_access_key: env::get(vars::PIO_EVENTSERVER_ACCESS_KEY).is_some(),
            feedback: env::flag(vars::PIO_ENABLE_FEEDBACK)?,
        })
    }
}

impl SparkDefaults {
    /// Reads the variables. Their values are checked where they are used.
    #[must_use]
    pub fn from_env() -> Self {
        Self {
            driver_memory: env::get(vars::SPARK_DRIVER_MEMORY),
            executor_memory: env::get(vars::SPARK_EXECUTOR_MEMORY),
            cores: env::get(vars::SPARK_DEFAULT_CORES),
            event_log: env::get(vars::SPARK_EVENT_LOG_DIR),
        }
    }
}

impl Words {
    /// Splits arguments at the first `--`.
    #[must_use]
    pub fn split(words: &[String]) -> Self {
        let mut parts = words.splitn(2, |word| word == "--");
        let mut part = || parts.next().unwrap_or_default().to_vec();
        Self { own: part(), spark: part() }
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn options_for_spark_follow_two_dashes() {
        let split = Words::split(&words("--variant best.json -- --driver-memory 2g -- x"));
        assert_eq!(split.own, words("--variant best.json"));
        assert_eq!(split.spark, words("--driver-memory 2g -- x"));
        assert_eq!(Words::split(&words("--batch b")).spark, Vec::<String>::new());
    }
}
