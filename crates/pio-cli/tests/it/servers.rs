use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::pio::{Pio, client};

/// The port that the server's first log line names.
fn port_of(child: &mut Child) -> u16 {
    let mut line = String::new();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    log.read_line(&mut line).unwrap();
    // The rest of the log must be read by somebody.
    std::thread::spawn(move || log.read_to_string(&mut String::new()));
    let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
    line["address"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap()
}

fn get(port: u16, path: &str) -> (u16, Value) {
    let answer = client().get(format!("http://127.0.0.1:{port}{path}")).send().unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::from(text)))
}

fn ends_within(child: &mut Child, limit: Duration) -> i32 {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap_or(-1);
        }
        assert!(start.elapsed() < limit, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_event_server_serves_and_ends_when_asked() {
    let pio = Pio::new();
    let key = pio.json(&["app", "new", "App"])["accessKey"].as_str().unwrap().to_owned();
    for signal in ["-TERM", "-INT"] {
        let mut server = pio.spawn(&["eventserver", "--ip", "127.0.0.1", "--port", "0", "--stats"]);
        let port = port_of(&mut server);
        assert_eq!(get(port, "/").1["status"], "alive");
        assert_eq!(get(port, &format!("/events.json?accessKey={key}")).0, 404, "there are no events yet");
        assert_eq!(get(port, &format!("/stats.json?accessKey={key}")).0, 200);
        Command::new("kill").args([signal, &server.id().to_string()]).status().unwrap();
        assert_eq!(ends_within(&mut server, Duration::from_secs(5)), 0);
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let pio = Pio::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let done = pio.run(&["eventserver", "--ip", "127.0.0.1", "--port", &port]);
    done.fails(1, &[&format!("127.0.0.1:{port}"), "--port"]);
}

#[test]
fn undeploy_ends_only_what_is_a_deployed_engine() {
    let pio = Pio::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    pio.run(&["undeploy", "--ip", "127.0.0.1", "--port", &free])
        .fails(1, &[&format!("[ERROR] [Engine$] Nothing at http://127.0.0.1:{free}")]);
    let mut server = pio.spawn(&["eventserver", "--ip", "127.0.0.1", "--port", "0"]);
    let port = port_of(&mut server);
    pio.run(&["undeploy", "--ip", "127.0.0.1", "--port", &port.to_string()]).fails(1, &["Another program"]);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn start_all_leaves_an_event_server_that_stop_all_ends() {
    let pio = Pio::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let words = ["start-all", "--ip", "127.0.0.1", "--port", &port.to_string()];
    let started = pio.json(&words);
    assert_eq!(get(port, "/").1["status"], "alive");
    assert_eq!(pio.json(&words), started, "it is not started twice");
    assert_eq!(pio.json(&["stop-all"])["eventServer"], true);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert_eq!(pio.json(&["stop-all"])["eventServer"], false);
}

#[test]
fn start_all_takes_no_port_of_another_program() {
    let pio = Pio::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let done = pio.run(&["start-all", "--ip", "127.0.0.1", "--port", &port]);
    done.fails(1, &[&format!("127.0.0.1:{port}"), "--port"]);
}
