//! The config vars of an app. Each process type reads those that it uses, so that a wrong one ends no other process.

use pio_settings::{env, vars, words};

use crate::errors::Error;

/// What the config vars say.
#[derive(Debug, Default, Clone)]
pub struct Config {
    /// The port to bind.
    pub port: Option<u16>,
    /// `PIO_OPTS`: options of `pio deploy` and `pio train`.
    pub options: Words,
    /// `PIO_SPARK_OPTS`: options of spark-submit when deploying.
    pub deploy_spark: Vec<String>,
    /// `PIO_TRAIN_SPARK_OPTS`: options of spark-submit when training.
    pub train_spark: Vec<String>,
    /// What Spark is told where the options do not say.
    pub spark: SparkDefaults,
    /// Whether the web process takes events.
    pub event_api: EventApi,
    /// The event server that the engine's feedback goes to.
    pub event_server: EventServer,
    /// The app that the engine reads.
    pub app_name: Option<String>,
    /// Whether each sync of events replaces those that are there.
    pub purge_on_sync: bool,
    /// Whether a sync without events may do so.
    pub allow_empty_sync: bool,
}

/// Where the Event API of an app with an engine is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum EventApi {
    /// In an app of its own.
    #[default]
    Separate,
    /// Behind the engine's own port.
    Embedded,
    /// It is all that the web process serves, although the app has an engine.
    Only,
}

/// Options of `pio`, and those for spark-submit that followed after `--`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Words {
    /// Before `--`.
    pub own: Vec<String>,
    /// After `--`.
    pub spark: Vec<String>,
}

/// The event server that an engine's feedback goes to.
#[derive(Debug, Default, Clone)]
pub struct EventServer {
    /// Its host.
    pub host: Option<String>,
    /// Whether there is an access key for it; the key itself goes by the environment only.
    pub has_access_key: bool,
    /// Whether the feedback loop is asked for.
    pub feedback: bool,
}

/// What Spark is told where the options do not say.
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
    /// What `pio deploy` is told.
    ///
    /// # Errors
    /// When a setting cannot be understood.
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

    /// What `pio train` is told.
    ///
    /// # Errors
    /// When a setting cannot be understood.
    pub fn for_train() -> Result<Self, Error> {
        Ok(Self { train_spark: words::of_variable(vars::PIO_TRAIN_SPARK_OPTS)?, ..Self::for_engine()? })
    }

    /// What a release that trains is told.
    ///
    /// # Errors
    /// When a setting cannot be understood.
    pub fn for_release() -> Result<Self, Error> {
        Ok(Self {
            event_api: EventApi::from_env()?,
            app_name: env::get(vars::PIO_EVENTSERVER_APP_NAME),
            purge_on_sync: env::flag(vars::PIO_PURGE_EVENTS_ON_SYNC)?,
            allow_empty_sync: env::flag(vars::PIO_ALLOW_EMPTY_SYNC)?,
            ..Self::for_train()?
        })
    }

    /// What a process is told that needs no more than the port of the platform.
    ///
    /// # Errors
    /// When that is no port.
    pub fn of_port() -> Result<Self, Error> {
        Ok(Self { port: env::port(vars::PORT)?, ..Self::default() })
    }

    fn for_engine() -> Result<Self, Error> {
        let options = Words::split(&words::of_variable(vars::PIO_OPTS)?);
        Ok(Self { options, spark: SparkDefaults::from_env(), ..Self::default() })
    }
}

/// Whether a release trains.
///
/// # Errors
/// When `PIO_TRAIN_ON_RELEASE` is neither true nor false.
pub fn train_on_release() -> Result<bool, Error> {
    Ok(env::switch(vars::PIO_TRAIN_ON_RELEASE)? != Some(false))
}

impl EventApi {
    /// What `PIO_RUN_AS_EVENTSERVER` and `PIO_EMBED_EVENTSERVER` say.
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
    /// As the variables say; what they say is looked at where it is used.
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
    /// Splits words at the first `--`.
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
