//! Logs that nobody reads, that cannot be written, or that would say too much.

use std::fs::OpenOptions;
use std::io::{PipeReader, Read as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pio_settings::database::DatabaseSettings;
use pio_storage::test_support::run_sql;
use reqwest::blocking::Client;
use serde_json::Value;

use crate::pio::{Pio, client};

/// How long anything may take here that must happen at all.
const PATIENCE: Duration = Duration::from_mins(1);

const EVENT: &str = r#"{"event":"e","entityType":"user","entityId":"1","properties":{"p":"SECRETVALUE"}}"#;

/// A server that listens, and what keeps its standard error open.
pub(crate) struct Server {
    child: Child,
    url: String,
    pub(crate) key: String,
    client: Client,
}

impl Server {
    /// Starts a server whose logs go there.
    pub(crate) fn start(
        pio: &Pio,
        words: &[&str],
        variables: &[(&str, &str)],
        stderr: impl Into<Stdio>,
    ) -> Self {
        let key = pio.json(&["app", "new", "App"])["accessKey"].as_str().unwrap().to_owned();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let mut command = pio.command(words);
        command.args(["--ip", "127.0.0.1", "--port", &port]).envs(variables.iter().copied());
        let child = command.stdout(Stdio::null()).stderr(stderr).spawn().unwrap();
        let server = Self { child, url: format!("http://127.0.0.1:{port}"), key, client: client() };
        server.eventually("it takes events", || {
            server.client.get(&server.url).send().is_ok() && server.post() == 201
        });
        server
    }

    pub(crate) fn eventually(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(start.elapsed() < PATIENCE, "never: {what}; {}", self.get("/readyz").1);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn post(&self) -> u16 {
        let url = format!("{}/events.json?accessKey={}", self.url, self.key);
        let request = self.client.post(url).header("content-type", "application/json");
        request.body(EVENT).send().map_or(0, |answer| answer.status().as_u16())
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let Ok(answer) = self.client.get(format!("{}{path}", self.url)).send() else {
            return (0, String::new());
        };
        (answer.status().as_u16(), answer.text().unwrap())
    }

    /// Asks the engine.
    pub(crate) fn query(&self, query: &str) -> (u16, String) {
        let request =
            self.client.post(format!("{}/queries.json", self.url)).header("content-type", "application/json");
        let answer = request.body(query.to_owned()).send().unwrap();
        (answer.status().as_u16(), answer.text().unwrap())
    }

    /// Lets a commit fail, as a database does that is restarted.
    pub(crate) fn fail_a_commit(&self, pio: &Pio) {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND application_name LIKE 'pio eventserver writer%'";
        self.eventually("a commit fails", || {
            sql(pio, cut);
            self.post() == 503
        });
    }

    /// Makes the log longer than any pipe. One request is one line.
    fn fill_the_log(&self) {
        for _ in 0..1_000 {
            assert_eq!(self.get("/healthz").0, 200);
        }
    }

    fn dropped(&self) -> u64 {
        let metrics = self.get("/metrics").1;
        let line = metrics.lines().find_map(|line| line.strip_prefix("pio_log_lines_dropped_total "));
        line.unwrap_or_else(|| panic!("no count of lost lines in {metrics}")).parse().unwrap()
    }

    /// Asks it to end and gives its exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn sql(pio: &Pio, sql: &str) {
    let settings = DatabaseSettings::from_url(&pio.url).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run_sql(&settings, sql));
}

/// A standard error that cannot be written to.
fn broken() -> Vec<(&'static str, Stdio)> {
    let (_, closed) = std::io::pipe().unwrap();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    vec![("a closed pipe", closed.into()), ("a full disk", full.into())]
}

/// A pipe that nobody reads, and its reading end.
pub(crate) fn unread() -> (PipeReader, Stdio) {
    let (reader, writer) = std::io::pipe().unwrap();
    (reader, writer.into())
}

/// Whatever becomes of its log, a server stores events after a failed commit, is ready, and ends when it is asked to.
fn goes_on(pio: &Pio, server: Server, what: &str) {
    server.fill_the_log();
    server.fail_a_commit(pio);
    server.eventually("events are stored again", || server.post() == 201);
    let (status, ready) = server.get("/readyz");
    let components: Value = serde_json::from_str(&ready).unwrap();
    let components = &components["components"];
    if components["events"].is_null() {
        assert_eq!((status, components["writer"].as_str()), (200, Some("ok")), "{what}: {ready}");
    } else {
        assert_eq!(components["events"]["writer"], "ok", "{what}: {ready}");
    }
    assert_eq!(server.end(), Some(0), "{what}");
}

#[test]
fn an_event_server_goes_on_whatever_becomes_of_its_log() {
    for (what, stderr) in broken() {
        let pio = Pio::new();
        let server = Server::start(&pio, &["eventserver"], &[("PIO_LOG", "debug")], stderr);
        assert!(server.dropped() > 0, "{what}");
        goes_on(&pio, server, what);
    }
    let (_unread, stderr) = unread();
    let pio = Pio::new();
    goes_on(&pio, Server::start(&pio, &["eventserver"], &[("PIO_LOG", "debug")], stderr), "an unread pipe");
}

#[test]
fn a_deployed_engine_that_takes_events_goes_on_whatever_becomes_of_its_log() {
    let (_unread, stderr) = unread();
    for (what, stderr) in broken().into_iter().chain([("an unread pipe", stderr)]) {
        let pio = Pio::new();
        // An engine that cannot be built is tried again and again, with an error each time.
        pio.write("engine.json", r#"{"id": "default", "engineFactory": "org.example.Factory"}"#);
        pio.write("RELEASE", "");
        let closure = pio.folder.path().to_string_lossy().into_owned();
        let variables = [("PIO_LOG", "debug"), ("PIO_CLOSURE", closure.as_str())];
        let server = Server::start(&pio, &["deploy", "--with-eventserver"], &variables, stderr);
        goes_on(&pio, server, what);
    }
}

#[test]
fn lines_that_were_lost_are_counted_and_told_when_somebody_reads_again() {
    let pio = Pio::new();
    let (mut reader, stderr) = unread();
    let server = Server::start(&pio, &["eventserver"], &[("PIO_LOG", "debug")], stderr);
    server.eventually("lines are dropped", || {
        server.fill_the_log();
        server.dropped() > 0
    });
    let log = std::thread::spawn(move || {
        let mut log = String::new();
        reader.read_to_string(&mut log).unwrap();
        log
    });
    server.eventually("lines are written again", || {
        let dropped = server.dropped();
        server.fill_the_log();
        server.dropped() == dropped
    });
    assert_eq!(server.end(), Some(0));
    let log = log.join().unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = lines.iter().filter(|line| line["dropped"].as_u64() > Some(0)).count();
    assert!(told > 0, "the loss is not told");
    assert!(lines.iter().any(|line| line["message"] == "stopped"), "the last line is written");
}

#[test]
fn no_log_holds_a_key_a_password_or_what_an_event_says() {
    let pio = Pio::new();
    let (mut reader, stderr) = unread();
    let log = std::thread::spawn(move || {
        let mut log = String::new();
        reader.read_to_string(&mut log).unwrap();
        log
    });
    let loud = "trace,tokio_postgres=trace,tokio_postgres::query=trace,hyper=trace,rustls=trace,[{SECRETVALUE}]=trace";
    let server = Server::start(&pio, &["eventserver"], &[("PIO_LOG", loud)], stderr);
    let key = server.key.clone();
    for path in ["/events.json", "/batch/events.json", "/webhooks/segmentio.json"] {
        for body in [EVENT, &format!("[{EVENT}]"), r#"{"SECRETVALUE"#] {
            let request = server.client.post(format!("{}{path}?accessKey={key}", server.url));
            let _ = request.header("content-type", "application/json").body(body.to_owned()).send();
        }
    }
    server.get(&format!("/events.json?accessKey={key}&entityId=SECRETVALUE&entityType=user"));
    server.fail_a_commit(&pio);
    // PostgreSQL shows the row that breaks a rule.
    sql(&pio, "ALTER TABLE pio_event_1 ADD CHECK (event <> 'e') NOT VALID");
    assert_ne!(server.post(), 201);
    assert_eq!(server.end(), Some(0));
    let log = log.join().unwrap();
    assert!(log.contains(r#""path":"/events.json","status":201"#), "requests are not logged: {log}");
    let password = DatabaseSettings::from_url(&pio.url).unwrap().password.expose().to_owned();
    for secret in [&key, &password, "SECRETVALUE"] {
        let lines = log.lines().filter(|line| line.contains(secret) && !line.contains("PIO_LOG asks for"));
        assert_eq!(lines.collect::<Vec<_>>(), [""; 0], "{secret} was logged");
    }
    assert!(log.contains("A library logs at warn at most"), "the log names the cap: {log}");
}

#[test]
fn a_log_filter_that_makes_no_sense_is_named() {
    let pio = Pio::new();
    let (mut reader, stderr) = unread();
    let variables = [("PIO_LOG", "debg,pio_storge=trace"), ("PIO_LOG_FORMAT", "xml")];
    let server = Server::start(&pio, &["eventserver"], &variables, stderr);
    assert_eq!(server.end(), Some(0));
    let mut log = String::new();
    reader.read_to_string(&mut log).unwrap();
    for words in ["debg", "pio_storge", "PIO_LOG_FORMAT is", "the event server listens"] {
        assert!(log.contains(words), "{words} is missing in {log}");
    }
}
