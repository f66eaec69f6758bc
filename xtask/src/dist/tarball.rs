//! The tarball itself: sorted paths, one time, no owner, so that its bytes depend on its files alone.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use flate2::{Compression, GzBuilder};
use fs_err as fs;
use pio_closure::closure::FILE_TIME;
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

use super::contents::{Contents, Entry, Source};

/// Writes the tarball and gives back its SHA-256 in hexadecimal digits.
pub(super) fn write(contents: &Contents, file: &Path, fast: bool) -> Result<String> {
    let draft = file.with_extension("part");
    let level = if fast { Compression::fast() } else { Compression::best() };
    let sink = Digesting { inner: BufWriter::new(fs::File::create(&draft)?), hasher: Sha256::new() };
    let mut tar = Builder::new(GzBuilder::new().write(sink, level));
    for (path, entry) in &contents.entries {
        append(&mut tar, path, entry)?;
    }
    let sink = tar.into_inner()?.finish()?;
    sink.inner.into_inner()?.sync_all()?;
    fs::rename(draft, file)?;
    Ok(hex::encode(sink.hasher.finalize()))
}

fn append(tar: &mut Builder<impl Write>, path: &str, entry: &Entry) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_mtime(FILE_TIME);
    header.set_uid(0);
    header.set_gid(0);
    if let Source::Symlink(target) = &entry.source {
        header.set_entry_type(EntryType::Symlink);
        header.set_mode(0o777);
        header.set_size(0);
        tar.append_link(&mut header, path, target)?;
    } else if let Some(bytes) = entry.source.bytes()? {
        header.set_entry_type(EntryType::Regular);
        header.set_mode(entry.mode());
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, path, bytes.as_slice())?;
    }
    Ok(())
}

/// Computes the digest of what passes through.
struct Digesting<W> {
    inner: W,
    hasher: Sha256,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::contents::{Contents, Source};
    use super::write;

    fn contents(folder: &std::path::Path) -> Contents {
        let mut contents = Contents::default();
        for (name, text) in [("bin/detect", "#!/bin/sh\n"), ("a", "1")] {
            let path = folder.join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(&path, text).unwrap();
            contents.add(name, Source::File(path), name.starts_with("bin/"));
        }
        contents.add("link", Source::Symlink("a".into()), false);
        contents
    }

    #[test]
    fn the_same_files_make_the_same_bytes_in_any_folder() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let digests = [&one, &two].map(|folder| {
            let file = folder.path().join("out.tar.gz");
            let digest = write(&contents(folder.path()), &file, true).unwrap();
            (digest, fs_err::read(file).unwrap())
        });
        assert_eq!(digests[0], digests[1]);
    }

    #[test]
    fn programs_stay_programs_and_nobody_owns_anything() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out.tar.gz");
        write(&contents(folder.path()), &file, true).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(fs_err::File::open(&file).unwrap()));
        let entries: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let header = entry.unwrap().header().clone();
                (header.path().unwrap().display().to_string(), header.mode().unwrap(), header.uid().unwrap())
            })
            .collect();
        let expected = [("a", 0o644), ("bin/detect", 0o755), ("link", 0o777)];
        assert_eq!(entries, expected.map(|(path, mode)| (path.to_owned(), mode, 0)));
    }
}
