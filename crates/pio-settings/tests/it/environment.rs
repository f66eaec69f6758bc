//! What the environment says, read in a process that was given one.

use pio_process::command::Command;
use pio_settings::database::DatabaseSettings;
use pio_settings::redact::is_secret_name;
use pio_settings::{dirs, env, setting, words};

/// Not a test by itself: the others run it with an environment of their own and read what it prints.
#[test]
#[ignore = "its neighbours run it, each in another environment"]
#[expect(clippy::print_stdout, reason = "this is how its neighbours hear of it")]
fn witness() {
    let database = DatabaseSettings::from_env().map(|settings| settings.map(|settings| settings.host));
    println!("host {database:?}");
    println!("value {:?}", env::get("VALUE"));
    let words = |error: setting::SettingError| error.to_string();
    println!("switch {:?}", env::switch("SWITCH").map_err(words));
    println!("flag {:?}", env::flag("SWITCH").map_err(words));
    println!("port {:?} {:?}", env::port("PORT").map_err(words), env::port("PORT").map_err(words));
    println!("links {:?}", env::service_links());
    println!("variables {:?}", env::recorded_variables());
    println!("words {:?}", words::of_variable("WORDS").map_err(|error| error.to_string()));
    println!("home {}", dirs::pio_home().display());
    println!("cache {}", dirs::cache().display());
}

/// What the witness says under a name.
fn seen(name: &str, environment: &[(&str, &str)]) -> String {
    let witness = Command::new(std::env::current_exe().unwrap());
    let witness = witness.args(["--exact", "environment::witness", "--ignored", "--nocapture"]);
    let output = witness.env_clear().envs(environment.iter().copied()).output().unwrap();
    let output = String::from_utf8(output).unwrap();
    let line = output.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {output}")).to_owned()
}

#[test]
fn a_blank_variable_is_as_good_as_none() {
    assert_eq!(seen("value", &[("VALUE", " a b ")]), r#"Some("a b")"#);
    assert_eq!(seen("value", &[("VALUE", " \t")]), "None");
    assert_eq!(seen("value", &[]), "None");
}

#[test]
fn a_switch_is_on_off_or_neither() {
    for on in ["true", "1", "yes", " On "] {
        assert_eq!(seen("switch", &[("SWITCH", on)]), "Ok(Some(true))", "{on}");
        assert_eq!(seen("flag", &[("SWITCH", on)]), "Ok(true)", "{on}");
    }
    for off in ["false", "0", "no", "OFF"] {
        assert_eq!(seen("switch", &[("SWITCH", off)]), "Ok(Some(false))", "{off}");
        assert_eq!(seen("flag", &[("SWITCH", off)]), "Ok(false)", "{off}");
    }
    assert!(seen("switch", &[("SWITCH", "perhaps")]).contains("which is not true or false"));
    assert!(seen("flag", &[("SWITCH", "perhaps")]).contains("SWITCH is"));
    assert_eq!((seen("switch", &[]), seen("flag", &[])), ("Ok(None)".to_owned(), "Ok(false)".to_owned()));
}

#[test]
fn a_port_may_be_a_service_link_which_is_none() {
    assert_eq!(seen("port", &[("PORT", " 5000\n")]), "Ok(Some(5000)) Ok(Some(5000))");
    assert_eq!(seen("port", &[("PORT", "tcp://10.0.0.1:80")]), "Ok(None) Ok(None)");
    assert!(seen("port", &[("PORT", "10.0.0.1:80")]).contains("which is not a port"));
    let links = [
        ("PIO_EVENTSERVER_PORT", "tcp://10.0.0.1:7070"),
        ("SPARK_MASTER_PORT", "udp://10.0.0.1:7077"),
        ("SPARK_WORKER_PORT", "7078"),
        ("PIO_URL", "http://x"),
        ("OTHER_PORT", "tcp://10.0.0.1:80"),
    ];
    let seen = seen("links", &links);
    assert!(
        seen == r#"["PIO_EVENTSERVER_PORT", "SPARK_MASTER_PORT"]"#
            || seen == r#"["SPARK_MASTER_PORT", "PIO_EVENTSERVER_PORT"]"#,
        "{seen}"
    );
}

#[test]
fn options_in_a_variable_are_words() {
    assert_eq!(seen("words", &[("WORDS", "--name 'my engine'")]), r#"Ok(["--name", "my engine"])"#);
    assert_eq!(seen("words", &[]), "Ok([])");
    assert!(seen("words", &[("WORDS", "'open")]).contains("options in WORDS"));
}

#[test]
fn what_an_instance_records_holds_no_secret() {
    let secrets = [
        "PIO_STORAGE_SOURCES_PG_URL",
        "PIO_STORAGE_SOURCES_PG_PASSWORD",
        "PIO_DB_PASSWORD",
        "PIO_APP_SECRET",
        "PIO_A_TOKEN",
        "PIO_EVENTSERVER_ACCESS_KEY",
        "PIO_DB_PWD",
        "PIO_STRIPE_KEY",
    ];
    let mut environment: Vec<(&str, &str)> = secrets.iter().map(|name| (*name, "hidden")).collect();
    environment.extend([
        ("PIO_DATABASE_URL", "hidden"),
        ("PIO_OPTS", "--server-access-key=hidden --variant 'a b.json'"),
        ("PIO_SPARK_OPTS", "--conf spark.ssl.keyPassword=hidden --conf spark.a=hidden"),
        ("PIO_PLACE", "redis://u:hidden@h:1"),
        ("PIO_EVENTSERVER_PORT", "tcp://10.0.0.1:7070"),
        ("OTHER", "not ours"),
    ]);
    let expected = r#"{"PIO_OPTS": "--server-access-key=*** --variant 'a b.json'", "PIO_PLACE": "redis://***@h:1", "PIO_SPARK_OPTS": "--conf spark.ssl.keyPassword=*** --conf spark.a=***"}"#;
    assert_eq!(seen("variables", &environment), expected);
    for secret in pio_settings::vars::SECRETS {
        assert!(is_secret_name(secret), "{secret}");
    }
}

#[test]
fn folders_are_where_they_are_said_to_be_else_at_home() {
    assert_eq!(seen("home", &[("PIO_HOME", "/somewhere"), ("HOME", "/me")]), "/somewhere");
    assert_eq!(seen("home", &[("HOME", "/me")]), "/me/.pio");
    assert_eq!(seen("cache", &[("HOME", "/me")]), "/me/.cache/pio");
    assert_eq!(seen("cache", &[("XDG_CACHE_HOME", "/c"), ("HOME", "/me")]), "/c/pio");
    assert_eq!(seen("cache", &[("XDG_CACHE_HOME", "relative"), ("HOME", "/me")]), "/me/.cache/pio");
    assert_eq!(seen("cache", &[("HOME", "relative")]), "/tmp/.cache/pio");
}

#[test]
fn the_database_is_that_of_the_environment() {
    assert_eq!(seen("host", &[("DATABASE_URL", "postgres://u:p@db.example/x")]), r#"Ok(Some("db.example"))"#);
    assert_eq!(seen("host", &[]), "Ok(None)");
}
