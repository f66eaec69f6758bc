//! Which database the environment names.

use pio_settings::database::DatabaseSettings;
use pio_storage::test_support::{self, pooler::Pooler, run_sql};
use pio_test_support::skip;

use crate::pio::{Done, Pio};

/// A private database, and the console without any variable for it.
struct Site {
    pio: Pio,
    database: DatabaseSettings,
}

impl Site {
    fn new() -> Self {
        let database = block_on(test_support::empty_database());
        Self { pio: Pio::with_url("postgres://unused"), database }
    }

    /// Runs a command with these variables only.
    fn run(&self, words: &[&str], variables: &[(&str, String)]) -> Done {
        let mut command = self.pio.command(words);
        command.env_remove("DATABASE_URL").envs(variables.iter().map(|(name, value)| (name, value)));
        Pio::ended(command)
    }

    /// The variables of a source that is the private database.
    fn source(&self, name: &str) -> Vec<(String, String)> {
        let DatabaseSettings { host, port, name: database, user, password, .. } = &self.database;
        let variable = |property: &str| format!("PIO_STORAGE_SOURCES_{name}_{property}");
        vec![
            (variable("TYPE"), "jdbc".to_owned()),
            (variable("URL"), format!("jdbc:postgresql://{host}:{port}/{database}")),
            (variable("USERNAME"), user.clone()),
            (variable("PASSWORD"), password.expose().to_owned()),
        ]
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn of<'a>(variables: &'a [(String, String)], more: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    let given = variables.iter().map(|(name, value)| (name.as_str(), value.clone()));
    given.chain(more.iter().map(|(name, value)| (*name, (*value).to_owned()))).collect()
}

const REPOSITORIES: [(&str, &str); 6] = [
    ("PIO_STORAGE_REPOSITORIES_METADATA_SOURCE", "PG"),
    ("PIO_STORAGE_REPOSITORIES_EVENTDATA_SOURCE", "PG"),
    ("PIO_STORAGE_REPOSITORIES_MODELDATA_SOURCE", "PG"),
    ("PIO_STORAGE_REPOSITORIES_METADATA_NAME", "Shop_Meta"),
    ("PIO_STORAGE_REPOSITORIES_EVENTDATA_NAME", "shop_event"),
    ("PIO_STORAGE_REPOSITORIES_MODELDATA_NAME", "shop_model"),
];

#[test]
fn the_database_is_that_of_pios_own_variables_under_any_name() {
    let site = Site::new();
    let source = site.source("PG");
    let variables = of(&source, &REPOSITORIES);
    site.run(&["app", "new", "Shop"], &variables).succeeds();
    let sql = "DO $$ BEGIN ASSERT (SELECT name FROM shop_meta_apps) = 'Shop'; \
               ASSERT to_regclass('shop_event_1') IS NOT NULL; ASSERT to_regclass('pio_meta_apps') IS NULL; END $$";
    block_on(run_sql(&site.database, sql));
    let events = site.pio.write("events.json", r#"{"event":"rate","entityType":"user","entityId":"1"}"#);
    site.run(&["import", "--appid", "1", "--input", &events], &variables).succeeds();
    block_on(run_sql(&site.database, "DO $$ BEGIN ASSERT (SELECT count(*) FROM shop_event_1) = 1; END $$"));
    let status = site.run(&["status"], &variables);
    for words in [
        "Verifying Meta Data Backend (Source: PG)",
        "The database is named by PIO_STORAGE_SOURCES_PG_TYPE, PIO_STORAGE_SOURCES_PG_URL",
        "The tables are shop_meta_…, shop_event_… and shop_model_…",
    ] {
        assert!(status.stdout.contains(words), "{words}: {}", status.stdout);
    }
    let password = site.database.password.expose();
    assert!(!status.stdout.contains(password) && !status.stderr.contains(password));
}

#[test]
fn storage_that_is_not_there_is_refused_before_anything_is_made() {
    let site = Site::new();
    let source = site.source("PG");
    let named = |repository: &str, name: &str| {
        (format!("PIO_STORAGE_REPOSITORIES_{repository}_SOURCE"), name.to_owned())
    };
    let mut variables = source.clone();
    variables.extend([
        named("METADATA", "PG"),
        named("EVENTDATA", "HB"),
        named("MODELDATA", "PG"),
        ("PIO_STORAGE_SOURCES_HB_TYPE".to_owned(), "hbase".to_owned()),
    ]);
    for verb in [["app", "list"], ["status", "--json"], ["eventserver", "--port=0"]] {
        let words = ["EVENTDATA is kept in HB (hbase)", "`pio export` of the old PIO"];
        site.run(&verb, &of(&variables, &[])).fails(1, &words);
    }
    assert!(!site.pio.folder.path().join("home").exists(), "no other database is made");
    block_on(run_sql(&site.database, "DO $$ BEGIN ASSERT to_regclass('pio_meta_apps') IS NULL; END $$"));
}

#[test]
fn what_a_database_url_overrules_is_told_in_one_line() {
    let site = Site::new();
    let url = crate::pio::url(&site.database);
    let other =
        [("PIO_STORAGE_SOURCES_PGSQL_URL".to_owned(), "jdbc:postgresql://elsewhere/pio?user=u".to_owned())];
    let done = site.run(&["app", "list"], &of(&other, &[("DATABASE_URL", &url)])).succeeds();
    let told = "[WARN] [Storage$] DATABASE_URL is used, and not the PIO_STORAGE_SOURCES_… variables. \
                They name another database, pio at elsewhere:5432.\n";
    assert_eq!(done.stderr, told);
    let same = site.source("PGSQL");
    assert_eq!(site.run(&["app", "list"], &of(&same, &[("DATABASE_URL", &url)])).succeeds().stderr, "");
}

#[test]
fn status_tells_of_a_connection_pooler() {
    let site = Site::new();
    let Some(pooler) = Pooler::start(&site.database, "transaction", "") else {
        return skip("PgBouncer is not installed.");
    };
    let variables = [("DATABASE_URL", crate::pio::url(&pooler.settings))];
    site.run(&["app", "new", "Shop"], &variables).succeeds();
    let status = site.run(&["status"], &variables);
    assert!(status.stdout.contains("A connection pooler stands before the database"), "{}", status.stdout);
    let wrong =
        DatabaseSettings { password: pio_settings::secret::Secret::new("wrong"), ..pooler.settings.clone() };
    let words = ["it rejected the connection", "Check user, password and database name"];
    site.run(&["app", "list"], &[("DATABASE_URL", crate::pio::url(&wrong))]).fails(1, &words);
}
