//! `pio undeploy`. `pio deploy` does the same before it binds the port.

use std::time::{Duration, Instant};

use anyhow::Result;
use pio_http::client::{self, Trust};
use pio_settings::secret::Secret;
use pio_settings::{env, vars};
use reqwest::blocking::Client;
use reqwest::redirect::Policy;

use crate::cli::servers::Undeploy;
use crate::errors::ConsoleError;
use crate::output::Console;

const ENGINE: &str = "Engine$";

/// Time limit for a response of the server.
const ANSWER: Duration = Duration::from_secs(5);
/// Time limit for the server to end. It drains its queries first.
const END: Duration = Duration::from_secs(40);

pub(crate) struct Target<'a> {
    pub(crate) ip: &'a str,
    pub(crate) port: u16,
    pub(crate) key: Option<&'a Secret>,
}

pub(crate) fn run(console: Console, args: &Undeploy) -> Result<()> {
    let key =
        args.server_access_key.clone().or_else(|| env::get(vars::PIO_SERVER_ACCESS_KEY)).map(Secret::new);
    let target = Target { ip: &args.ip, port: args.port, key: key.as_ref() };
    if target.end(console)? { Ok(()) } else { Err(ConsoleError::NothingDeployed(target.url()).into()) }
}

impl Target<'_> {
    /// Stops the engine deployed there. Returns whether there was one.
    pub(crate) fn end(&self, console: Console) -> Result<bool, ConsoleError> {
        console.info(ENGINE, format_args!("Undeploying any existing engine instance at {}", self.url()));
        let client = client()?;
        let mut request = client.post(format!("{}/stop", self.reachable()));
        if let Some(key) = self.key {
            request = request.query(&[("accessKey", key.expose())]);
        }
        let status = match request.send() {
            Ok(answer) => answer.status().as_u16(),
            Err(error) if error.is_connect() => return Ok(false),
            Err(_) => return Err(ConsoleError::OtherServer(self.url())),
        };
        match status {
            200 => self.wait_for_end(&client).map(|()| true),
            401 => Err(ConsoleError::WrongServerKey(self.url())),
            403 => Err(ConsoleError::NoServerKey(self.url())),
            _ => Err(ConsoleError::OtherServer(self.url())),
        }
    }

    fn wait_for_end(&self, client: &Client) -> Result<(), ConsoleError> {
        let start = Instant::now();
        while start.elapsed() < END {
            match client.get(format!("{}/healthz", self.reachable())).send() {
                Err(error) if error.is_connect() => return Ok(()),
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
        }
        Err(ConsoleError::DoesNotEnd(self.url()))
    }

    /// The address as the user gave it.
    fn url(&self) -> String {
        if self.ip.contains(':') {
            format!("http://[{}]:{}", self.ip, self.port)
        } else {
            format!("http://{}:{}", self.ip, self.port)
        }
    }

    /// The address to connect to. A wildcard address is only for binding; the loopback address replaces it.
    fn reachable(&self) -> String {
        match self.ip {
            "0.0.0.0" => format!("http://127.0.0.1:{}", self.port),
            "::" => format!("http://[::1]:{}", self.port),
            _ => self.url(),
        }
    }
}

/// An HTTP client for a server on this machine or network. It follows no redirects, because they would send
/// the key elsewhere.
fn client() -> Result<Client, ConsoleError> {
    let tls = client::tls(Trust::Nobody).map_err(|error| ConsoleError::NoClient(error.to_string()))?;
    let builder = Client::builder().tls_backend_preconfigured(tls);
    let built = builder.timeout(ANSWER).no_proxy().redirect(Policy::none()).build();
    built.map_err(|error| ConsoleError::NoClient(error.to_string()))
}
