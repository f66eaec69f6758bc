//! Fetches Maven artifacts with `mvn`: many a call, several calls at once.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use pio_process::command::Command;
use pio_process::error::Error;

use super::fetch::ArtifactRequest;
use super::progress::Progress;

/// How many calls run at once: they wait for the network most of the time.
const CALLS: usize = 4;

/// The plugin that copies single artifacts.
const PLUGIN: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/// A Maven coordinate in its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Coordinate {
    pub(crate) group: String,
    pub(crate) artifact: String,
    pub(crate) kind: String,
    pub(crate) classifier: Option<String>,
    pub(crate) version: String,
}

impl Coordinate {
    /// Reads `group:artifact:type[:classifier]:version`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let (group, artifact, kind, classifier, version) = match parts[..] {
            [group, artifact, kind, version] => (group, artifact, kind, None, version),
            [group, artifact, kind, classifier, version] => {
                (group, artifact, kind, Some(classifier), version)
            }
            _ => anyhow::bail!("{text} is not of the form group:artifact:type[:classifier]:version"),
        };
        Ok(Self {
            group: group.to_owned(),
            artifact: artifact.to_owned(),
            kind: kind.to_owned(),
            classifier: classifier.map(str::to_owned),
            version: version.to_owned(),
        })
    }

    /// Where Maven's local repository keeps the files of this group, artifact and version.
    fn folder(&self, repository: &Path) -> PathBuf {
        repository.join(self.group.replace('.', "/")).join(&self.artifact).join(&self.version)
    }

    /// The name of the file in a repository.
    pub(crate) fn file_name(&self) -> String {
        let classifier = self.classifier.as_ref().map(|name| format!("-{name}")).unwrap_or_default();
        format!("{}-{}{classifier}.{}", self.artifact, self.version, self.kind)
    }
}

/// Fetches artifacts into a folder, with a local repository of its own in the cache: the user's is left alone, and a broken
/// file in it does no harm here.
pub(crate) fn fetch(
    wanted: &[ArtifactRequest],
    into: &Path,
    cache: &Path,
    progress: &Progress,
) -> Result<()> {
    let repository = cache.join("maven");
    let mut items = Vec::new();
    for wanted in wanted {
        items.push((Coordinate::parse(&wanted.coordinate)?, wanted.file.clone()));
    }
    items.sort();
    // The first call brings the plugin itself, so that the others need not fetch it all at once into one place.
    let (first, rest) = items.split_at(items.len().min(1));
    let mut result = call(first, into, &repository, progress);
    if result.is_ok() {
        result = in_parallel(rest, into, &repository, progress);
    }
    for (coordinate, _) in &items {
        let _ = fs_err::remove_dir_all(coordinate.folder(&repository));
    }
    result
}

fn in_parallel(
    items: &[(Coordinate, String)],
    into: &Path,
    repository: &Path,
    progress: &Progress,
) -> Result<()> {
    let chunks = items.chunks(items.len().div_ceil(CALLS).max(1));
    std::thread::scope(|scope| {
        let calls: Vec<_> =
            chunks.map(|chunk| scope.spawn(move || call(chunk, into, repository, progress))).collect();
        // All are waited for: what the others fetch is kept even where one fails.
        let results: Vec<Result<()>> = calls
            .into_iter()
            .map(|call| call.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect();
        results.into_iter().collect()
    })
}

/// Runs `mvn` once. It copies nothing when one artifact cannot be had, so whatever did come is taken from its repository.
fn call(items: &[(Coordinate, String)], into: &Path, repository: &Path, progress: &Progress) -> Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    let folder = tempfile::tempdir_in(into)?;
    let pom = folder.path().join("pom.xml");
    fs_err::write(&pom, project(items, into))?;
    let names: Vec<String> = items.iter().map(|(coordinate, _)| coordinate.file_name()).collect();
    let done = run(&pom, repository, &format!("{PLUGIN}:copy"), names, progress);
    if done.is_err() {
        for (coordinate, file) in items {
            let fetched = coordinate.folder(repository).join(coordinate.file_name());
            let _ = fs_err::rename(fetched, into.join(file));
        }
    }
    done
}

/// Runs a goal of Maven and counts the wanted files that it says it has downloaded.
fn run(pom: &Path, repository: &Path, goal: &str, names: Vec<String>, progress: &Progress) -> Result<()> {
    std::thread::scope(|scope| {
        let (sender, receiver) = std::sync::mpsc::channel::<String>();
        let names = Arc::new(names);
        scope.spawn(move || receiver.iter().for_each(|name| progress.arrived(&name)));
        let command = maven(pom, repository).arg(goal).on_line(move |_, line| {
            if let Some(name) = downloaded(line).filter(|name| names.iter().any(|wanted| wanted == name)) {
                let _ = sender.send(name.to_owned());
            }
        });
        command.run().map_err(explain)
    })
}

/// What went wrong in Maven's own words: the first line that it marks as an error.
fn explain(error: Error) -> anyhow::Error {
    let Error::Failed { tail, .. } = &error else { return error.into() };
    match tail.lines.iter().find_map(|line| line.strip_prefix("[ERROR] ")) {
        Some(words) => anyhow::anyhow!("Maven says: {words}"),
        None => error.into(),
    }
}

/// A call of Maven, without colours or questions. `-U` because Maven remembers what it could not find for a day.
pub(crate) fn maven(pom: &Path, repository: &Path) -> Command {
    let mut local = std::ffi::OsString::from("-Dmaven.repo.local=");
    local.push(repository);
    Command::new("mvn")
        .named("Maven")
        .args(["-B", "-U", "-Dstyle.color=never", "-f"])
        .arg(pom)
        .arg(local)
        .no_stdin()
        .hint("Run `cargo xtask tools`: it installs Maven or says how.")
}

/// The file name in a line such as "Downloaded from central: …/a-1.jar (12 kB at 3 kB/s)".
fn downloaded(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("Downloaded from ")?;
    let address = rest.split_whitespace().nth(1)?;
    address.rsplit('/').next()
}

/// A project that only asks the plugin for these artifacts.
fn project(items: &[(Coordinate, String)], into: &Path) -> String {
    let mut list = String::new();
    for (coordinate, file) in items {
        let Coordinate { group, artifact, kind, classifier, version } = coordinate;
        let classifier = classifier.as_deref().unwrap_or_default();
        let _ = writeln!(
            list,
            "<artifactItem><groupId>{group}</groupId><artifactId>{artifact}</artifactId><type>{kind}</type>\
             <classifier>{classifier}</classifier><version>{version}</version>\
             <destFileName>{file}</destFileName></artifactItem>"
        );
    }
    let (id, version) = PLUGIN.rsplit_once(':').unwrap_or((PLUGIN, ""));
    let (group, artifact) = id.split_once(':').unwrap_or((id, ""));
    format!(
        "<project><modelVersion>4.0.0</modelVersion><groupId>pio</groupId><artifactId>closure</artifactId>\
         <version>1</version><packaging>pom</packaging><build><plugins><plugin><groupId>{group}</groupId>\
         <artifactId>{artifact}</artifactId><version>{version}</version><configuration>\
         <outputDirectory>{}</outputDirectory><artifactItems>\n{list}</artifactItems></configuration></plugin>\
         </plugins></build></project>\n",
        into.display()
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Coordinate, downloaded, project};

    #[test]
    fn a_coordinate_is_read_with_and_without_a_classifier() {
        let plain = Coordinate::parse("org.a:b:jar:1.0").unwrap();
        assert_eq!(plain.file_name(), "b-1.0.jar");
        assert_eq!(plain.folder(Path::new("/r")), Path::new("/r/org/a/b/1.0"));
        let native = Coordinate::parse("org.a:b:jar:linux:1.0").unwrap();
        assert_eq!(native.file_name(), "b-1.0-linux.jar");
        assert!(Coordinate::parse("org.a:b").is_err());
    }

    #[test]
    fn a_downloaded_file_is_told_from_other_lines() {
        assert_eq!(
            downloaded("Downloaded from central: x://y/z/b-1.0.jar (12 kB at 3 kB/s)"),
            Some("b-1.0.jar")
        );
        assert_eq!(downloaded("Downloading from central: x://y/z/b-1.0.jar"), None);
        assert_eq!(downloaded("[INFO] BUILD SUCCESS"), None);
    }

    #[test]
    fn the_project_names_each_artifact() {
        let items = [(Coordinate::parse("org.a:b:jar:linux:1.0").unwrap(), "digest".to_owned())];
        let text = project(&items, Path::new("/into"));
        assert!(text.contains("<classifier>linux</classifier><version>1.0</version>"), "{text}");
        assert!(text.contains("<destFileName>digest</destFileName>"), "{text}");
    }
}
