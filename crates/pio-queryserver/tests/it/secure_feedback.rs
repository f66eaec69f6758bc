//! Feedback to an event server that is reached by HTTPS.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use pio_queryserver::config::{Config, Feedback};
use pio_settings::env;
use pio_settings::event_server::EventServerAddress;
use pio_settings::secret::Secret;
use rustls::crypto::ring;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::client::ask;
use crate::fake::{quick, ready_with};
use crate::feedback::counted;

/// Where the front of the child process sends its feedback, and which outcome it must have.
const SERVER: &str = "PIO_TEST_EVENT_SERVER";
const OUTCOME: &str = "PIO_TEST_FEEDBACK_OUTCOME";

/// The trusted certificates are those of the environment, so the front runs in a process of its own: this test, once more.
#[tokio::test]
async fn feedback_goes_to_https_servers_that_the_machine_trusts_and_to_no_others() {
    if let Some(server) = env::get(SERVER) {
        return send(&server, &env::get(OUTCOME).unwrap()).await;
    }
    let (server, certificate) = https_server();
    let folder = tempfile::tempdir().unwrap();
    let (trusted, other) = (folder.path().join("trusted.pem"), folder.path().join("other.pem"));
    std::fs::write(&trusted, certificate).unwrap();
    std::fs::write(&other, certified().cert.pem()).unwrap();
    let port = server.port;
    let (name, address) = (format!("https://localhost:{port}"), format!("https://127.0.0.1:{port}/"));
    for (server, trust, outcome) in [
        (&name, &trusted, "ok"),
        (&name, &other, "tls"),
        // The certificate is for another name.
        (&address, &trusted, "tls"),
    ] {
        let test = "secure_feedback::feedback_goes_to_https_servers_that_the_machine_trusts_and_to_no_others";
        let child = process::Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact"])
            .env("SSL_CERT_FILE", trust)
            .env(SERVER, server)
            .env(OUTCOME, outcome)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success() && said.contains("1 passed"), "{server} {outcome}: {said}");
    }
    let requests = server.end();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].starts_with("POST /events.json?accessKey=k%26y HTTP/1.1\r\n"), "{requests:?}");
    assert!(requests[0].contains("\"entityType\":\"pio_pr\""), "{requests:?}");
}

/// Deploys a front, asks a query and waits for what becomes of its feedback.
async fn send(server: &str, outcome: &str) {
    let server = EventServerAddress::parse(server, None).unwrap();
    let feedback = Feedback { server, access_key: Secret::new("k&y") };
    let deployed = ready_with(Config { feedback: Some(feedback), ..quick() }).await;
    assert_eq!(ask(deployed.address, "{}").await.status, 200);
    counted(&deployed, outcome, 1).await;
}

#[tokio::test]
async fn a_server_without_tls_is_told_from_one_that_is_not_there() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            use tokio::io::AsyncWriteExt as _;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    send(&format!("https://127.0.0.1:{port}"), "tls").await;
    send("http://127.0.0.1:1", "unreachable").await;
}

fn certified() -> rcgen::CertifiedKey<rcgen::KeyPair> {
    rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

/// A server that takes one request a connection.
struct HttpsServer {
    port: u16,
    thread: JoinHandle<Vec<String>>,
}

impl HttpsServer {
    /// The requests that came. The server ends with a connection that says nothing.
    fn end(self) -> Vec<String> {
        drop(std::net::TcpStream::connect(("127.0.0.1", self.port)).unwrap());
        self.thread.join().unwrap()
    }
}

/// Starts a server and gives its certificate.
fn https_server() -> (HttpsServer, String) {
    let certified = certified();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = thread::spawn(move || {
        let mut requests = Vec::new();
        loop {
            let (stream, _) = listener.accept().unwrap();
            let mut first = [0];
            if stream.peek(&mut first).unwrap() == 0 {
                return requests;
            }
            let connection = ServerConnection::new(config.clone()).unwrap();
            requests.extend(request(StreamOwned::new(connection, stream)));
        }
    });
    (HttpsServer { port, thread }, certified.cert.pem())
}

/// Takes a request, if TLS can be agreed on.
fn request(mut stream: StreamOwned<ServerConnection, std::net::TcpStream>) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains("\r\n\r\n") || !text.ends_with('}') {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => text += &String::from_utf8_lossy(&buffer[..count]),
        }
    }
    let answer = "HTTP/1.1 201 Created\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    stream.write_all(answer.as_bytes()).unwrap();
    stream.flush().unwrap();
    Some(text)
}
