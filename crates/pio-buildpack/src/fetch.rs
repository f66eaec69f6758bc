//! Downloads a distribution and checks its digest.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use pio_http::client::{self, Trust};
use reqwest::StatusCode;
use reqwest::blocking::Client;
use reqwest::redirect::{Attempt, Policy};
use sha2::{Digest as _, Sha256};

use crate::errors::Error;
use crate::url::{DistributionUrl, Location};

/// Time limit of a download. Platforms allow fifteen minutes for the whole build.
const LIMIT: Duration = Duration::from_mins(8);

/// Maximum number of download attempts.
const ATTEMPTS: u32 = 3;

const REDIRECTS: usize = 10;

/// Returns the local tarball: from the cache if its digest is known and correct, else after a download to the
/// cache.
///
/// # Errors
/// When it cannot be downloaded, or does not match its digest.
pub fn tarball(url: &DistributionUrl, cache: &Path) -> Result<PathBuf, Error> {
    match &url.place {
        Location::File(path) if !path.is_file() => {
            Err(Error::Download { reason: format!("{} does not exist.", path.display()) })
        }
        Location::File(path) => verified(path.clone(), url),
        Location::Web(address) => {
            let kept = cache.join("distribution.tar");
            if url.sha256.is_some() && kept.is_file() && url.sha256 == Some(sha256(&kept)?) {
                return Ok(kept);
            }
            fs::create_dir_all(cache)?;
            download(address, &kept)?;
            verified(kept, url)
        }
    }
}

fn verified(file: PathBuf, url: &DistributionUrl) -> Result<PathBuf, Error> {
    let Some(expected) = &url.sha256 else { return Ok(file) };
    let actual = sha256(&file)?;
    if actual == *expected {
        return Ok(file);
    }
    if matches!(url.place, Location::Web(_)) {
        fs::remove_file(&file)?;
    }
    Err(Error::WrongDigest { expected: expected.clone(), actual })
}

fn download(address: &str, to: &Path) -> Result<(), Error> {
    let client = client(address.starts_with("https://"))?;
    let mut attempt = 1;
    loop {
        match download_once(&client, address, to) {
            Ok(()) => return Ok(()),
            Err(failed) if attempt == ATTEMPTS || !failed.may_pass => {
                return Err(Error::Download { reason: failed.reason });
            }
            Err(_) => std::thread::sleep(Duration::from_secs(u64::from(attempt))),
        }
        attempt += 1;
    }
}

fn download_once(client: &Client, address: &str, to: &Path) -> Result<(), Failed> {
    let mut answer = client.get(address).send()?.error_for_status()?;
    let part = to.with_extension("part");
    let mut file = fs::File::create(&part)?;
    std::io::copy(&mut answer, &mut file)?;
    file.flush()?;
    fs::rename(&part, to)?;
    Ok(())
}

struct Failed {
    /// The reason, as a sentence.
    reason: String,
    /// Whether another attempt may succeed; `false` if the server refused the request.
    may_pass: bool,
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self { reason: format!("{}.", root_cause(&error)), may_pass: true }
    }
}

impl From<reqwest::Error> for Failed {
    /// Omits the addresses of redirects, because they may contain keys.
    fn from(error: reqwest::Error) -> Self {
        let status = error.status();
        let may_pass = match status {
            Some(status) => status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS,
            None => !error.is_redirect(),
        };
        let cause = root_cause(&error);
        let reason = match status {
            Some(status) => format!("The server answers {status}."),
            None if error.is_redirect() => cause,
            None if error.is_timeout() => {
                "The server did not answer, or did not send all, in time.".to_owned()
            }
            None => format!("{cause}."),
        };
        Self { reason, may_pass }
    }
}

/// The text of the innermost error. The outermost one contains the address.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// An HTTP client with the machine's trusted certificates. If the address begins with `https://`, all
/// redirects must do so, too, even if there is a digest.
fn client(is_https: bool) -> Result<Client, Error> {
    // A redirect may lead from http:// to https://, so certificates are loaded if possible.
    let tls = client::tls(Trust::Machine)
        .or_else(|error| if is_https { Err(error) } else { client::tls(Trust::Nobody) });
    let tls = tls.map_err(|error| Error::Download { reason: format!("{error}.") })?;
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::custom(move |attempt| follow(attempt, is_https)))
        .connect_timeout(Duration::from_secs(20))
        .timeout(LIMIT)
        .build()
        .map_err(|error| Error::Download { reason: format!("{}.", root_cause(&error)) })
}

fn follow(attempt: Attempt<'_>, is_https: bool) -> reqwest::redirect::Action {
    if is_https && attempt.url().scheme() != "https" {
        attempt.error(
            "The server redirects to an address that is not https://, where anyone could change the \
             tarball on the way. Nothing was fetched from there. Name an address that stays on https://.",
        )
    } else if attempt.previous().len() > REDIRECTS {
        attempt.error(format!("The server redirects more than {REDIRECTS} times."))
    } else {
        attempt.follow()
    }
}

/// The SHA-256 digest of a file, in lower-case hexadecimal.
///
/// # Errors
/// When it cannot be read.
pub fn sha256(file: &Path) -> Result<String, Error> {
    let mut file = fs::File::open(file)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hasher.finalize())),
            length => hasher.update(&buffer[..length]),
        }
    }
}
