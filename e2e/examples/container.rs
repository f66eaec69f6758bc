//! A PostgreSQL in a container, for as long as its caller keeps standard input open: `container IMAGE:TAG`.
//!
//! Its address is the only line that is printed.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use e2e::database::sql;
use testcontainers::core::IntoContainerPort as _;
use testcontainers::runners::SyncRunner as _;
use testcontainers::{Container, GenericImage, ImageExt as _};

const USER: &str = "pio";
const PASSWORD: &str = "p-e2e-secret";

/// How long the server may take to start.
const LIMIT: Duration = Duration::from_mins(2);

fn main() -> Result<()> {
    let image = std::env::args().nth(1).context("which image?")?;
    let (name, tag) = image.rsplit_once(':').context("an image is named with its tag")?;
    let container = GenericImage::new(name, tag)
        .with_exposed_port(5432.tcp())
        .with_env_var("POSTGRES_USER", USER)
        .with_env_var("POSTGRES_PASSWORD", PASSWORD)
        .with_env_var("POSTGRES_DB", USER)
        .start()?;
    let port = container.get_host_port_ipv4(5432.tcp())?;
    let url = format!("postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/{USER}");
    wait(&container, &url)?;
    writeln!(std::io::stdout(), "{url}")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Waits until the server answers. While it sets itself up, it listens to nobody outside of its container.
fn wait(container: &Container<GenericImage>, url: &str) -> Result<()> {
    let end = Instant::now() + LIMIT;
    while let Err(error) = sql(url, "SELECT 1") {
        if Instant::now() > end {
            let log = container.stderr_to_vec().unwrap_or_default();
            bail!(
                "the database in the container does not answer: {error:#}\n{}",
                String::from_utf8_lossy(&log)
            );
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}
