//! Lines of bounded length.

use std::io;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// The longest line that the contract allows.
pub const MAX_LINE_BYTES: usize = 64 * 1024 * 1024;

/// How much is kept of a line that is too long: enough to see what it is about.
const BEGINNING: usize = 256;

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A whole line.
    Whole,
    /// The line was longer than allowed. Its beginning is there; the rest was thrown away as it came.
    Beginning,
    /// There is no further line.
    End,
}

/// Reads one line into `line`, without its end.
///
/// # Errors
/// The reader failed.
pub async fn next(
    reader: &mut (impl AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
    longest: usize,
) -> io::Result<Line> {
    line.clear();
    let mut read = Line::Whole;
    loop {
        let available = reader.fill_buf().await?;
        if available.is_empty() {
            return Ok(if line.is_empty() { Line::End } else { read });
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(available.len());
        if line.len() + taken > longest && read == Line::Whole {
            line.extend_from_slice(&available[..taken.min(BEGINNING)]);
            line.truncate(BEGINNING);
            line.shrink_to_fit();
            read = Line::Beginning;
        }
        if read == Line::Whole {
            line.extend_from_slice(&available[..taken]);
        }
        reader.consume(end.map_or(taken, |_| taken + 1));
        if end.is_some() {
            return Ok(read);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(mut input: &[u8], longest: usize) -> Vec<(Line, String)> {
        let (mut lines, mut line) = (Vec::new(), Vec::new());
        loop {
            let read = next(&mut input, &mut line, longest).await.unwrap();
            if read == Line::End {
                return lines;
            }
            lines.push((read, String::from_utf8_lossy(&line).into_owned()));
        }
    }

    #[tokio::test]
    async fn lines_end_with_a_newline_or_the_end_of_the_input() {
        let lines = ["one", "", "three"].map(|text| (Line::Whole, text.to_owned()));
        assert_eq!(all(b"one\n\nthree", 10).await, lines);
    }

    #[tokio::test]
    async fn of_a_line_that_is_too_long_the_beginning_is_read_and_the_next_line_as_ever() {
        let text = format!("12345\n{}\n12\n", "x".repeat(100_000));
        let lines = [(Line::Whole, "12345"), (Line::Beginning, &"x".repeat(BEGINNING)), (Line::Whole, "12")];
        assert_eq!(all(text.as_bytes(), 5).await, lines.map(|(read, text)| (read, text.to_owned())));
    }
}
