//! The staged copy of an engine's build. The engine's own files stay unchanged; the copy is rewritten for the
//! current sbt.

pub mod build_file;
mod folder;
pub mod mask;
pub mod package_rename;
mod parameter_lists;
pub mod plugins;
mod renamed_classes;
mod sbt_operators;
pub mod splice;
pub mod statements;
pub mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use build_file::{Context, LeftOut};
use plugins::Plugin;

use super::inputs::{Input, Kind};
use crate::text::{self as encoded, Encoding};
use folder::{Content, Folder};
use splice::Rule;

/// Rewrites learned from earlier attempts of this build.
#[derive(Debug, Default, Clone)]
pub struct Rewrites {
    /// Plugins that no repository has.
    pub unresolved_plugins: Vec<String>,
    /// Lines of build files with statements that sbt rejects.
    pub bad_lines: BTreeMap<PathBuf, Vec<usize>>,
    /// Sources that start PIO's own server.
    pub servers: BTreeSet<PathBuf>,
}

/// What was left out of the stage or guessed, for the warnings.
#[derive(Debug, Default)]
pub struct Staged {
    /// Statements that were left out, and their files.
    pub left_out: Vec<(PathBuf, LeftOut)>,
    /// Plugins that were left out because no repository has them.
    pub lost_plugins: Vec<String>,
    /// Build definitions that only sbt 0.13 can load.
    pub lost_definitions: Vec<PathBuf>,
    /// Sources that were left out because they start PIO's own server.
    pub lost_servers: Vec<PathBuf>,
    /// Files whose encoding is a guess.
    pub guessed: Vec<PathBuf>,
}

impl Staged {
    fn note(&mut self, file: &Path, encoding: Encoding) {
        if encoding == Encoding::Latin1 {
            self.guessed.push(file.to_owned());
        }
    }
}

/// The tools that the staged build uses.
#[derive(Debug)]
pub struct Tools<'a> {
    /// The version of sbt.
    pub sbt_version: &'a str,
    /// The jars of the meta-build's class path.
    pub plugins: &'a [PathBuf],
}

/// For a meta-build without plugins of the engine: it resolves nothing.
const NO_LOOK_UP: &str = "libraryDependencies := Nil\n";

/// The meta-build uses sbt's own Scala.
const OWN_SCALA: &str = "autoScalaLibrary := false\nmanagedScalaInstance := false\n";

/// Updates the stage.
///
/// # Errors
/// A file cannot be read or written.
pub fn write(
    engine: &Path,
    stage: &Path,
    inputs: &[Input],
    tools: &Tools<'_>,
    rewrites: &Rewrites,
) -> std::io::Result<Staged> {
    let mut folder = Folder::new(stage);
    let mut staged = Staged::default();
    let dropped = project_files(engine, inputs, rewrites, &mut folder, &mut staged, tools)?;
    let words: Vec<&'static str> = dropped.iter().flat_map(plugins::words).copied().collect();
    for input in inputs {
        let source = engine.join(&input.path);
        match input.kind {
            Kind::Build => {
                let bad_lines = rewrites.bad_lines.get(&input.path).cloned().unwrap_or_default();
                let context = Context { dropped_words: words.clone(), bad_lines };
                let encoding = folder.text(&input.path, &source, |text| {
                    let rewritten = build_file::rewrite(text, &context);
                    staged.left_out.extend(
                        rewritten.left_out.into_iter().map(|left_out| (input.path.clone(), left_out)),
                    );
                    rewritten.text
                })?;
                staged.note(&input.path, encoding);
            }
            Kind::Source if rewrites.servers.contains(&input.path) => {
                staged.lost_servers.push(input.path.clone());
            }
            Kind::Source => {
                let encoding = folder.text(&input.path, &source, |text| {
                    splice::rewrite(text, rules(&input.path)).into_owned()
                })?;
                staged.note(&input.path, encoding);
            }
            Kind::Resource | Kind::Beside => folder.put(&input.path, Content::Link(source)),
            Kind::Project | Kind::ProjectSource => {}
        }
    }
    link_other_folders(engine, inputs, &mut folder)?;
    folder.write()?;
    Ok(staged)
}

/// The rewrite rules for a source file, in order. They adapt it to the current interface and Scala version.
#[must_use]
pub fn rules(source: &Path) -> &'static [Rule] {
    let scala: &[Rule] = &[package_rename::places, renamed_classes::places, parameter_lists::places];
    if source.extension().is_some_and(|extension| extension == "scala") { scala } else { &scala[..1] }
}

/// Stages `project/`. Returns the dropped plugins.
fn project_files(
    engine: &Path,
    inputs: &[Input],
    rewrites: &Rewrites,
    folder: &mut Folder,
    staged: &mut Staged,
    tools: &Tools<'_>,
) -> std::io::Result<Vec<Plugin>> {
    let mut dropped = Vec::new();
    let mut needs_repository = false;
    for input in inputs {
        let source = engine.join(&input.path);
        match input.kind {
            Kind::Project => {
                let encoding = folder.text(&input.path, &source, |text| {
                    let file = build_file::rewrite_project(text, &rewrites.unresolved_plugins);
                    needs_repository |= file.needs_repository;
                    dropped.extend(file.dropped);
                    file.text
                })?;
                staged.note(&input.path, encoding);
            }
            Kind::ProjectSource if is_old_definition(&source)? => {
                staged.lost_definitions.push(input.path.clone());
            }
            Kind::ProjectSource if encoded::read(&source)?.encoding != Encoding::Utf8 => {
                let encoding = folder.text(&input.path, &source, str::to_owned)?;
                staged.note(&input.path, encoding);
            }
            Kind::ProjectSource => folder.put(&input.path, Content::Link(source)),
            _ => {}
        }
    }
    let lost = |plugin: &&Plugin| rewrites.unresolved_plugins.contains(&plugin.artifact);
    staged.lost_plugins.extend(dropped.iter().filter(lost).map(|plugin| plugin.artifact.clone()));
    folder.put("project/build.properties", Content::Text(format!("sbt.version={}\n", tools.sbt_version)));
    let no_look_up = if needs_repository { "" } else { NO_LOOK_UP };
    folder.put("project/zz-pio.sbt", Content::Text(format!("{no_look_up}{OWN_SCALA}")));
    for jar in tools.plugins {
        let name = jar.file_name().unwrap_or_default();
        folder.put(Path::new("project/lib").join(name), Content::Link(jar.clone()));
    }
    Ok(dropped)
}

/// Whether a Scala file in `project/` is a build definition for sbt 0.13, which sbt 1 cannot compile.
fn is_old_definition(source: &Path) -> std::io::Result<bool> {
    Ok(mask::mask(&encoded::read(source)?.text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .windows(2)
        .any(|words| words == ["extends", "Build"]))
}

/// Links folders that contain no sources, because a build may read their files.
fn link_other_folders(engine: &Path, inputs: &[Input], folder: &mut Folder) -> std::io::Result<()> {
    for entry in fs_err::read_dir(engine)? {
        let entry = entry?;
        let name = PathBuf::from(entry.file_name());
        let hidden = name.to_string_lossy().starts_with('.');
        let staged = inputs.iter().any(|input| input.path.starts_with(&name));
        if entry.path().is_dir() && !hidden && !staged && name != Path::new("target") {
            folder.put(name, Content::Link(entry.path()));
        }
    }
    Ok(())
}
