//! The source of events: standard input, a file, or a folder of files as written by exports.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Result;
use flate2::read::MultiGzDecoder;
use fs_err as fs;

use super::format::{Format, FormatError};
use crate::errors::ConsoleError;
use crate::support::local_path;

const BUFFER: usize = 256 * 1024;

pub(crate) enum Source {
    StandardInput,
    File(PathBuf),
    /// The files of a folder.
    Parts(Vec<PathBuf>),
}

/// One input file; standard input if `file` is `None`.
pub(crate) struct Input {
    file: Option<PathBuf>,
    /// The name for messages, if there are several files.
    pub(crate) shown: Option<String>,
}

impl Source {
    /// Resolves the value of `--input`.
    pub(crate) fn find(input: &Path) -> Result<Self> {
        if input == Path::new("-") {
            return Ok(Self::StandardInput);
        }
        let path = local_path::local(input).map_err(ConsoleError::RemoteInput)?;
        if !path.exists() {
            return Err(ConsoleError::NoInput(path).into());
        }
        if path.is_dir() { parts(path) } else { Ok(Self::File(path)) }
    }

    /// The files in order.
    pub(crate) fn inputs(self) -> Vec<Input> {
        match self {
            Self::StandardInput => vec![Input { file: None, shown: None }],
            Self::File(file) => vec![Input { file: Some(file), shown: None }],
            Self::Parts(files) => {
                files.into_iter().map(|file| Input { shown: Some(name(&file)), file: Some(file) }).collect()
            }
        }
    }
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The files of a folder in order, without Hadoop's own files.
fn parts(folder: PathBuf) -> Result<Source> {
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if name(&path).starts_with(['_', '.']) {
            continue;
        }
        if path.is_dir() {
            return Err(ConsoleError::NestedFolder(path).into());
        }
        // Reading a pipe would wait for a writer.
        if !path.is_file() {
            return Err(ConsoleError::NoFile(path).into());
        }
        files.push(path);
    }
    if files.is_empty() {
        return Err(ConsoleError::NoParts(folder).into());
    }
    files.sort();
    Ok(Source::Parts(files))
}

impl Input {
    /// Opens the input and decompresses it.
    pub(crate) fn open(&self) -> Result<Box<dyn BufRead>, ConsoleError> {
        let mut raw: Box<dyn BufRead> = match &self.file {
            None => Box::new(BufReader::with_capacity(BUFFER, io::stdin())),
            Some(file) => Box::new(BufReader::with_capacity(
                BUFFER,
                fs::File::open(file).map_err(|error| self.unreadable(&error))?,
            )),
        };
        let is_named_gzip = self.file.as_ref().and_then(|file| file.extension()) == Some("gz".as_ref());
        if !is_named_gzip && self.format(&mut raw)? == Format::Text {
            return Ok(raw);
        }
        let mut unpacked = BufReader::with_capacity(BUFFER, MultiGzDecoder::new(raw));
        match self.format(&mut unpacked)? {
            Format::Text => Ok(Box::new(unpacked)),
            Format::Gzip => Err(self.unreadable(&FormatError::Other("compressed twice"))),
        }
    }

    fn format(&self, reader: &mut impl BufRead) -> Result<Format, ConsoleError> {
        let start = reader.fill_buf().map_err(|error| self.unreadable(&error))?;
        Format::of(start).map_err(|error| self.unreadable(&error))
    }

    /// The error for an input that cannot be read.
    pub(crate) fn unreadable(&self, why: &dyn std::fmt::Display) -> ConsoleError {
        let file = match &self.file {
            Some(file) => file.display().to_string(),
            None => "Standard input".to_owned(),
        };
        ConsoleError::Unreadable { file, why: why.to_string() }
    }
}
