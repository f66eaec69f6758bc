//! Fetching a distribution from the web, and making sure that it is the right one.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use sha2::{Digest as _, Sha256};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::errors::Error;
use crate::url::{DistributionUrl, Place};

/// Platforms give a build fifteen minutes in all.
const LIMIT: Duration = Duration::from_mins(8);

/// How often a download is tried.
const ATTEMPTS: u32 = 3;

/// The tarball on this disk: from the cache where its digest is known and right, else fetched into the cache.
///
/// # Errors
/// When it cannot be had, or is another one than the digest says.
pub fn tarball(url: &DistributionUrl, cache: &Path) -> Result<PathBuf, Error> {
    match &url.place {
        Place::File(path) if !path.is_file() => {
            Err(Error::Download { reason: format!("{} does not exist.", path.display()) })
        }
        Place::File(path) => verified(path.clone(), url),
        Place::Web(address) => {
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
    if matches!(url.place, Place::Web(_)) {
        fs::remove_file(&file)?;
    }
    Err(Error::WrongDigest { expected: expected.clone(), actual })
}

fn download(address: &str, to: &Path) -> Result<(), Error> {
    let agent = agent(address.starts_with("https://"));
    let mut attempt = 1;
    loop {
        match download_once(&agent, address, to) {
            Ok(()) => return Ok(()),
            Err(error) if attempt == ATTEMPTS || !may_pass(&error) => {
                return Err(Error::Download { reason: reason(&error) });
            }
            Err(_) => std::thread::sleep(Duration::from_secs(u64::from(attempt))),
        }
        attempt += 1;
    }
}

fn download_once(agent: &ureq::Agent, address: &str, to: &Path) -> Result<(), ureq::Error> {
    let mut answer = agent.get(address).call()?;
    let part = to.with_extension("part");
    let mut file = fs::File::create(&part)?;
    std::io::copy(&mut answer.body_mut().as_reader(), &mut file)?;
    file.flush()?;
    fs::rename(&part, to)?;
    Ok(())
}

/// Whether trying again may help: not where the server has said no.
fn may_pass(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::StatusCode(status) => *status >= 500 || *status == 429,
        ureq::Error::RequireHttpsOnly(_) | ureq::Error::TooManyRedirects => false,
        _ => true,
    }
}

/// Why the download failed, without the addresses that redirects lead to: they may carry keys.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::RequireHttpsOnly(_) => {
            "The server redirects to an address that is not https://, where anyone could change the \
             tarball on the way. Nothing was fetched from there. Name an address that stays on https://."
                .to_owned()
        }
        ureq::Error::BadUri(_) => "The server redirects to an address that cannot be understood.".to_owned(),
        other => format!("{other}."),
    }
}

/// A client that trusts what the machine trusts. Where the address begins with `https://`, every redirect must, too, with or
/// without a digest.
fn agent(https_only: bool) -> ureq::Agent {
    let machine = rustls_native_certs::load_native_certs().certs;
    let certificates: Vec<Certificate<'static>> =
        machine.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    let mut tls = TlsConfig::builder();
    if !certificates.is_empty() {
        tls = tls.root_certs(RootCerts::new_with_certs(&certificates));
    }
    ureq::Agent::config_builder()
        .tls_config(tls.build())
        .https_only(https_only)
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_global(Some(LIMIT))
        .build()
        .new_agent()
}

/// The SHA-256 of a file, in lower-case hexadecimal digits.
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
