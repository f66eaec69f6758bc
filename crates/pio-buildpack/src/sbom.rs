//! The software bill of materials of an image: the one of the release, plus the engine's own jars.

use fs_err as fs;
use serde_json::{Value, json};

use crate::app::App;
use crate::cache::BUILT;
use crate::distribution::Distribution;
use crate::errors::Error;

/// The bill of materials of the release, in CycloneDX JSON, written by `cargo xtask dist`.
const FILE: &str = "sbom.cdx.json";

/// The bill of materials in CycloneDX JSON; `None` if the release has none.
///
/// # Errors
/// When a file cannot be read.
pub fn of(distribution: &Distribution, app: &App) -> Result<Option<Vec<u8>>, Error> {
    let file = distribution.root.join(FILE);
    if !file.is_file() {
        return Ok(None);
    }
    let mut bill: Value = serde_json::from_slice(&fs::read(file)?).map_err(std::io::Error::from)?;
    if let (App::Engine { folder, .. }, Some(components)) = (app, bill["components"].as_array_mut()) {
        let mut jars = Vec::new();
        for entry in fs::read_dir(folder.join(BUILT).join("lib"))? {
            jars.push(entry?.file_name().to_string_lossy().into_owned());
        }
        jars.sort();
        components.extend(jars.iter().map(|jar| component(jar)));
    }
    Ok(Some(serde_json::to_vec(&bill).map_err(std::io::Error::from)?))
}

/// Derives a component from a jar's file name: `artifact-1.2.3.jar`.
fn component(jar: &str) -> Value {
    let stem = jar.strip_suffix(".jar").unwrap_or(jar);
    let cut = stem
        .match_indices('-')
        .map(|(at, _)| at)
        .find(|at| stem[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    match cut {
        Some(at) => json!({"type": "library", "name": &stem[..at], "version": &stem[at + 1..]}),
        None => json!({"type": "library", "name": stem}),
    }
}

#[cfg(test)]
mod tests {
    use super::component;

    #[test]
    fn a_jar_is_called_by_artifact_and_version() {
        let json = component("lucene-analyzers-common-6.5.1.jar");
        assert_eq!(
            (json["name"].as_str(), json["version"].as_str()),
            (Some("lucene-analyzers-common"), Some("6.5.1"))
        );
        assert_eq!(component("engine.jar")["name"], "engine");
    }
}
