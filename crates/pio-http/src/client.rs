//! TLS of the programs that ask other servers.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

/// Whose certificates a client accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Nobody's: it only speaks without TLS.
    Nobody,
    /// Those of whom the machine trusts, or of the authorities in the file that `SSL_CERT_FILE` names.
    Machine,
}

/// Why the certificates cannot be verified.
#[derive(Debug, Error)]
#[error(
    "the certificates of this machine, by which servers are verified, cannot be used: {0}. \
     Install them (ca-certificates), or name their file in SSL_CERT_FILE"
)]
pub struct NoCertificates(String);

/// The settings of TLS. The machine's certificates are read only where they are needed.
///
/// # Errors
/// When the machine has none that can be used.
pub fn tls(trust: Trust) -> Result<ClientConfig, NoCertificates> {
    let mut roots = RootCertStore::empty();
    if trust == Trust::Machine {
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            let why = found.errors.first().map_or_else(|| "there are none".to_owned(), ToString::to_string);
            return Err(NoCertificates(why));
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| NoCertificates(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
