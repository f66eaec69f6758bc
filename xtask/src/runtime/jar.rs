//! Compiles the runtime's Scala sources with the closure's own compiler, and packs the classes into a jar: the same bytes wherever that is
//! done. sbt would first ask registries for the libraries of the tests.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pio_closure::closure::Closure;
use pio_closure::jvm;
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::log;

/// The compiler's options, which sbt reads too.
const OPTIONS: &str = "scalac.options";

/// Where a jar says what it is.
const MANIFEST: &str = "META-INF/MANIFEST.MF";

/// Makes the jar from the folder of the runtime's build.
pub(super) fn make(closure: &Closure, runtime: &Path, jar: &Path) -> Result<()> {
    let classes = tempfile::tempdir()?;
    compile(closure, runtime, classes.path())?;
    pack(&[classes.path(), &runtime.join("src/main/resources")], jar)
}

fn compile(closure: &Closure, runtime: &Path, classes: &Path) -> Result<()> {
    let mut class_path = closure.jars()?;
    class_path.push(closure.postgresql_jdbc_jar()?);
    let compiler = closure.jars()?.into_iter().filter(|jar| is_of_the_compiler(jar)).collect::<Vec<_>>();
    jvm::java(closure)?
        .named("scalac")
        .args(["-Xss4m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .arg("-cp")
        .arg(std::env::join_paths(compiler)?)
        .args(["scala.tools.nsc.Main", "-nobootcp"])
        .arg(format!("@{}", runtime.join(OPTIONS).display()))
        .arg("-classpath")
        .arg(std::env::join_paths(class_path)?)
        .arg("-d")
        .arg(classes)
        .args(sources(&runtime.join("src/main/scala"))?)
        .no_stdin()
        .on_line(|_, line| log::say(format_args!("       {line}")))
        .run()
        .context("The runtime could not be compiled")
}

fn is_of_the_compiler(jar: &Path) -> bool {
    let name = jar.file_name().unwrap_or_default().to_string_lossy();
    ["scala-compiler-", "scala-library-", "scala-reflect-"].iter().any(|start| name.starts_with(start))
}

/// Every source, by name: what the compiler makes depends on their order.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let sources =
        files(folder)?.into_iter().filter(|file| file.extension().is_some_and(|end| end == "scala"));
    Ok(sources.collect())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn pack(folders: &[&Path], jar: &Path) -> Result<()> {
    let mut zip = ZipWriter::new(fs_err::File::create(jar)?.into_parts().0);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    zip.start_file(MANIFEST, options)?;
    let version = env!("CARGO_PKG_VERSION");
    write!(
        zip,
        "Manifest-Version: 1.0\r\nImplementation-Title: predictionio-runtime\r\nImplementation-Version: {version}\r\n\r\n"
    )?;
    for folder in folders {
        for file in files(folder)? {
            zip.start_file_from_path(file.strip_prefix(folder)?, options)?;
            io::copy(&mut File::open(&file)?, &mut zip)?;
        }
    }
    zip.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MANIFEST, pack};

    #[test]
    fn a_jar_begins_with_its_manifest_and_is_the_same_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let classes = folder.path().join("classes");
        fs_err::create_dir_all(classes.join("a")).unwrap();
        for name in ["b.class", "a/c.class"] {
            fs_err::write(classes.join(name), name).unwrap();
        }
        let jars = ["one.jar", "other.jar"].map(|name| {
            let jar = folder.path().join(name);
            pack(&[&classes], &jar).unwrap();
            fs_err::read(jar).unwrap()
        });
        assert_eq!(jars[0], jars[1]);
        let jar = zip::ZipArchive::new(std::io::Cursor::new(&jars[0])).unwrap();
        assert_eq!(jar.file_names().collect::<Vec<_>>(), [MANIFEST, "a/c.class", "b.class"]);
    }
}
