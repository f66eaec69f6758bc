//! Unpacks tarballs, with any supported compression.

use std::io::{BufReader, Read, Seek as _};
use std::path::Path;

use fs_err as fs;

use crate::errors::Error;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Unpacks a `.tar.gz` or `.tar.zst` into a folder. The first bytes determine the format.
///
/// # Errors
/// When it has another format, is damaged, or the disk is full.
pub fn tarball(file: &Path, into: &Path) -> Result<(), Error> {
    let damaged = |reason: String| Error::BadTarball { reason };
    let mut source = fs::File::open(file)?;
    let mut start = [0; 4];
    source.read_exact(&mut start).map_err(|_| damaged("It is empty.".to_owned()))?;
    source.rewind()?;
    let source = BufReader::with_capacity(1 << 20, source);
    let unpacked = if start[..2] == GZIP {
        entries(flate2::bufread::GzDecoder::new(source), into)
    } else if start == ZSTD {
        let decoder =
            ruzstd::decoding::StreamingDecoder::new(source).map_err(|error| damaged(error.to_string()))?;
        entries(decoder, into)
    } else {
        return Err(damaged("It is neither a .tar.gz nor a .tar.zst.".to_owned()));
    };
    unpacked.map_err(|error| damaged(format!("It cannot be unpacked: {error}.")))
}

fn entries(tar: impl Read, into: &Path) -> std::io::Result<()> {
    let mut archive = tar::Archive::new(tar);
    archive.set_preserve_mtime(true);
    archive.unpack(into)
}
