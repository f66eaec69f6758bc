//! Detects the format of an event file by its first bytes.

/// The supported formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Gzip,
}

/// Why a file cannot be read as events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormatError {
    #[error("it is UTF-16 or UTF-32, and events are read as UTF-8; `iconv -f UTF-16 -t UTF-8` converts it")]
    NotUtf8,
    #[error("it is {0}, which is not read; unpack or convert it to JSON lines first")]
    Other(&'static str),
}

const GZIP: &[u8] = &[0x1f, 0x8b];

const OTHERS: [(&[u8], &str); 6] = [
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ", "compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PAR1", "a Parquet file"),
    (b"Obj\x01", "an Avro file"),
];

impl Format {
    /// Detects the format from a file's first bytes.
    pub(crate) fn of(start: &[u8]) -> Result<Self, FormatError> {
        if start.starts_with(GZIP) {
            return Ok(Self::Gzip);
        }
        if let Some((_, name)) = OTHERS.iter().find(|(magic, _)| start.starts_with(magic)) {
            return Err(FormatError::Other(name));
        }
        // JSON starts with ASCII characters. UTF-16 and UTF-32 encode each of them with zero bytes.
        match start {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [_, 0, ..] => Err(FormatError::NotUtf8),
            _ => Ok(Self::Text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, FormatError};

    #[test]
    fn the_first_bytes_tell_the_format() {
        assert_eq!(Format::of(b"{\"event\""), Ok(Format::Text));
        assert_eq!(Format::of("\u{feff}{}".as_bytes()), Ok(Format::Text));
        assert_eq!(Format::of(b""), Ok(Format::Text));
        assert_eq!(Format::of(&[0x1f, 0x8b, 8]), Ok(Format::Gzip));
        for wide in [&b"\xff\xfe{\0"[..], b"\xfe\xff\0{", b"{\0\"\0", b"\0{\0\"", b"\0\0\0{"] {
            assert_eq!(Format::of(wide), Err(FormatError::NotUtf8));
        }
        assert_eq!(Format::of(b"PAR1\x15"), Err(FormatError::Other("a Parquet file")));
    }
}
