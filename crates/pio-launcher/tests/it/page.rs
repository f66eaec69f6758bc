//! The proxy in front of a master's page.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener as Backend};

use pio_launcher::spark::auth::Credentials;
use pio_launcher::spark::proxy;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const RIGHT: &str = "Authorization: Basic c3Bhcms6Z2VoZWlt\r\n";

/// A page that answers with the request that it got.
fn echo() -> SocketAddr {
    let listener = Backend::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 4096];
            let length = stream.read(&mut buffer).unwrap();
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
                .unwrap();
            stream.write_all(&buffer[..length]).unwrap();
        }
    });
    address
}

async fn ask(backend: &str, password: Option<&str>, header: &str) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let credentials = password.map(|password| Credentials::new("spark", password));
    let serving =
        tokio::spawn(proxy::serve(listener, backend.to_owned(), credentials, std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET /app/?id=1 HTTP/1.1\r\nHost: spark.example\r\n{header}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    serving.abort();
    answer
}

#[tokio::test]
async fn with_the_password_the_page_is_seen_and_the_password_stays_here() {
    let answer = ask(&echo().to_string(), Some("geheim"), RIGHT).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("GET /app/?id=1 HTTP/1.1") && answer.contains("spark.example"), "{answer}");
    assert!(!answer.to_lowercase().contains("authorization"), "{answer}");
}

#[tokio::test]
async fn without_the_password_it_is_not() {
    for header in ["", "Authorization: Basic c3Bhcms6ZmFsc2No\r\n"] {
        let answer = ask(&echo().to_string(), Some("geheim"), header).await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        assert!(answer.to_lowercase().contains("www-authenticate: basic realm=\"spark\""), "{answer}");
    }
}

#[tokio::test]
async fn a_page_without_a_password_is_closed_to_everyone() {
    let answer = ask(&echo().to_string(), None, RIGHT).await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("SPARK_PUBLIC_PASSWORD"), "{answer}");
}

#[tokio::test]
async fn a_master_that_is_away_is_a_bad_gateway() {
    let answer = ask("127.0.0.1:1", Some("geheim"), RIGHT).await;
    assert!(answer.starts_with("HTTP/1.1 502") && answer.contains("does not answer"), "{answer}");
}
