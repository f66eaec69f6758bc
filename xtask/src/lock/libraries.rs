//! Resolves libraries with all that they need, as Maven does.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::vendor::maven::maven;

/// The coordinates of libraries (given as `group:artifact:version`) and of everything that they need at run time.
pub(crate) fn resolve(
    libraries: &[String],
    pins: &[String],
    scratch: &Path,
    cache: &Path,
) -> Result<Vec<String>> {
    let folder = tempfile::tempdir_in(scratch)?;
    let pom = folder.path().join("pom.xml");
    fs_err::write(&pom, project(libraries, pins)?)?;
    let list = folder.path().join("list");
    let mut output = std::ffi::OsString::from("-DoutputFile=");
    output.push(&list);
    maven(&pom, &cache.join("maven"))
        .args(["org.apache.maven.plugins:maven-dependency-plugin:3.8.1:list", "-DincludeScope=runtime"])
        .arg(output)
        .captured()
        .run()
        .context("Maven could not resolve the libraries in closure.toml")?;
    Ok(fs_err::read_to_string(list)?.lines().filter_map(coordinate).collect())
}

/// The coordinate in a line such as "   org.a:b:jar:1.0:compile -- module b (auto)".
fn coordinate(line: &str) -> Option<String> {
    let word = line.split_whitespace().next()?;
    let (coordinate, scope) = word.rsplit_once(':')?;
    matches!(scope, "compile" | "runtime").then(|| coordinate.to_owned())
}

fn project(libraries: &[String], pins: &[String]) -> Result<String> {
    Ok(format!(
        "<project><modelVersion>4.0.0</modelVersion><groupId>pio</groupId><artifactId>closure</artifactId>\
         <version>1</version><dependencyManagement><dependencies>\n{}</dependencies></dependencyManagement>\
         <dependencies>\n{}</dependencies></project>\n",
        dependencies(pins)?,
        dependencies(libraries)?
    ))
}

fn dependencies(coordinates: &[String]) -> Result<String> {
    let mut text = String::new();
    for coordinate in coordinates {
        let parts: Vec<&str> = coordinate.split(':').collect();
        let [group, artifact, version] = parts[..] else {
            anyhow::bail!("{coordinate} in closure.toml is not of the form group:artifact:version")
        };
        writeln!(
            text,
            "<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        )?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::coordinate;

    #[test]
    fn a_coordinate_is_found_in_mavens_words() {
        assert_eq!(coordinate("   a.b:c:jar:1.0:compile -- module c (auto)").unwrap(), "a.b:c:jar:1.0");
        assert_eq!(coordinate("   a.b:c:jar:linux:1.0:runtime").unwrap(), "a.b:c:jar:linux:1.0");
        assert_eq!(coordinate("The following files have been resolved:"), None);
    }
}
