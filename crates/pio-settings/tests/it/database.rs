//! Database URLs.

use std::time::Duration;

use pio_settings::database::{DatabaseSettings, SslMode, errors::DatabaseUrlError};

fn parse(url: &str) -> DatabaseSettings {
    DatabaseSettings::from_url(url).unwrap_or_else(|e| panic!("{url}: {e}"))
}

fn refused(url: &str) -> String {
    DatabaseSettings::from_url(url).map_or_else(|e| e.to_string(), |s| panic!("{url} was taken for {s:?}"))
}

fn from(variables: &[(&str, &str)]) -> Result<Option<DatabaseSettings>, DatabaseUrlError> {
    let variables = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    DatabaseSettings::from_variables(&variables)
}

#[test]
fn a_platforms_url_is_taken_apart() {
    let settings = parse("postgres://ubx:p4ss@ec2-1-2-3-4.compute.example.com:5433/d8r82722r2kuvn");
    assert_eq!(settings.host, "ec2-1-2-3-4.compute.example.com");
    assert_eq!(
        (settings.port, settings.name.as_str(), settings.user.as_str()),
        (5433, "d8r82722r2kuvn", "ubx")
    );
    assert_eq!((settings.password.expose(), settings.sslmode), ("p4ss", SslMode::Prefer));
    assert_eq!(parse("postgresql://ubx:p4ss@ec2-1-2-3-4.compute.example.com:5433/d8r82722r2kuvn"), settings);
}

#[test]
fn what_is_missing_has_libpqs_defaults() {
    let settings = parse("postgres://me@host");
    assert_eq!((settings.port, settings.name.as_str()), (5432, "me"), "the database is named as the user");
    assert!(settings.password.is_empty());
    assert_eq!(parse("postgres://me@/db").host, "localhost");
    assert_eq!(parse("postgres://me@host:/db").port, 5432);
    assert_eq!(parse("postgres:///db?user=me").user, "me");
}

#[test]
fn percent_signs_are_decoded_in_every_part() {
    let settings = parse("postgres://us%40er:p%3A%2F%3F%23%5B%5D%25%20%C3%A9@h%2Dost/my%20db");
    assert_eq!((settings.user.as_str(), settings.password.expose()), ("us@er", "p:/?#[]% é"));
    assert_eq!((settings.host.as_str(), settings.name.as_str()), ("h-ost", "my db"));
}

#[test]
fn odd_characters_that_are_no_delimiters_need_no_encoding() {
    assert_eq!(parse("postgres://u:a:b@c#d+e&f=g%@host/db").password.expose(), "a:b@c#d+e&f=g%");
}

#[test]
fn an_ipv6_address_stands_in_brackets() {
    let settings = parse("postgres://me@[2001:db8::1]:5433/db");
    assert_eq!((settings.host.as_str(), settings.port), ("2001:db8::1", 5433));
    assert_eq!(parse("postgres://me@[::1]/db").port, 5432);
    assert_eq!(settings.jdbc_url(), "jdbc:postgresql://[2001:db8::1]:5433/db?sslmode=prefer");
    assert!(refused("postgres://me@[::1/db").contains("bracket"));
    assert!(refused("postgres://me@2001:db8::1/db").contains("bracket"));
}

#[test]
fn every_sslmode_of_libpq_is_known() {
    let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
    for mode in modes {
        assert_eq!(parse(&format!("postgres://u@h/d?sslmode={mode}")).sslmode.to_string(), mode);
    }
    assert!(refused("postgres://u@h/d?sslmode=maybe").contains("sslmode=maybe"));
    assert_eq!(parse("postgres://u@h/d?ssl=true").sslmode, SslMode::Require);
    assert_eq!(parse("jdbc:postgresql://h/d?user=u&ssl=true").sslmode, SslMode::VerifyFull);
}

#[test]
fn require_with_a_root_certificate_verifies_the_authority() {
    let settings = parse("postgres://u@h/d?sslmode=require&sslrootcert=/etc/ca.pem");
    assert_eq!(settings.sslmode, SslMode::VerifyCa);
    assert_eq!(
        settings.jdbc_url(),
        "jdbc:postgresql://h:5432/d?sslmode=verify-ca&sslrootcert=%2Fetc%2Fca%2Epem"
    );
}

#[test]
fn parameters_of_libpq_are_understood_or_named() {
    let settings =
        parse("postgres://u@h/d?connect_timeout=10&keepalives=1&options=-c%20search_path%3Dshop&pool=5");
    assert_eq!(settings.connect_timeout, Some(Duration::from_secs(10)));
    assert_eq!(settings.options.as_deref(), Some("-c search_path=shop"));
    assert_eq!(settings.ignored, ["keepalives", "pool"]);
    assert_eq!(
        parse("postgres:///?host=h&port=1&user=u&password=p&dbname=d").jdbc_url(),
        "jdbc:postgresql://h:1/d?sslmode=prefer"
    );
    assert!(refused("postgres://u@h/d?connect_timeout=soon").contains("connect_timeout=soon"));
}

#[test]
fn parameters_of_the_java_driver_mean_what_they_mean_to_it() {
    let settings =
        parse("jdbc:postgresql://h/d?user=u&password=p%26w&loginTimeout=0&currentSchema=my%20shop");
    assert_eq!((settings.user.as_str(), settings.password.expose()), ("u", "p&w"));
    assert_eq!(settings.connect_timeout, None, "0 is no limit");
    assert_eq!(settings.options.as_deref(), Some(r"-c search_path=my\ shop"));
    let factory =
        |name: &str| parse(&format!("jdbc:postgresql://h/d?user=u&sslfactory=org.postgresql.ssl.{name}"));
    assert_eq!(factory("NonValidatingFactory").sslmode, SslMode::Require);
    let other = factory("LibPQFactory");
    assert_eq!((other.sslmode, other.ignored), (SslMode::Prefer, vec!["sslfactory".to_owned()]));
}

#[test]
fn the_machines_own_certificates_are_named_as_libpq_names_them() {
    let settings = parse("postgres://u@h/d?sslrootcert=/etc/ca.pem&sslrootcert=system");
    assert_eq!(settings.root_cert, None);
}

#[test]
fn what_no_host_may_hold_is_refused() {
    for url in ["postgres:d", "postgres://u@a%20b/d", "postgres://u@a%23b/d", "postgres://u@a%3Fb/d"] {
        assert!(refused(url).contains("names no host"), "{url}");
    }
}

#[test]
fn what_the_java_driver_cannot_reach_is_refused() {
    for url in ["postgres://u@%2Fvar%2Frun%2Fpostgresql/d", "postgres:///d?user=u&host=/var/run/postgresql"] {
        assert!(refused(url).contains("Unix socket"), "{url}");
    }
    assert!(refused("postgres://u@one:1,two:2/d").contains("several hosts"));
}

#[test]
fn other_databases_are_refused_by_their_scheme() {
    assert!(refused("mysql://u:p@h/d").contains("but with mysql"));
    assert!(refused("jdbc:mysql://h/d").contains("Only PostgreSQL"));
    assert!(refused("host=h dbname=d").contains("no scheme"));
}

#[test]
fn mistakes_never_show_the_password() {
    let urls = [
        "postgres://u:sec/ret@host/db",
        "postgres://u:sec?ret@host/db",
        "postgres://u:p@s/secret@host:5432/db",
        "postgres://u:secret@host:54x2/db",
        "postgres://u:secret@host:0/db",
        "postgres://u:secret@host:70000/db",
        "postgres://u:secret@one,two/db",
        "postgres://u:secret@host/db?sslmode=x",
        "postgres://u:%ff%fe-secret@host/db",
        "postgres://u:secret%00@host/db",
        "http://u:secret@host/db",
        "secret",
    ];
    for url in urls {
        let text = refused(url);
        assert!(!text.contains("sec"), "{url}: {text}");
    }
    for url in &urls[..3] {
        assert!(refused(url).contains("Percent-encode it"), "{url}");
    }
    assert!(refused("postgres://u:secret@host:70000/db").contains("\"70000\""));
    assert!(refused("postgres://u:secret@host:54x2/db").contains("\"text\""));
    let settings = parse("postgres://u:secret@h/d");
    assert_eq!((format!("{:?}", settings.password), settings.password.is_empty()), ("***".to_owned(), false));
    assert!(!format!("{settings:?} {}", settings.jdbc_url()).contains("secret"));
}

#[test]
fn a_password_with_both_an_at_sign_and_a_slash_is_told_and_a_database_may_be_named_so() {
    assert!(refused("postgres://u:p@ss/w0rd@127.0.0.1:5432/d").contains("`@` as %40"));
    assert_eq!(parse("postgres://u:p@h/a@b").name, "a@b");
    assert_eq!(parse("postgres://h:5433?user=me@corp").user, "me@corp");
    assert_eq!(parse("postgres://h?me@corp&user=u").ignored, ["me@corp"], "no password can be meant");
}

#[test]
fn the_java_url_encodes_what_the_driver_decodes() {
    let settings = parse("postgres://u@h/a%20b%2Bc%3Fd");
    assert_eq!(settings.jdbc_url(), "jdbc:postgresql://h:5432/a%20b%2Bc%3Fd?sslmode=prefer");
    let settings = parse("postgres://u@h/d?sslmode=verify-full&connect_timeout=7");
    let url = "jdbc:postgresql://h:5432/d?sslmode=verify-full\
               &sslfactory=org%2Epostgresql%2Essl%2EDefaultJavaSSLFactory&connectTimeout=7";
    assert_eq!(
        settings.jdbc_url(),
        url,
        "trusts what the JVM trusts, as native code trusts what the machine trusts"
    );
}

#[test]
fn pios_own_variables_are_used_where_there_is_no_database_url() {
    let variables = [
        ("PIO_STORAGE_SOURCES_PGSQL_URL", "jdbc:postgresql://h:1/pio?user=other"),
        ("PIO_STORAGE_SOURCES_PGSQL_USERNAME", "pio"),
        ("PIO_STORAGE_SOURCES_PGSQL_PASSWORD", "p@ss%"),
    ];
    let settings = from(&variables).unwrap().unwrap();
    assert_eq!((settings.host.as_str(), settings.port, settings.name.as_str()), ("h", 1, "pio"));
    assert_eq!((settings.user.as_str(), settings.password.expose()), ("pio", "p@ss%"));
    let both = [variables.as_slice(), &[("DATABASE_URL", "postgres://u@first/d")]].concat();
    assert_eq!(from(&both).unwrap().unwrap().host, "first");
    assert_eq!(from(&[]).unwrap(), None);
    let local =
        from(&[("PIO_STORAGE_SOURCES_PGSQL_URL", "jdbc:postgresql:pio"), variables[1]]).unwrap().unwrap();
    assert_eq!((local.host.as_str(), local.name.as_str()), ("localhost", "pio"));
}

#[test]
fn an_error_names_the_variable() {
    let error = from(&[("DATABASE_URL", "mysql://x")]).unwrap_err();
    assert!(error.to_string().starts_with("DATABASE_URL: "), "{error}");
}

#[test]
fn optional_ssl_takes_the_insistence_from_require_only() {
    let mode = |url: &str, optional: &str| {
        from(&[("DATABASE_URL", url), ("PIO_POSTGRES_OPTIONAL_SSL", optional)]).unwrap().unwrap().sslmode
    };
    assert_eq!(mode("postgres://u@h/d?sslmode=require", "true"), SslMode::Prefer);
    assert_eq!(mode("postgres://u@h/d?sslmode=require", "false"), SslMode::Require);
    assert_eq!(mode("postgres://u@h/d?sslmode=verify-full", "true"), SslMode::VerifyFull);
}
