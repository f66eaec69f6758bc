//! Data hooks: the launcher with a real database and a `pio` whose import this test decides.

use pio_settings::database::DatabaseSettings;
use pio_storage::Storage;
use pio_storage::apps::NewApp;
use pio_storage::events::NewEvent;
use pio_storage::events::filter::Filter;
use pio_storage::events::table::EventTable;
use pio_storage::test_support::empty_database;
use tokio::runtime::Runtime;

use crate::{App, Ended};

/// An engine with a database that holds the app `shop` or not.
struct Release {
    app: App,
    runtime: Runtime,
    settings: DatabaseSettings,
}

impl Release {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let settings = runtime.block_on(empty_database());
        let release = Self { app: App::engine(), runtime, settings };
        fs_err::create_dir(release.app.path("pio-engine/data")).unwrap();
        release
    }

    fn storage<T>(&self, work: impl AsyncFnOnce(Storage) -> T) -> T {
        self.runtime.block_on(async { work(Storage::connect(&self.settings).await.unwrap()).await })
    }

    fn create_app(&self, events: usize) {
        self.storage(async |storage| {
            let new = NewApp { id: None, name: "shop".to_owned(), description: None, access_key: None };
            storage.apps().create(&new).await.unwrap();
        });
        self.store(events);
    }

    fn store(&self, events: usize) {
        let event = NewEvent {
            event: "buy".to_owned(),
            entity_type: "user".to_owned(),
            entity_id: "u".to_owned(),
            ..NewEvent::default()
        };
        let events = vec![event; events];
        self.storage(async |storage| {
            storage.events().insert(EventTable::of_app(1), &events).await.unwrap();
        });
    }

    /// How many events the app has; nothing where there is no app.
    fn events(&self) -> Option<usize> {
        self.storage(async |storage| {
            let app = storage.apps().find("shop").await.unwrap()?;
            let found = storage.events().find(EventTable::of_app(app.id), &Filter::default()).await;
            Some(found.unwrap().len())
        })
    }

    fn write(&self, name: &str, text: &str) {
        fs_err::write(self.app.path("pio-engine/data").join(name), text).unwrap();
    }

    fn hook(&self, name: &str, script: &str) {
        self.app.program(&format!("pio-engine/data/{name}"), script);
    }

    /// What `pio` does when it is called.
    fn pio(&self, script: &str) {
        self.app.program(".pio/bin/pio", &format!("echo \"pio $*\"\n{script}"));
    }

    /// Runs a release whose import waits until the test has stored so many events, and then ends as the script says.
    fn run_and_store(&self, script: &str, events: usize) -> Ended {
        self.pio(&format!(
            "case $1 in import) touch asked; while [ ! -f stored ]; do sleep 0.05; done; {script}\n;; esac"
        ));
        let asked = self.app.path("pio-engine/asked");
        std::thread::scope(|scope| {
            let (app, url) = (&self.app, self.url());
            let ended = scope.spawn(move || app.run(&["release"], &variables(&url)));
            while !asked.exists() && !ended.is_finished() {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            self.store(events);
            fs_err::write(self.app.path("pio-engine/stored"), "").unwrap();
            ended.join().unwrap()
        })
    }

    fn run(&self, variables: &[(&str, &str)]) -> Ended {
        self.app.run(&["release"], &[&self::variables(&self.url())[..], variables].concat())
    }

    fn url(&self) -> String {
        let DatabaseSettings { host, port, name, user, password, .. } = &self.settings;
        format!("postgres://{user}:{}@{host}:{port}/{name}?sslmode=disable", password.expose())
    }
}

fn variables(url: &str) -> [(&str, &str); 2] {
    [("DATABASE_URL", url), ("PIO_EVENTSERVER_APP_NAME", "shop")]
}

#[test]
fn a_sync_that_fails_leaves_the_events_that_are_there() {
    let release = Release::new();
    release.create_app(3);
    release.hook("create-sync-events", "echo '{bad' > data/sync-events.json");
    release.pio("exit 1");
    let purge = ("PIO_PURGE_EVENTS_ON_SYNC", "true");
    let ended = release.run(&[purge]);
    assert!(!ended.success);
    assert!(
        ended.output.contains("pio import --appid 1 --input data/sync-events.json --replace\n"),
        "{}",
        ended.output
    );
    for words in ["those that are there were kept", "PIO_ALLOW_EMPTY_SYNC=true"] {
        assert!(ended.output.contains(words), "{}", ended.output);
    }
    release.pio("kill -9 $$");
    assert!(!release.run(&[purge]).success);
    assert_eq!(release.events(), Some(3));
    release.pio("");
    let ended = release.run(&[purge, ("PIO_ALLOW_EMPTY_SYNC", "true")]);
    assert!(ended.success && ended.output.contains("--replace --allow-empty\n"), "{}", ended.output);
    let ended = release.run(&[]);
    assert!(
        ended.output.contains("--input data/sync-events.json\n"),
        "without a purge they are added: {}",
        ended.output
    );
}

#[test]
fn a_sync_file_without_a_hook_is_told_of() {
    let release = Release::new();
    release.create_app(1);
    release.write("sync-events.json", "{}");
    let ended = release.run(&[]);
    assert!(ended.output.contains("data/sync-events.json is not imported"), "{}", ended.output);
    assert!(!ended.output.contains("pio import"), "{}", ended.output);
}

#[test]
fn first_events_are_imported_where_the_app_has_none_yet() {
    let release = Release::new();
    release.create_app(0);
    release.write("initial-events.json", "{}");
    release.hook("create-sync-events", "echo synced; rm -f data/sync-events.json");
    let ended = release.run_and_store("", 2);
    assert!(ended.success && ended.output.contains("pio train"), "{}", ended.output);
    assert!(
        ended.output.contains("pio import --appid 1 --input data/initial-events.json"),
        "{}",
        ended.output
    );
    assert!(!ended.output.contains("synced"), "{}", ended.output);
    let ended = release.run(&[]);
    assert!(
        !ended.output.contains("initial-events.json"),
        "an app with events is left alone: {}",
        ended.output
    );
    assert!(ended.output.contains("synced"), "{}", ended.output);
}

#[test]
fn a_hook_that_writes_nothing_leaves_no_app_behind() {
    let release = Release::new();
    for (script, words) in [
        ("true", "made no events"),
        ("exit 3", "failed"),
        ("kill -9 $$", "failed"),
        ("> data/initial-events.json", "data/initial-events.json holds no events"),
    ] {
        release.hook("create-initial-events", script);
        let ended = release.run(&[]);
        assert!(!ended.success && ended.output.contains(words), "{script}: {}", ended.output);
        assert_eq!(release.events(), None, "{script}");
    }
    release.pio("exit 1");
    assert!(!release.run(&[]).success);
    assert_eq!(release.events(), None, "a failed import leaves no app either");
    release.create_app(0);
    assert!(!release.run(&[]).success);
    assert_eq!(release.events(), Some(0), "but one that was there stays");
}

#[test]
fn a_key_of_another_app_is_told_as_that_and_nothing_is_created() {
    let release = Release::new();
    release.storage(async |storage| {
        let key = Some("geheim".to_owned());
        let new = NewApp { id: None, name: "other".to_owned(), description: None, access_key: key };
        storage.apps().create(&new).await.unwrap();
    });
    release.write("initial-events.json", "{}");
    for embedded in ["false", "true"] {
        let ended =
            release.run(&[("PIO_EVENTSERVER_ACCESS_KEY", "geheim"), ("PIO_EMBED_EVENTSERVER", embedded)]);
        assert!(!ended.success, "{}", ended.output);
        for words in [
            "PIO_EVENTSERVER_ACCESS_KEY is the key of another app, so the app shop was not created.",
            "this one opens the app other",
            "heroku config:set PIO_EVENTSERVER_ACCESS_KEY=",
        ] {
            assert!(ended.output.contains(words), "{}", ended.output);
        }
        assert!(!ended.output.contains("The database cannot be used") && !ended.output.contains("geheim"));
        assert_eq!(release.events(), None);
    }
}

#[test]
fn a_sync_file_of_an_earlier_time_is_not_imported() {
    let release = Release::new();
    release.create_app(3);
    release.write("sync-events.json", "{}");
    release.hook("create-sync-events", "true");
    release.pio("");
    let ended = release.run(&[("PIO_PURGE_EVENTS_ON_SYNC", "true")]);
    assert!(ended.success && ended.output.contains("It wrote no data/sync-events.json"), "{}", ended.output);
    assert!(!ended.output.contains("pio import"), "{}", ended.output);
    release.hook("create-sync-events", "printf '{}' > data/sync-events.json");
    let ended = release.run(&[]);
    assert!(ended.output.contains("pio import"), "written anew, if with the same content: {}", ended.output);
}

#[test]
fn an_app_that_has_got_events_stays_where_its_first_import_fails() {
    let release = Release::new();
    release.write("initial-events.json", "{}");
    let ended = release.run_and_store("exit 1", 1);
    assert!(!ended.success && ended.output.contains("it has got events meanwhile"), "{}", ended.output);
    assert_eq!(release.events(), Some(1));
}
