//! The closure as a release holds it: the same classes in the same jars, made so that a slug stays small.
//!
//! Jars are stored, not deflated: a slug is compressed as a whole, and a compressor that sees the classes themselves, not
//! what another has made of them, does a quarter better; Java has less to do, too. Native code of other platforms goes.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fs_err as fs;
use pio_closure::closure::{CDS_ARCHIVE, Closure, JARS, RUNTIME_JAR};
use pio_settings::dirs;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::LEFT_OUT;
use crate::vendor::store::settle;
use crate::{cds, log, project};

/// Java's archive of its own classes differs with the collector and the heap of the machine, and Spark has one that holds these, too.
const JAVAS_ARCHIVE: &str = "java/lib/server/classes.jsa";

/// Counts changes of what this file does.
const VERSION: &str = "6";

/// How paths in jars name the platform of a release.
const OWN_PLATFORM: &[&str] = &["linux/amd64", "Linux/x86_64", "linux64", "x86_64"];

/// What Hadoop's client brings for itself and nothing in Spark's core, SQL or `MLlib` reaches: its web servers, terminals, and clients of
/// clusters that a standalone Spark has none of; the second Guava that only these needed (Hadoop's own is in `thirdparty`); and Scala's
/// maker of documentation.
const UNREACHED: &[&str] = &[
    "org/apache/hadoop/shaded/org/eclipse/jetty/",
    "org/apache/hadoop/shaded/org/jline/",
    "org/apache/hadoop/shaded/com/google/common/",
    "org/apache/hadoop/shaded/com/google/thirdparty/",
    "org/apache/hadoop/shaded/com/sun/jersey/",
    "org/apache/hadoop/shaded/com/nimbusds/",
    "org/apache/hadoop/shaded/net/minidev/",
    "org/apache/hadoop/shaded/org/apache/curator/",
    "org/apache/hadoop/shaded/org/apache/commons/math3/",
    "org/apache/hadoop/shaded/org/checkerframework/",
    "org/apache/hadoop/shaded/org/xbill/",
    "org/apache/hadoop/yarn/logaggregation/",
    "org/apache/hadoop/yarn/proto/",
    "org/apache/hadoop/yarn/webapp/",
    "scala/tools/nsc/doc/",
    "webapps/",
];

/// The slim closure in the user's cache; made where it is not there yet.
pub(super) fn closure(whole: &Closure) -> Result<Closure> {
    let folder = dirs::cache().join(format!("release-closure-{}", key(whole)?));
    if !folder.exists() {
        log::step("Slimming the closure");
        let draft = folder.with_extension("unfinished");
        if draft.exists() {
            fs::remove_dir_all(&draft)?;
        }
        copy(whole, &draft)?;
        fs::rename(&draft, &folder)?;
    }
    let slim = Closure::at(&folder)?;
    if slim.cds_archive().is_none() {
        log::step("Making the class archive");
        cds::make(&slim)?;
    }
    Ok(slim)
}

/// What the slim closure is made from.
fn key(whole: &Closure) -> Result<String> {
    let mut hasher = Sha256::new();
    hasher.update(VERSION);
    hasher.update(whole.root.file_name().unwrap_or_default().as_encoded_bytes());
    hasher.update(fs::read(whole.root.join(RUNTIME_JAR))?);
    hasher.update(fs::read(project::root().join(cds::LIST))?);
    Ok(hex::encode(hasher.finalize())[..12].to_owned())
}

fn copy(whole: &Closure, into: &Path) -> Result<()> {
    let left_out = LEFT_OUT.iter().chain(&[CDS_ARCHIVE, JAVAS_ARCHIVE]);
    let unwanted = |path: &Path| left_out.clone().any(|name| path == whole.root.join(name));
    for entry in WalkDir::new(&whole.root).into_iter().filter_entry(|entry| !unwanted(entry.path())) {
        let entry = entry?;
        let within = entry.path().strip_prefix(&whole.root)?;
        let to = into.join(within);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to)?;
        } else if within.starts_with(JARS) {
            repack(entry.path(), &to).with_context(|| format!("repacking {}", within.display()))?;
            settle(&to, 0o444)?;
        } else if entry.file_type().is_symlink() {
            fs::os::unix::fs::symlink(fs::read_link(entry.path())?, &to)?;
        } else {
            fs::hard_link(entry.path(), &to)?;
        }
    }
    Ok(())
}

/// Writes a jar again, its entries in the same order, stored, and without what this platform cannot use.
fn repack(from: &Path, to: &PathBuf) -> Result<()> {
    let mut jar = ZipArchive::new(BufReader::new(File::open(from)?))?;
    let mut slim = ZipWriter::new(BufWriter::new(File::create(to)?));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for index in 0..jar.len() {
        let mut entry = jar.by_index(index)?;
        let name = entry.name().to_owned();
        if entry.is_dir() {
            slim.add_directory(name, options)?;
        } else if is_wanted(&name) {
            slim.start_file(name, options)?;
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            io::copy(&mut bytes.as_slice(), &mut slim)?;
        }
    }
    slim.finish()?.into_inner()?.sync_all()?;
    Ok(())
}

fn is_wanted(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    let is_foreign = match extension {
        Some("dll" | "dylib" | "jnilib") => true,
        Some("so") => !OWN_PLATFORM.iter().any(|own| name.contains(own)),
        _ => false,
    };
    !is_foreign && !UNREACHED.iter().any(|folder| name.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::is_wanted;

    #[test]
    fn native_code_of_this_platform_stays() {
        for name in [
            "linux/amd64/libzstd-jni-1.5.5-4.so",
            "org/xerial/snappy/native/Linux/x86_64/libsnappyjava.so",
            "META-INF/native/linux64/libleveldbjni.so",
            "META-INF/native/libnetty_transport_native_epoll_x86_64.so",
            "org/apache/spark/SparkContext.class",
        ] {
            assert!(is_wanted(name), "{name}");
        }
    }

    #[test]
    fn that_of_others_goes() {
        for name in [
            "win/amd64/libzstd.dll",
            "linux/aarch64/libzstd.so",
            "darwin/x86_64/lib.dylib",
            "aix/ppc64/lib.so",
        ] {
            assert!(!is_wanted(name), "{name}");
        }
    }
}
