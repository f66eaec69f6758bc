//! `pio build`: stages the engine's own sbt build for the current sbt, runs it and collects the jars.

pub mod advice;
mod build_loop;
mod collect;
pub mod inputs;
pub mod jdk;
pub mod options;
pub mod output;
pub mod plugin_jar;
pub mod record;
mod sbt;
mod sbt_home;
pub mod stage;
pub mod toolchain;

use std::io::BufReader;
use std::path::{Path, PathBuf};

use pio_closure::closure::Closure;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::build_event::{BuildEvent, Listener};
use crate::errors::BuildError;
use build_loop::{BuildLoop, Goal};
use inputs::{Input, Kind};
use options::BuildOptions;
use record::{Origin, Record};

/// A built engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The engine's jar and its dependencies, in class path order.
    pub jars: Vec<PathBuf>,
    /// Digest of everything that is compiled.
    pub content_hash: String,
    /// Whether the build was already up to date.
    pub unchanged: bool,
}

impl Built {
    /// Whether one of the jars contains a class or a Scala object of this name. An unreadable jar counts as a
    /// match.
    #[must_use]
    pub fn has_class(&self, name: &str) -> bool {
        let path = name.replace('.', "/");
        let entries = [format!("{path}.class"), format!("{path}$.class")];
        self.jars.iter().any(|jar| has_entry(jar, &entries).unwrap_or(true))
    }
}

fn has_entry(jar: &Path, names: &[String]) -> Result<bool, ZipError> {
    let jar = ZipArchive::new(BufReader::new(std::fs::File::open(jar)?))?;
    Ok(names.iter().any(|name| jar.index_for_name(name).is_some()))
}

/// Build output folder, relative to the engine's folder.
const FOLDER: &str = "target/pio";

/// Builds an engine, unless it is up to date.
///
/// # Errors
/// The engine cannot be built. The error says why and what to change.
pub fn build(
    closure: &Closure,
    engine: &Path,
    options: &BuildOptions,
    listener: &Listener,
) -> Result<Built, BuildError> {
    let engine = existing(engine)?;
    let inputs = sources(&engine)?;
    let origin = Origin {
        content_hash: inputs::digest(&engine, &inputs)?,
        toolchain: toolchain::digest(closure)?,
        uber_jar: options.uber_jar,
        sbt_extra: options.sbt_extra.clone(),
    };
    let folder = engine.join(FOLDER);
    if !options.clean
        && let Some(record) = finished(&folder, &origin)
    {
        return Ok(record.built(&folder, true));
    }
    let _lock = lock(&folder)?;
    if options.clean {
        clean(&folder)?;
    } else if let Some(record) = finished(&folder, &origin) {
        return Ok(record.built(&folder, true));
    }
    let attempt = BuildLoop {
        closure,
        engine: &engine,
        folder: &folder,
        inputs: &inputs,
        options,
        goal: Goal::Jars,
        listener,
    };
    attempt.run()?;
    let record = collect::collect(&folder, &sbt::export_folder(&folder), origin)?;
    Ok(record.built(&folder, false))
}

/// Runs the engine's own tests with sbt. All output of sbt goes to the listener.
///
/// # Errors
/// The engine cannot be built, or a test fails.
pub fn test(
    closure: &Closure,
    engine: &Path,
    options: &BuildOptions,
    listener: &Listener,
) -> Result<(), BuildError> {
    let engine = existing(engine)?;
    let inputs = sources(&engine)?;
    let folder = engine.join(FOLDER);
    let _lock = lock(&folder)?;
    let attempts = BuildLoop {
        closure,
        engine: &engine,
        folder: &folder,
        inputs: &inputs,
        options,
        goal: Goal::Tests,
        listener,
    };
    attempts.run()
}

/// Returns the last build, for verbs that run the engine. Builds only if there is no build for this runtime:
/// a server should not start compiling because a file was touched.
///
/// # Errors
/// The engine cannot be built.
pub fn ensure(closure: &Closure, engine: &Path, listener: &Listener) -> Result<Built, BuildError> {
    let folder = engine.join(FOLDER);
    let toolchain = toolchain::digest(closure)?;
    let Some(record) = Record::load(&folder).filter(|record| record.origin.toolchain == toolchain) else {
        listener(BuildEvent::Step("Building the engine, because it has not been built yet".to_owned()));
        return build(closure, engine, &BuildOptions::default(), listener);
    };
    if inputs::digest(engine, &inputs::find(engine))? != record.origin.content_hash {
        let words = "The sources have changed since the engine was built; `pio build` takes the changes in.";
        listener(BuildEvent::Warning(words.to_owned()));
    }
    Ok(record.built(&folder, true))
}

fn existing(engine: &Path) -> Result<PathBuf, BuildError> {
    engine.canonicalize().map_err(|_| BuildError::NoFolder { folder: engine.to_owned() })
}

fn sources(engine: &Path) -> Result<Vec<Input>, BuildError> {
    let inputs = inputs::find(engine);
    let is_code = |input: &Input| input.kind == Kind::Source && !inputs::is_test(&input.path);
    if inputs.iter().any(is_code) {
        Ok(inputs)
    } else {
        Err(BuildError::NoSources { folder: engine.to_owned() })
    }
}

fn finished(folder: &Path, origin: &Origin) -> Option<Record> {
    Record::load(folder).filter(|record| record.origin == *origin)
}

/// Locks the build folder: a second build of the same engine waits.
fn lock(folder: &Path) -> Result<std::fs::File, BuildError> {
    let opened = fs_err::create_dir_all(folder).and_then(|()| fs_err::File::create(folder.join("lock")));
    let file =
        opened.map_err(|source| BuildError::NotWritable { folder: folder.to_owned(), source })?.into_file();
    file.lock()?;
    Ok(file)
}

fn clean(folder: &Path) -> Result<(), BuildError> {
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        match path.file_name().and_then(|name| name.to_str()) {
            Some("lock") => {}
            _ if path.is_dir() => fs_err::remove_dir_all(path)?,
            _ => fs_err::remove_file(path)?,
        }
    }
    Ok(())
}
