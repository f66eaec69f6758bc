//! Resolves libraries with all that they need, as Maven does.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::vendor::maven::maven;

/// The coordinates of libraries (given as `group:artifact:version`) and of everything that they need at run time, in the
/// versions of the pins, else of the platform, else of Maven's own choice.
pub(crate) fn resolve(
    libraries: &[String],
    pins: &[String],
    platform: Option<&str>,
    scratch: &Path,
    cache: &Path,
) -> Result<Vec<String>> {
    let folder = tempfile::tempdir_in(scratch)?;
    let pom = folder.path().join("pom.xml");
    fs_err::write(&pom, project(libraries, pins, platform)?)?;
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

fn project(libraries: &[String], pins: &[String], platform: Option<&str>) -> Result<String> {
    let mut managed = String::new();
    for pin in pins {
        managed += &dependency(pin, "")?;
    }
    if let Some(platform) = platform {
        managed += &dependency(platform, "<type>pom</type><scope>import</scope>")?;
    }
    let mut wanted = String::new();
    for library in libraries {
        wanted += &dependency(library, "<scope>compile</scope>")?;
    }
    Ok(format!(
        "<project><modelVersion>4.0.0</modelVersion><groupId>pio</groupId><artifactId>closure</artifactId>\
         <version>1</version><dependencyManagement><dependencies>\n{managed}</dependencies></dependencyManagement>\
         <dependencies>\n{wanted}</dependencies></project>\n"
    ))
}

fn dependency(coordinate: &str, how: &str) -> Result<String> {
    let parts: Vec<&str> = coordinate.split(':').collect();
    let (group, artifact, version, which) = match parts[..] {
        [group, artifact, version] => (group, artifact, version, String::new()),
        [group, artifact, kind, classifier, version] => {
            let which = format!("<type>{kind}</type><classifier>{classifier}</classifier>");
            (group, artifact, version, which)
        }
        _ => anyhow::bail!(
            "{coordinate} in closure.toml is neither group:artifact:version nor group:artifact:type:classifier:version"
        ),
    };
    Ok(format!(
        "<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>{which}{how}</dependency>\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::{coordinate, dependency};

    #[test]
    fn a_pin_may_name_a_classifier() {
        let pin = dependency("g:a:jar:linux-x86_64:1", "").unwrap();
        assert!(
            pin.contains("<version>1</version><type>jar</type><classifier>linux-x86_64</classifier>"),
            "{pin}"
        );
        dependency("g:a:jar:1", "").unwrap_err();
    }

    #[test]
    fn a_coordinate_is_found_in_mavens_words() {
        assert_eq!(coordinate("   a.b:c:jar:1.0:compile -- module c (auto)").unwrap(), "a.b:c:jar:1.0");
        assert_eq!(coordinate("   a.b:c:jar:linux:1.0:runtime").unwrap(), "a.b:c:jar:linux:1.0");
        assert_eq!(coordinate("The following files have been resolved:"), None);
    }
}
