//! Builds `pio` command lines from the config vars.

use pio_settings::redact::Redactor;
use pio_settings::{setting, vars};

use crate::config::{Config, EventApi, SparkDefaults, Words};
use crate::errors::Error;

/// Builds `pio deploy` for the platform's port.
///
/// # Errors
/// When there is no port, a setting is wrong, or the feedback loop lacks one.
pub fn deploy(config: &Config, extra: &Words) -> Result<Vec<String>, Error> {
    let mut options = merged(&config.options.own, &extra.own);
    if !has_option(&options, "--port") {
        option(&mut options, "--port", &config.port.ok_or(Error::NoPort)?.to_string());
    }
    missing_option(&mut options, "--ip", Some("0.0.0.0"));
    if config.event_api == EventApi::Embedded && !has_option(&options, "--with-eventserver") {
        options.push("--with-eventserver".to_owned());
    }
    feedback(&mut options, config)?;
    let spark = [&config.options.spark, &config.deploy_spark, &extra.spark].map(Vec::as_slice).concat();
    Ok(pio("deploy", options, with_defaults(spark, &config.spark)?))
}

/// Builds `pio train`.
///
/// # Errors
/// When a setting is wrong.
pub fn train(config: &Config, extra: &Words) -> Result<Vec<String>, Error> {
    let options = merged(&config.options.own, &extra.own);
    let spark = [&config.options.spark, &config.train_spark, &extra.spark].map(Vec::as_slice).concat();
    Ok(pio("train", options, with_defaults(spark, &config.spark)?))
}

/// Builds `pio eventserver` for the platform's port.
///
/// # Errors
/// When there is no port.
pub fn event_server(config: &Config, extra: &Words) -> Result<Vec<String>, Error> {
    let mut options = extra.own.clone();
    if !has_option(&options, "--port") {
        option(&mut options, "--port", &config.port.ok_or(Error::NoPort)?.to_string());
    }
    missing_option(&mut options, "--ip", Some("0.0.0.0"));
    Ok(pio("eventserver", options, Vec::new()))
}

/// The command line for the log, with secrets removed.
#[must_use]
pub fn shown(words: &[String]) -> String {
    format!("pio {}", shell_words::join(Redactor::from_env().words(words)))
}

fn pio(verb: &str, options: Vec<String>, spark: Vec<String>) -> Vec<String> {
    let mut words = vec![verb.to_owned()];
    words.extend(options);
    if !spark.is_empty() {
        words.push("--".to_owned());
        words.extend(spark);
    }
    words
}

fn merged(first: &[String], second: &[String]) -> Vec<String> {
    [first, second].concat()
}

fn feedback(options: &mut Vec<String>, config: &Config) -> Result<(), Error> {
    let server = &config.event_server;
    if server.feedback {
        let settings = [
            ("PIO_EVENTSERVER_IP", server.host.is_some() || config.event_api == EventApi::Embedded),
            ("PIO_EVENTSERVER_ACCESS_KEY", server.has_access_key),
        ];
        let missing: Vec<&'static str> =
            settings.iter().filter(|(_, there)| !there).map(|(name, _)| *name).collect();
        if !missing.is_empty() {
            return Err(Error::Feedback { missing: missing.join(", ") });
        }
        if !has_option(options, "--feedback") {
            options.push("--feedback".to_owned());
        }
    }
    // The event server's address matters only with feedback, so its port is not checked otherwise.
    if has_option(options, "--feedback") {
        missing_option(options, "--event-server-ip", server.host.as_deref());
    }
    Ok(())
}

fn with_defaults(mut spark: Vec<String>, defaults: &SparkDefaults) -> Result<Vec<String>, Error> {
    let memory = |name: &str, text: &Option<String>| {
        text.as_deref().map(|text| setting::memory(name, text)).transpose()
    };
    if !has_setting(&spark, "--driver-memory", "spark.driver.memory") {
        let size = memory(vars::SPARK_DRIVER_MEMORY, &defaults.driver_memory)?;
        missing_option(&mut spark, "--driver-memory", size.as_deref());
    }
    if is_cluster(&spark) && !has_setting(&spark, "--executor-memory", "spark.executor.memory") {
        let size = memory(vars::SPARK_EXECUTOR_MEMORY, &defaults.executor_memory)?;
        missing_option(&mut spark, "--executor-memory", size.as_deref());
    }
    if is_cluster(&spark) && !has_setting(&spark, "--total-executor-cores", "spark.cores.max") {
        let cores = defaults.cores.as_deref().map(|text| setting::count(vars::SPARK_DEFAULT_CORES, text));
        let cores = cores.transpose()?.map(|cores| cores.to_string());
        missing_option(&mut spark, "--total-executor-cores", cores.as_deref());
    }
    if let Some(folder) =
        defaults.event_log.as_deref().filter(|_| !has_conf(&spark, "spark.eventLog.enabled"))
    {
        option(&mut spark, "--conf", "spark.eventLog.enabled=true");
        option(&mut spark, "--conf", &format!("spark.eventLog.dir={folder}"));
    }
    Ok(spark)
}

fn has_setting(spark: &[String], option: &str, key: &str) -> bool {
    has_option(spark, option) || has_conf(spark, key)
}

/// Whether the master belongs to a standalone cluster.
fn is_cluster(spark: &[String]) -> bool {
    spark.iter().any(|word| word.contains("spark://"))
}

fn has_option(words: &[String], name: &str) -> bool {
    words
        .iter()
        .any(|word| word.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
}

/// Whether the arguments contain `--conf name=…`.
fn has_conf(words: &[String], name: &str) -> bool {
    words.iter().any(|word| {
        let setting = word.strip_prefix("--conf=").unwrap_or(word);
        setting.split_once('=').is_some_and(|(own, _)| own == name)
    })
}

fn missing_option(words: &mut Vec<String>, name: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|_| !has_option(words, name)) {
        option(words, name, value);
    }
}

fn option(words: &mut Vec<String>, name: &str, value: &str) {
    words.extend([name.to_owned(), value.to_owned()]);
}

#[cfg(test)]
mod tests {
    use super::{deploy, event_server, shown, train};
    use crate::config::{Config, EventApi, EventServer, SparkDefaults, Words};

    fn words(text: &str) -> Vec<String> {
        shell_words::split(text).unwrap()
    }

    fn line(words: &[String]) -> String {
        shell_words::join(words)
    }

    fn config() -> Config {
        Config { port: Some(5000), ..Config::default() }
    }

    #[test]
    fn web_deploys_on_the_port_of_the_platform() {
        let words = deploy(&config(), &Words::default()).unwrap();
        assert_eq!(line(&words), "deploy --port 5000 --ip 0.0.0.0");
        let error = deploy(&Config::default(), &Words::default()).unwrap_err();
        assert_eq!(error.to_string(), "There is no port to listen on.");
    }

    #[test]
    fn options_of_the_user_come_through_as_they_are_quoted() {
        let config = Config {
            options: Words::split(&words("--variant 'my best.json' --port 1 -- --name a")),
            deploy_spark: words("--driver-java-options '-Da=b -Dc=d'"),
            train_spark: words("--total-executor-cores 8"),
            ..config()
        };
        let deployed = deploy(&config, &Words::split(&words("--verbose -- --name b"))).unwrap();
        let expected = "deploy --variant 'my best.json' --port 1 --verbose --ip 0.0.0.0 -- --name a \
                        --driver-java-options '-Da=b -Dc=d' --name b";
        assert_eq!(line(&deployed), expected);
        let trained = train(&config, &Words::default()).unwrap();
        assert_eq!(
            line(&trained),
            "train --variant 'my best.json' --port 1 -- --name a --total-executor-cores 8"
        );
    }

    #[test]
    fn spark_is_told_the_memory_where_the_options_do_not_say() {
        let spark = SparkDefaults {
            driver_memory: Some("2g".to_owned()),
            executor_memory: Some("4g".to_owned()),
            cores: Some("8".to_owned()),
            event_log: None,
        };
        let with = |options: &str| {
            let config = Config { train_spark: words(options), spark: spark.clone(), ..config() };
            line(&train(&config, &Words::default()).unwrap())
        };
        assert_eq!(with(""), "train -- --driver-memory 2g");
        assert_eq!(with("--driver-memory=1g"), "train -- '--driver-memory=1g'");
        assert_eq!(with("--conf spark.driver.memory=1g"), "train -- --conf 'spark.driver.memory=1g'");
        let cluster = "train -- --master spark://m:7077 --driver-memory 2g --executor-memory 4g --total-executor-cores 8";
        assert_eq!(with("--master spark://m:7077"), cluster);
    }

    #[test]
    fn feedback_needs_its_settings() {
        let feedback =
            |server: EventServer| deploy(&Config { event_server: server, ..config() }, &Words::default());
        let error = feedback(EventServer { feedback: true, ..EventServer::default() }).unwrap_err();
        assert!(error.advice().why.contains("PIO_EVENTSERVER_IP, PIO_EVENTSERVER_ACCESS_KEY"), "{error}");
        let server =
            EventServer { host: Some("events.example".to_owned()), has_access_key: true, feedback: true };
        let expected = "deploy --port 5000 --ip 0.0.0.0 --feedback --event-server-ip events.example";
        assert_eq!(line(&feedback(server).unwrap()), expected);
    }

    #[test]
    fn one_app_for_both_sends_its_feedback_to_itself() {
        let config = Config { event_api: EventApi::Embedded, ..config() };
        let expected = "deploy --port 5000 --ip 0.0.0.0 --with-eventserver";
        assert_eq!(line(&deploy(&config, &Words::default()).unwrap()), expected);
        let server = EventServer { has_access_key: true, feedback: true, ..EventServer::default() };
        let words = deploy(&Config { event_server: server, ..config }, &Words::default()).unwrap();
        assert_eq!(line(&words), format!("{expected} --feedback"));
    }

    #[test]
    fn an_event_server_takes_no_options_of_engines() {
        let config = Config { options: Words::split(&words("--variant best.json")), ..config() };
        let words = event_server(&config, &Words::default()).unwrap();
        assert_eq!(line(&words), "eventserver --port 5000 --ip 0.0.0.0");
    }

    #[test]
    fn the_log_hides_what_may_be_secret() {
        let words = words(
            "deploy --accesskey abc --server-access-key=def -- --conf spark.db.password=ghi --driver-java-options '-Da=b -Dmy.token=c' --name x",
        );
        let shown = shown(&words);
        assert_eq!(
            shown,
            "pio deploy --accesskey '***' '--server-access-key=***' -- --conf 'spark.db.password=***' \
                        --driver-java-options '-Da=b -Dmy.token=***' --name x"
        );
    }
}
