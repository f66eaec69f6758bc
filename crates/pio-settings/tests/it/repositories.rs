//! PIO's own variables for its storage.

use std::collections::BTreeMap;

use pio_settings::database::{DatabaseSettings, errors::DatabaseUrlError};

/// A source of this name that is a PostgreSQL.
fn source(name: &str, host: &str) -> Vec<(String, String)> {
    let variable = |property: &str| format!("PIO_STORAGE_SOURCES_{name}_{property}");
    vec![
        (variable("TYPE"), "jdbc".to_owned()),
        (variable("URL"), format!("jdbc:postgresql://{host}:5433/shop")),
        (variable("USERNAME"), "me".to_owned()),
        (variable("PASSWORD"), "s3cret".to_owned()),
    ]
}

fn repositories(sources: [&str; 3]) -> Vec<(String, String)> {
    ["METADATA", "EVENTDATA", "MODELDATA"]
        .iter()
        .zip(sources)
        .map(|(repository, source)| {
            (format!("PIO_STORAGE_REPOSITORIES_{repository}_SOURCE"), source.to_owned())
        })
        .collect()
}

fn of(variables: &[&[(String, String)]]) -> Result<Option<DatabaseSettings>, DatabaseUrlError> {
    DatabaseSettings::from_variables(&variables.concat().into_iter().collect::<BTreeMap<_, _>>())
}

fn one(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned())]
}

fn refusal(variables: &[&[(String, String)]]) -> String {
    of(variables).map_or_else(|error| error.to_string(), |settings| panic!("{settings:?} was taken"))
}

fn warnings(variables: &[&[(String, String)]]) -> Vec<String> {
    of(variables).unwrap().unwrap().origin.warnings
}

#[test]
fn a_source_may_have_any_name() {
    for name in ["PG", "PGSQL", "MYSQL", "my_pg", "A_B_URL"] {
        let settings = of(&[&source(name, "db"), &repositories([name; 3])]).unwrap().unwrap();
        assert_eq!((settings.host.as_str(), settings.port, settings.name.as_str()), ("db", 5433, "shop"));
        assert_eq!((settings.user.as_str(), settings.password.expose()), ("me", "s3cret"));
        assert_eq!(settings.origin.sources, [name; 3]);
        let used = ["TYPE", "URL", "USERNAME", "PASSWORD"].map(|p| format!("PIO_STORAGE_SOURCES_{name}_{p}"));
        assert_eq!(settings.origin.variables, used);
        assert!(settings.origin.warnings.is_empty(), "{:?}", settings.origin.warnings);
    }
}

#[test]
fn a_repository_that_names_no_source_is_in_the_usual_or_only_one() {
    assert_eq!(of(&[&source("PG", "db")]).unwrap().unwrap().host, "db");
    let both = [source("PG", "one"), source("PGSQL", "two")];
    assert_eq!(of(&[&both[0], &both[1]]).unwrap().unwrap().host, "two");
    let metadata = one("PIO_STORAGE_REPOSITORIES_METADATA_SOURCE", "PG");
    assert_eq!(of(&[&source("PG", "one"), &source("OTHER", "two"), &metadata]).unwrap().unwrap().host, "one");
    let words = refusal(&[&source("PG", "one"), &source("OTHER", "two")]);
    assert!(
        words.contains(
            "PIO_STORAGE_REPOSITORIES_METADATA_SOURCE is not set, and there are several sources (OTHER, PG)"
        ),
        "{words}"
    );
}

#[test]
fn several_sources_may_be_one_database_and_no_two() {
    let named = repositories(["A", "B", "A"]);
    let settings = of(&[&source("A", "db"), &source("B", "db"), &named]).unwrap().unwrap();
    assert_eq!(settings.origin.sources, ["A", "B", "A"]);
    let local = of(&[&source("A", "localhost"), &source("B", "127.0.0.1"), &named]).unwrap().unwrap();
    assert_eq!(local.host, "localhost");
    let words = refusal(&[&source("A", "db"), &source("B", "elsewhere"), &named]);
    assert!(words.contains("PIO_STORAGE_REPOSITORIES_METADATA_SOURCE and PIO_STORAGE_REPOSITORIES_EVENTDATA_SOURCE name different databases"), "{words}");
}

#[test]
fn storage_that_is_not_there_is_refused_by_name_with_the_way_to_move() {
    let kind = |name: &str, kind: &str| one(&format!("PIO_STORAGE_SOURCES_{name}_TYPE"), kind);
    let words = refusal(&[
        &kind("ELASTICSEARCH", "elasticsearch"),
        &one("PIO_STORAGE_SOURCES_ELASTICSEARCH_HOSTS", "localhost"),
        &kind("HBASE", "hbase"),
        &kind("LOCALFS", "localfs"),
        &repositories(["ELASTICSEARCH", "HBASE", "LOCALFS"]),
    ]);
    for part in [
        "only jdbc with PostgreSQL is supported",
        "METADATA is kept in ELASTICSEARCH (elasticsearch): set PIO_STORAGE_REPOSITORIES_METADATA_SOURCE",
        "EVENTDATA is kept in HBASE (hbase): write the events to files with `pio export`",
        "MODELDATA is kept in LOCALFS (localfs): set PIO_STORAGE_REPOSITORIES_MODELDATA_SOURCE",
        "the next `pio train`",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let mysql = one("PIO_STORAGE_SOURCES_MYSQL_URL", "jdbc:mysql://localhost/pio");
    let words = refusal(&[&kind("MYSQL", "jdbc"), &mysql, &repositories(["MYSQL"; 3])]);
    assert!(words.contains("EVENTDATA is kept in MYSQL (jdbc to mysql): write the events"), "{words}");
    for other in ["hdfs", "s3", "mongodb", "my.own.storage"] {
        let words = refusal(&[
            &source("PGSQL", "db"),
            &kind("OTHER", other),
            &repositories(["PGSQL", "PGSQL", "OTHER"]),
        ]);
        assert!(words.contains(&format!("MODELDATA is kept in OTHER ({other})")), "{words}");
        assert!(!words.contains("METADATA is"), "{words}");
    }
}

#[test]
fn half_of_a_source_is_refused() {
    let all = source("PG", "db");
    let named = repositories(["PG"; 3]);
    let words = refusal(&[&all[1..], &named]);
    assert!(
        words.contains("PIO_STORAGE_SOURCES_PG_TYPE is not set") && words.contains("_TYPE=jdbc"),
        "{words}"
    );
    for rest in [&all[..1], &all[2..]] {
        let words = refusal(&[rest, &named]);
        assert!(
            words.contains("PIO_STORAGE_SOURCES_PG_URL is not set") || words.contains("_TYPE is not set"),
            "{words}"
        );
    }
    let words = refusal(&[&one("PIO_STORAGE_SOURCES_PGSQL_USERNAME", "me")]);
    assert!(words.contains("PIO_STORAGE_SOURCES_PGSQL_URL is not set"), "{words}");
    let words = refusal(&[&named]);
    assert!(
        words.contains(
            "PIO_STORAGE_REPOSITORIES_METADATA_SOURCE is PG, and no variable PIO_STORAGE_SOURCES_PG_…"
        ),
        "{words}"
    );
    let url = one("PIO_STORAGE_SOURCES_PG_URL", "jdbc:postgresql://u:s3cret@db:x/y");
    let words = refusal(&[&all[..1], &url, &named]);
    assert!(words.starts_with("PIO_STORAGE_SOURCES_PG_URL: ") && !words.contains("s3cret"), "{words}");
}

#[test]
fn a_database_url_wins_and_what_it_overrules_is_told() {
    let url = one("DATABASE_URL", "postgres://me:s3cret@db:5433/shop");
    assert_eq!(warnings(&[&url, &source("PGSQL", "db")]), [""; 0], "they agree");
    let told = warnings(&[&url, &source("PG", "elsewhere"), &repositories(["PG"; 3])]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("DATABASE_URL is used") && told[0].contains("shop at elsewhere:5433"),
        "{told:?}"
    );
    assert!(!told[0].contains("s3cret"), "{told:?}");
    let hbase = one("PIO_STORAGE_SOURCES_HBASE_TYPE", "hbase");
    let told = warnings(&[&url, &hbase, &repositories(["HBASE"; 3])]);
    assert!(
        told[0].contains("DATABASE_URL is used") && told[0].contains("EVENTDATA is kept in HBASE"),
        "{told:?}"
    );
    let settings = of(&[&url, &one("PIO_STORAGE_REPOSITORIES_METADATA_NAME", "Shop")]).unwrap().unwrap();
    assert_eq!((settings.host.as_str(), settings.tables.metadata.as_str()), ("db", "shop"));
}

#[test]
fn what_is_set_and_not_used_is_told() {
    let told = warnings(&[
        &source("PG", "db"),
        &one("PIO_STORAGE_SOURCES_PG_HOSTS", "x"),
        &one("PIO_STORAGE_SOURCES_PG_PARTITIONS", "4"),
        &one("PIO_STORAGE_SOURCES_LOCALFS_TYPE", "localfs"),
        &one("PIO_STORAGE_REPOSITORIES_EVENT_DATA_SOURCE", "LOCALFS"),
        &repositories(["PG"; 3]),
    ]);
    let expected = [
        "PIO_STORAGE_SOURCES_PG_HOSTS is not used",
        "PIO_STORAGE_SOURCES_LOCALFS_… is not used",
        "PIO_STORAGE_REPOSITORIES_EVENT_DATA_SOURCE is not used",
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}");
    }
    let told = warnings(&[&one("DATABASE_URL", "postgres://u@h/d?pool=5")]);
    assert_eq!(told, ["The database URL has parameters that mean nothing here: pool."]);
}

#[test]
fn names_of_tables_are_folded_and_checked() {
    let named =
        |name: &str| of(&[&source("PG", "db"), &one("PIO_STORAGE_REPOSITORIES_EVENTDATA_NAME", name)]);
    let tables = named("Predictionio_EventData").unwrap().unwrap().tables;
    assert_eq!((tables.eventdata.as_str(), tables.metadata.as_str()), ("predictionio_eventdata", "pio_meta"));
    for wrong in ["a-b", "a\"b", "1a", "a b", "é", "a;DROP TABLE x", &"a".repeat(35)] {
        let words = named(wrong).unwrap_err().to_string();
        assert!(words.contains("PIO_STORAGE_REPOSITORIES_EVENTDATA_NAME is"), "{wrong}: {words}");
    }
}
