//! The TLS client for a mode.

use std::sync::Arc;

use fs_err as fs;
use pio_settings::database::{DatabaseSettings, SslMode};
use rustls::{
    ClientConfig, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::{CryptoProvider, ring},
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::verifier::{Anyone, Trusted};
use crate::errors::{Result, StorageError};

/// A client that verifies as much as the settings ask.
pub(super) fn client(settings: &DatabaseSettings) -> Result<MakeRustlsConnect> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match settings.sslmode {
        SslMode::VerifyCa => Arc::new(trusted(settings, &provider, false)?),
        SslMode::VerifyFull => Arc::new(trusted(settings, &provider, true)?),
        _ => Arc::new(Anyone { algorithms: provider.signature_verification_algorithms }),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| certificates(&e))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn trusted(settings: &DatabaseSettings, provider: &Arc<CryptoProvider>, check_name: bool) -> Result<Trusted> {
    let pinned = match &settings.root_cert {
        Some(file) => from_file(file)?,
        None => Vec::new(),
    };
    let mut roots = RootCertStore::empty();
    if settings.root_cert.is_some() {
        roots.add_parsable_certificates(pinned.iter().cloned());
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|e| certificates(&e))?;
    Ok(Trusted { chain, pinned, check_name })
}

fn from_file(file: &std::path::Path) -> Result<Vec<CertificateDer<'static>>> {
    let text = fs::read(file).map_err(|e| certificates(&e))?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<std::result::Result<_, _>>()
        .map_err(|e| certificates(&e))?;
    if found.is_empty() {
        return Err(certificates(&format!("{} holds no certificate", file.display())));
    }
    Ok(found)
}

fn certificates(error: &dyn std::fmt::Display) -> StorageError {
    StorageError::Certificates { detail: error.to_string() }
}
