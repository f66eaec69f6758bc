//! Lines of bounded length.

use std::io;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// The longest line that the contract allows.
pub(crate) const LONGEST: usize = 64 * 1024 * 1024;

/// Reads one line into `line`, without its end. Answers `false` at the end of the input.
pub(crate) async fn next(
    reader: &mut (impl AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
    longest: usize,
) -> io::Result<bool> {
    line.clear();
    loop {
        let available = reader.fill_buf().await?;
        if available.is_empty() {
            return Ok(!line.is_empty());
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(available.len());
        if line.len() + taken > longest {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of the link is too long"));
        }
        line.extend_from_slice(&available[..taken]);
        reader.consume(end.map_or(taken, |_| taken + 1));
        if end.is_some() {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(mut input: &[u8], longest: usize) -> io::Result<Vec<String>> {
        let (mut lines, mut line) = (Vec::new(), Vec::new());
        while next(&mut input, &mut line, longest).await? {
            lines.push(String::from_utf8_lossy(&line).into_owned());
        }
        Ok(lines)
    }

    #[tokio::test]
    async fn lines_end_with_a_newline_or_the_end_of_the_input() {
        assert_eq!(all(b"one\n\nthree", 10).await.unwrap(), ["one", "", "three"]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_an_error() {
        assert!(all(b"12345\n123456\n", 5).await.is_err());
    }
}
