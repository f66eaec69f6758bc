//! closure.toml: the one place that names what the closure holds.

use anyhow::{Context as _, Result, ensure};
use pio_closure::lockfile::LeftOut;
use serde::Deserialize;

use crate::project;
use crate::vendor::maven::Coordinate;

/// The file's name.
pub(crate) const FILE: &str = "closure.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Manifest {
    pub(crate) spark: Spark,
    pub(crate) driver: Driver,
    pub(crate) java: Wheel,
    pub(crate) postgres: Postgres,
    pub(crate) sbt: Sbt,
    leave_out: Vec<LeaveOut>,
}

/// Libraries as `group:artifact:version`, resolved with all that they need.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spark {
    pub(crate) platform: String,
    pub(crate) libraries: Vec<String>,
    pub(crate) pins: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Driver {
    pub(crate) artifact: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wheel {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) platform: String,
    pub(crate) folder: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Postgres {
    pub(crate) artifact: String,
    pub(crate) archive: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sbt {
    pub(crate) version: String,
    pub(crate) plugin: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeaveOut {
    artifact: String,
    reason: String,
}

impl Manifest {
    pub(crate) fn read() -> Result<Self> {
        let text = fs_err::read_to_string(project::root().join(FILE))?;
        toml::from_str(&text).context("closure.toml is not as it should be")
    }

    /// Why the closure does without an artifact, if it does.
    pub(crate) fn reason_to_leave_out(&self, coordinate: &str) -> Result<Option<&str>> {
        let coordinate = Coordinate::parse(coordinate)?;
        let left = self.leave_out.iter().find(|left| matches(&left.artifact, &coordinate));
        Ok(left.map(|left| left.reason.as_str()))
    }

    /// A reason that no longer applies to anything is a mistake.
    pub(crate) fn ensure_reasons_are_used(&self, left_out: &[LeftOut]) -> Result<()> {
        for left in &self.leave_out {
            let used = left_out.iter().any(|one| {
                one.reason == left.reason && {
                    Coordinate::parse(&one.coordinate)
                        .is_ok_and(|coordinate| matches(&left.artifact, &coordinate))
                }
            });
            ensure!(used, "closure.toml leaves out {}, which nothing asks for", left.artifact);
        }
        Ok(())
    }
}

/// Whether `group:artifact[:classifier]`, whose classifier may be `*`, means this artifact.
fn matches(pattern: &str, coordinate: &Coordinate) -> bool {
    let parts: Vec<&str> = pattern.split(':').collect();
    let classifier = coordinate.classifier.as_deref();
    match parts[..] {
        [group, artifact] => {
            group == coordinate.group && artifact == coordinate.artifact && classifier.is_none()
        }
        [group, artifact, wanted] => {
            group == coordinate.group
                && artifact == coordinate.artifact
                && classifier.is_some_and(|classifier| wanted == "*" || wanted == classifier)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Coordinate, Manifest, matches};

    #[test]
    fn the_projects_own_manifest_is_well_formed() {
        let manifest = Manifest::read().unwrap();
        assert!(manifest.reason_to_leave_out("org.rocksdb:rocksdbjni:jar:8.3.2").unwrap().is_some());
        assert!(manifest.reason_to_leave_out("joda-time:joda-time:jar:2.12.5").unwrap().is_none());
    }

    #[test]
    fn a_classifier_counts() {
        let plain = Coordinate::parse("g:a:jar:1").unwrap();
        let native = Coordinate::parse("g:a:jar:osx:1").unwrap();
        assert!(matches("g:a", &plain) && !matches("g:a", &native));
        assert!(matches("g:a:osx", &native) && matches("g:a:*", &native) && !matches("g:a:*", &plain));
    }
}
