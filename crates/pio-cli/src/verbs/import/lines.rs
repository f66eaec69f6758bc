//! Splits a file into lines. They end with LF, CR or both, as in PIO.

use std::io::{BufRead, ErrorKind, Result};

/// Maximum length of a line in bytes.
pub(crate) const MAX_LINE: usize = 64 * 1024 * 1024;

/// Reads line by line.
pub(crate) struct Lines<R> {
    reader: R,
    /// Whether the last line ended with CR. A following LF belongs to the same line end.
    after_return: bool,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, after_return: false }
    }

    /// Reads the next line without its line end. Returns whether there was one. A line longer than
    /// [`MAX_LINE`] is truncated to one byte more than that.
    pub(crate) fn next(&mut self, line: &mut Vec<u8>) -> Result<bool> {
        line.clear();
        loop {
            let bytes = match self.reader.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                filled => filled?,
            };
            if bytes.is_empty() {
                return Ok(!line.is_empty());
            }
            if std::mem::take(&mut self.after_return) && bytes[0] == b'\n' {
                self.reader.consume(1);
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &bytes[..end.unwrap_or(bytes.len())];
            let room = (MAX_LINE + 1).saturating_sub(line.len());
            line.extend_from_slice(&part[..part.len().min(room)]);
            let length = part.len();
            let terminator = end.map(|at| bytes[at]);
            self.reader.consume(length + usize::from(terminator.is_some()));
            if let Some(terminator) = terminator {
                self.after_return = terminator == b'\r';
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};

    use super::{Lines, MAX_LINE};

    fn all(reader: impl BufRead) -> Vec<String> {
        let (mut lines, mut line, mut all) = (Lines::new(reader), Vec::new(), Vec::new());
        while lines.next(&mut line).unwrap() {
            all.push(String::from_utf8(line.clone()).unwrap());
        }
        all
    }

    #[test]
    fn lines_end_with_lf_cr_or_both_wherever_the_buffer_ends() {
        let text = "a\nb\rc\r\n\r\rd\n\ne";
        let expected = ["a", "b", "c", "", "", "d", "", "e"];
        for capacity in [1, 2, 3, 64] {
            assert_eq!(all(BufReader::with_capacity(capacity, text.as_bytes())), expected, "{capacity}");
        }
        assert_eq!(all("a\r\n".as_bytes()), ["a"]);
        assert_eq!(all("".as_bytes()), [""; 0]);
    }

    #[test]
    fn a_line_without_end_takes_bounded_memory() {
        let mut lines =
            Lines::new(BufReader::new(std::io::Read::take(std::io::repeat(b'x'), 200 * 1024 * 1024)));
        let mut line = Vec::new();
        assert!(lines.next(&mut line).unwrap());
        assert_eq!(line.len(), MAX_LINE + 1);
        assert!(!lines.next(&mut line).unwrap());
    }
}
