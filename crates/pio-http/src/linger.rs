//! The end of a connection whose client may still be sending.
//!
//! A socket that is closed while bytes wait in it is reset, and the client may lose the answer that is on its way: most clients send a
//! whole request before they read. So the server says that it sends no more, and reads on for a while.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, timeout, timeout_at};

/// How much a client may go on to send.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// For how long it may do so.
const MOST_TIME: Duration = Duration::from_secs(30);

/// How long it may be silent meanwhile.
const SILENCE: Duration = Duration::from_secs(2);

/// How long a client may take to read why its connection is closed.
const REJECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Sends no more, and forgets what still comes.
pub(crate) async fn linger(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut buffer = vec![0; 8 * 1024];
    let mut left = MOST_BYTES;
    let end = Instant::now() + MOST_TIME;
    while let Ok(Ok(count @ 1..)) =
        timeout_at(end.min(Instant::now() + SILENCE), stream.read(&mut buffer)).await
    {
        left = left.saturating_sub(count);
        if left == 0 {
            return;
        }
    }
}

/// How long a refused client may take to begin its request.
const BEGINNING: Duration = Duration::from_millis(500);

/// Refuses a connection. Many clients take an answer that comes before their request for an error, so its beginning is waited for.
pub(crate) async fn refuse(mut stream: impl AsyncRead + AsyncWrite + Unpin, message: &str) {
    let mut beginning = [0; 512];
    drop(timeout(BEGINNING, stream.read(&mut beginning)).await);
    reject(stream, "503 Service Unavailable", message).await;
}

/// A response without a request: to a connection that is too many, or whose request has no sound head.
pub(crate) async fn reject(mut stream: impl AsyncRead + AsyncWrite + Unpin, status: &str, message: &str) {
    let message = format!("{{\"message\":\"{message}\"}}");
    let length = message.len();
    let retry = if status.starts_with("503") { "retry-after: 1\r\n" } else { "" };
    let head =
        format!("connection: close\r\n{retry}content-type: application/json\r\ncontent-length: {length}");
    let text = format!("HTTP/1.1 {status}\r\n{head}\r\n\r\n{message}");
    // A client that does not read either is not waited for.
    let said = async {
        if stream.write_all(text.as_bytes()).await.is_ok() {
            linger(stream).await;
        }
    };
    drop(timeout(REJECT_TIMEOUT, said).await);
}
