//! Our sbt plugin, compiled once per machine.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use pio_closure::closure::Closure;
use pio_closure::jvm;
use pio_settings::dirs;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;

use super::sbt_home;
use crate::errors::BuildError;

/// The plugin's sources.
pub const SOURCES: &[(&str, &str)] = &[
    ("AssemblyOptions.scala", include_str!("../../sbt/AssemblyOptions.scala")),
    ("Config.scala", include_str!("../../sbt/Config.scala")),
    ("Dependencies.scala", include_str!("../../sbt/Dependencies.scala")),
    ("Export.scala", include_str!("../../sbt/Export.scala")),
    ("Forced.scala", include_str!("../../sbt/Forced.scala")),
    ("JavacOptions.scala", include_str!("../../sbt/JavacOptions.scala")),
    ("Lifeline.scala", include_str!("../../sbt/Lifeline.scala")),
    ("OldAssembly.scala", include_str!("../../sbt/OldAssembly.scala")),
    ("PioPlugin.scala", include_str!("../../sbt/PioPlugin.scala")),
    ("PioVersion.scala", include_str!("../../sbt/PioVersion.scala")),
    ("Provided.scala", include_str!("../../sbt/Provided.scala")),
    ("Resolve.scala", include_str!("../../sbt/Resolve.scala")),
    ("Resolvers.scala", include_str!("../../sbt/Resolvers.scala")),
    ("Versions.scala", include_str!("../../sbt/Versions.scala")),
];

/// sbt finds the plugin in its jar by this file.
const DESCRIPTOR: (&str, &str) = ("sbt/sbt.autoplugins", "piobuild.PioPlugin\n");

/// Returns the plugin's jar from the closure or the cache; compiles it if neither has it.
///
/// # Errors
/// The plugin cannot be compiled or written.
pub fn ensure(closure: &Closure) -> Result<PathBuf, BuildError> {
    let name = format!("pio-sbt-{}.jar", digest());
    if let Some(jar) = closure
        .sbt_plugins()?
        .into_iter()
        .find(|jar| jar.file_name().is_some_and(|file| file == name.as_str()))
    {
        return Ok(jar);
    }
    let folder = dirs::cache().join("sbt");
    let jar = folder.join(name);
    if jar.is_file() {
        return Ok(jar);
    }
    fs_err::create_dir_all(&folder)?;
    let work = tempfile::tempdir_in(&folder)?;
    compile(closure, work.path())?;
    let draft = work.path().join("plugin.jar");
    pack(&work.path().join("classes"), &draft)?;
    fs_err::rename(draft, &jar)?;
    Ok(jar)
}

fn digest() -> String {
    let mut sha = Sha256::new();
    for (name, text) in SOURCES {
        sha.update(name);
        sha.update(text);
    }
    hex::encode(&sha.finalize()[..8])
}

/// Compiles the plugin with sbt's own Scala compiler, without running sbt.
fn compile(closure: &Closure, work: &Path) -> Result<(), BuildError> {
    let classes = work.join("classes");
    fs_err::create_dir_all(&classes)?;
    let mut sources = Vec::new();
    for (name, text) in SOURCES {
        let file = work.join(name);
        fs_err::write(&file, text)?;
        sources.push(file);
    }
    let mut class_path = sbt_home::own_jars(closure)?;
    class_path.extend(closure.sbt_plugins()?);
    jvm::spark(closure)?
        .named("the compiler of pio's sbt plugin")
        .args(["-Xss4m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"])
        .arg(jvm::class_path(closure, &sbt_home::scala_jars(closure)?))
        .args(["scala.tools.nsc.Main", "-nowarn", "-d"])
        .arg(&classes)
        .arg("-cp")
        .arg(jvm::class_path(closure, &class_path))
        .args(&sources)
        .no_stdin()
        .captured()
        .run()?;
    Ok(())
}

fn pack(classes: &Path, jar: &Path) -> Result<(), BuildError> {
    let mut writer = zip::ZipWriter::new(fs_err::File::create(jar)?);
    let options = SimpleFileOptions::default();
    let fail = |error: zip::result::ZipError| BuildError::Io(error.into());
    for entry in WalkDir::new(classes).sort_by_file_name().into_iter().filter_map(Result::ok) {
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(classes).unwrap_or(entry.path());
            writer.start_file(name.to_string_lossy(), options).map_err(fail)?;
            writer.write_all(&fs_err::read(entry.path())?)?;
        }
    }
    writer.start_file(DESCRIPTOR.0, options).map_err(fail)?;
    writer.write_all(DESCRIPTOR.1.as_bytes())?;
    writer.finish().map_err(fail)?;
    Ok(())
}
