//! Where events come from: standard input, a file, or a folder of files as exports make them.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use fs_err as fs;

use crate::errors::ConsoleError;

const BUFFER: usize = 256 * 1024;

/// What to read.
pub(crate) enum Source {
    StandardInput,
    Files(Vec<PathBuf>),
}

impl Source {
    /// What an `--input` names.
    pub(crate) fn find(input: &Path) -> anyhow::Result<Self> {
        let text = input.to_string_lossy();
        if text == "-" {
            return Ok(Self::StandardInput);
        }
        let path = match text.split_once(':') {
            Some(("file", rest)) => PathBuf::from(rest.strip_prefix("//").unwrap_or(rest)),
            Some((_, rest)) if rest.starts_with("//") && !input.exists() => {
                return Err(ConsoleError::RemoteInput(text.into_owned()).into());
            }
            _ => input.to_owned(),
        };
        if !path.exists() {
            return Err(ConsoleError::NoInput(path).into());
        }
        Ok(Self::Files(if path.is_dir() { parts(&path)? } else { vec![path] }))
    }

    /// Opens all of it, one after the other.
    pub(crate) fn open(self) -> std::io::Result<Vec<Box<dyn BufRead>>> {
        match self {
            Self::StandardInput => Ok(vec![Box::new(BufReader::with_capacity(BUFFER, std::io::stdin()))]),
            Self::Files(files) => files.iter().map(|file| open(file)).collect(),
        }
    }
}

/// The files of a folder in order, without those that Hadoop keeps for itself.
fn parts(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_file() && !name.starts_with(['_', '.']) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn open(file: &Path) -> std::io::Result<Box<dyn BufRead>> {
    let opened = fs::File::open(file)?;
    let bytes: Box<dyn Read> = match file.extension() {
        Some(extension) if extension == "gz" => Box::new(MultiGzDecoder::new(BufReader::new(opened))),
        _ => Box::new(opened),
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER, bytes)))
}
