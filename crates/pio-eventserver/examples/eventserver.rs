//! The event server alone, for measurements and for tests that kill it: `DATABASE_URL=… eventserver <port>`.
//! It prints its address as soon as it listens, and stops at SIGTERM.

use pio_eventserver::config::Config;
use pio_eventserver::server::serve;
use pio_settings::database;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).unwrap_or_default().parse().unwrap_or(0);
    let settings = database::from_env()?.ok_or("DATABASE_URL is not set")?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    print(&format!("{}\n", listener.local_addr()?))?;
    let mut term = signal(SignalKind::terminate())?;
    let shutdown = async move {
        term.recv().await;
    };
    serve(listener, &settings, Config::default(), shutdown).await?;
    Ok(())
}

fn print(line: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    std::io::stdout().write_all(line.as_bytes())?;
    std::io::stdout().flush()
}
