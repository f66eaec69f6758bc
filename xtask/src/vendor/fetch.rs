//! How files come from the registries: through their ordinary clients.

use std::path::Path;

use anyhow::Result;
use pio_closure::lockfile::{Artifact, Section};

use super::progress::Progress;
use super::{maven, need_clients, pip};

/// A file to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArtifactRequest {
    /// The coordinate, as closure.lock writes it.
    pub(crate) coordinate: String,
    /// Which client fetches it.
    pub(crate) client: Client,
    /// The name that the file gets.
    pub(crate) file: String,
}

/// The client of a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    Maven,
    Pip,
}

impl ArtifactRequest {
    /// The file of an artifact, named by its digest.
    pub(crate) fn of(artifact: &Artifact) -> Self {
        let client = if artifact.section == Section::Java { Client::Pip } else { Client::Maven };
        Self { coordinate: artifact.coordinate.clone(), client, file: artifact.sha256.clone() }
    }
}

/// A way to get files.
pub(crate) trait Fetch {
    /// Puts files into a folder under their names; leaves there what came before something failed.
    fn fetch(&self, wanted: &[ArtifactRequest], into: &Path, cache: &Path) -> Result<()>;
}

/// Maven and pip, both at the same time.
pub(crate) struct OrdinaryClients;

impl Fetch for OrdinaryClients {
    fn fetch(&self, wanted: &[ArtifactRequest], into: &Path, cache: &Path) -> Result<()> {
        need_clients(wanted)?;
        let progress = Progress::start(wanted.len());
        let (jars, wheels): (Vec<_>, Vec<_>) =
            wanted.iter().cloned().partition(|wanted| wanted.client == Client::Maven);
        std::thread::scope(|scope| {
            let wheels = scope.spawn(|| pip::fetch(&wheels, into, &progress));
            let jars = maven::fetch(&jars, into, cache, &progress);
            let wheels = wheels.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            jars.and(wheels)
        })
    }
}
