//! Unpacks the archives of the closure: Java's wheel, and PostgreSQL's tar file in a jar.

use std::io::{Read, Seek};
use std::path::Path;

use anyhow::Result;
use pio_closure::lockfile::{Artifact, Unpack};
use zip::ZipArchive;

use super::errors::VendorError;
use super::store::settle;

/// Unpacks an archive into a folder.
pub(crate) fn unpack(archive: &Path, how: &Unpack, artifact: &Artifact, into: &Path) -> Result<()> {
    let zip = ZipArchive::new(fs_err::File::open(archive)?)?;
    match how {
        Unpack::Zip { folder } => unzip(zip, folder, artifact, into),
        Unpack::TarXzInZip { member } => untar(zip, member, artifact, into),
    }
}

/// Writes what lies under one folder of a zip file.
fn unzip(
    mut zip: ZipArchive<impl Read + Seek>,
    folder: &str,
    artifact: &Artifact,
    into: &Path,
) -> Result<()> {
    let mut found = false;
    for index in 0..zip.len() {
        let mut member = zip.by_index(index)?;
        let Some(name) = member.enclosed_name() else { continue };
        let Ok(name) = name.strip_prefix(folder) else { continue };
        if member.is_dir() {
            continue;
        }
        found = true;
        let path = into.join(name);
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        std::io::copy(&mut member, &mut fs_err::File::create(&path)?)?;
        let executable = is_program(name) || member.unix_mode().is_some_and(|mode| mode & 0o100 != 0);
        settle(&path, if executable { 0o755 } else { 0o644 })?;
    }
    if found { Ok(()) } else { Err(not_there(artifact, folder)) }
}

/// Wheels do not always keep the mode of programs; Java starts children with `jspawnhelper`.
fn is_program(name: &Path) -> bool {
    name.starts_with("bin") || name.ends_with("jspawnhelper")
}

/// Unpacks the one tar file in a zip file.
fn untar(mut zip: ZipArchive<impl Read + Seek>, name: &str, artifact: &Artifact, into: &Path) -> Result<()> {
    let Ok(member) = zip.by_name(name) else {
        return Err(not_there(artifact, name));
    };
    let mut tar = tar::Archive::new(liblzma::read::XzDecoder::new(member));
    tar.set_preserve_permissions(true);
    tar.unpack(into)?;
    Ok(())
}

fn not_there(artifact: &Artifact, member: &str) -> anyhow::Error {
    VendorError::NotInArchive { coordinate: artifact.coordinate.clone(), member: member.to_owned() }.into()
}
