//! Decodes an engine's text files, which may not be UTF-8.

use std::io;
use std::path::Path;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// The text without its byte order mark.
    pub(crate) text: String,
    pub(crate) encoding: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 or UTF-16 with a byte order mark.
    Marked,
    /// Not UTF-8 and without a byte order mark. Decoded as ISO 8859-1, where every byte is valid.
    Latin1,
}

/// Reads and decodes a text file.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn read(file: &Path) -> io::Result<Decoded> {
    Ok(decode(fs_err::read(file)?))
}

/// Decodes bytes as text.
#[must_use]
pub(crate) fn decode(bytes: Vec<u8>) -> Decoded {
    let (text, encoding) = match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, rest @ ..] if std::str::from_utf8(rest).is_ok() => {
            (String::from_utf8_lossy(rest).into_owned(), Encoding::Marked)
        }
        [0xff, 0xfe, rest @ ..] => (utf_16(rest, u16::from_le_bytes), Encoding::Marked),
        [0xfe, 0xff, rest @ ..] => (utf_16(rest, u16::from_be_bytes), Encoding::Marked),
        _ => match String::from_utf8(bytes) {
            Ok(text) => (text, Encoding::Utf8),
            Err(error) => (error.as_bytes().iter().copied().map(char::from).collect(), Encoding::Latin1),
        },
    };
    Decoded { text, encoding }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Encoding, decode};

    #[test]
    fn every_editors_encoding_is_the_same_text() {
        let decoded = |bytes: &[u8]| {
            let decoded = decode(bytes.to_vec());
            (decoded.text, decoded.encoding)
        };
        let text = "val é = 1".to_owned();
        assert_eq!(decoded(text.as_bytes()), (text.clone(), Encoding::Utf8));
        assert_eq!(decoded(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), (text.clone(), Encoding::Marked));
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(decoded(&[&b"\xff\xfe"[..], &little].concat()), (text.clone(), Encoding::Marked));
        assert_eq!(decoded(&[&b"\xfe\xff"[..], &big].concat()), (text.clone(), Encoding::Marked));
        assert_eq!(decoded(b"val \xe9 = 1"), (text, Encoding::Latin1));
        assert_eq!(decoded(b""), (String::new(), Encoding::Utf8));
    }
}
