//! Where requests begin and end in what a client sends, checked more strictly than hyper does.
//!
//! hyper takes a bare LF for the end of a line, any number of `Host` headers, and `Content-Length` beside `Transfer-Encoding`. A proxy
//! in front of the server may read the same bytes differently, and so see other requests in them.

use memchr::memchr;

/// A line of a head that is longer than this is refused by hyper as well.
const LONGEST_LINE: usize = 64 * 1024;

/// Why a request is answered with 400 before anything is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("A line of the request does not end with CR LF.")]
    BareLineFeed,
    #[error("A request of HTTP/1.1 needs exactly one Host header.")]
    Host,
    #[error("The Host header is not the name of a host.")]
    HostName,
    #[error("The request has both Content-Length and Transfer-Encoding. Send one of them.")]
    TwoLengths,
    #[error("The request has a Transfer-Encoding that is not \"chunked\" alone. Send the body as it is.")]
    TransferCoding,
    #[error("The Content-Length of the request is not a number, or there are several.")]
    Length,
    #[error("A chunk of the body does not begin with its size.")]
    Chunk,
    #[error("A line of the request is too long.")]
    LongLine,
}

/// Follows the bytes that a client sends, from one request to the next.
#[derive(Default)]
pub(crate) struct Framing {
    part: Part,
    head: Head,
    /// A line that has not ended yet.
    line: Vec<u8>,
    /// How many heads have ended.
    heads: u64,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, Default)]
enum Part {
    #[default]
    Head,
    /// So many more bytes of the body.
    Body(u64),
    ChunkSize,
    /// So many more bytes of the chunk, its final CR LF among them.
    Chunk(u64),
    Trailers,
}

/// What is known of the head so far.
#[derive(Default)]
struct Head {
    has_begun: bool,
    is_http_11: bool,
    hosts: u32,
    length: Option<u64>,
    is_chunked: bool,
}

impl Framing {
    /// Follows more bytes. An error comes with the number of bytes that stand before the request that is malformed.
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> Result<(), (usize, Malformed)> {
        let mut at = 0;
        let mut sound = 0;
        while at < bytes.len() {
            at += self.step(&bytes[at..]).map_err(|malformed| (sound, malformed))?;
            if !self.is_in_request() || self.is_in_body() {
                sound = at;
            }
        }
        Ok(())
    }

    /// Whether a request has begun that has not been received as a whole.
    pub(crate) fn is_in_request(&self) -> bool {
        self.is_in_body() || self.head.has_begun || !self.line.is_empty()
    }

    /// Whether the head of a request was received, but not all of its body.
    pub(crate) fn is_in_body(&self) -> bool {
        !matches!(self.part, Part::Head)
    }

    /// The number of the request whose body has not been received as a whole; 0 where there is none.
    pub(crate) fn open_body(&self) -> u64 {
        if self.is_in_body() { self.heads } else { 0 }
    }

    /// Takes some bytes and tells how many.
    fn step(&mut self, bytes: &[u8]) -> Result<usize, Malformed> {
        match self.part {
            Part::Body(left) => {
                let taken = taken_of(bytes, left);
                self.part = match left - taken as u64 {
                    0 => Part::Head,
                    left => Part::Body(left),
                };
                Ok(taken)
            }
            Part::Chunk(left) => {
                let taken = taken_of(bytes, left);
                self.part = match left - taken as u64 {
                    0 => Part::ChunkSize,
                    left => Part::Chunk(left),
                };
                Ok(taken)
            }
            Part::Head | Part::ChunkSize | Part::Trailers => self.step_in_line(bytes),
        }
    }

    fn step_in_line(&mut self, bytes: &[u8]) -> Result<usize, Malformed> {
        let Some(end) = memchr(b'\n', bytes) else {
            if self.line.len() + bytes.len() > LONGEST_LINE {
                return Err(Malformed::LongLine);
            }
            self.line.extend_from_slice(bytes);
            return Ok(bytes.len());
        };
        if self.line.is_empty() {
            self.take_line(&bytes[..end])?;
        } else {
            let mut line = std::mem::take(&mut self.line);
            line.extend_from_slice(&bytes[..end]);
            self.take_line(&line)?;
        }
        Ok(end + 1)
    }

    fn take_line(&mut self, line: &[u8]) -> Result<(), Malformed> {
        let line = line.strip_suffix(b"\r").ok_or(Malformed::BareLineFeed)?;
        match self.part {
            // Clients of old send an empty line after a body.
            Part::Head if line.is_empty() && !self.head.has_begun => {}
            Part::Head if line.is_empty() => {
                self.part = std::mem::take(&mut self.head).end()?;
                self.heads += 1;
            }
            Part::Head if self.head.has_begun => self.head.take_header(line)?,
            Part::Head => {
                self.head.has_begun = true;
                self.head.is_http_11 = line.ends_with(b" HTTP/1.1");
            }
            Part::ChunkSize => {
                self.part = match chunk_size(line).ok_or(Malformed::Chunk)? {
                    0 => Part::Trailers,
                    size => Part::Chunk(size.checked_add(2).ok_or(Malformed::Chunk)?),
                };
            }
            Part::Trailers if line.is_empty() => self.part = Part::Head,
            Part::Trailers | Part::Body(_) | Part::Chunk(_) => {}
        }
        Ok(())
    }
}

impl Head {
    fn take_header(&mut self, line: &[u8]) -> Result<(), Malformed> {
        // The first letter spares most headers the comparisons.
        match line.first() {
            Some(b'h' | b'H') => {
                if let Some(value) = value_of(line, b"host:") {
                    self.hosts += 1;
                    if !value.iter().all(|byte| is_of_host(*byte)) {
                        return Err(Malformed::HostName);
                    }
                }
            }
            Some(b'c' | b'C') => {
                if let Some(value) = value_of(line, b"content-length:") {
                    let length = decimal(value).ok_or(Malformed::Length)?;
                    if self.length.is_some_and(|other| other != length) {
                        return Err(Malformed::Length);
                    }
                    self.length = Some(length);
                }
            }
            Some(b't' | b'T') => {
                if let Some(value) = value_of(line, b"transfer-encoding:") {
                    if self.is_chunked || !value.eq_ignore_ascii_case(b"chunked") {
                        return Err(Malformed::TransferCoding);
                    }
                    self.is_chunked = true;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The head has ended: what follows it.
    fn end(self) -> Result<Part, Malformed> {
        if self.hosts > 1 || (self.is_http_11 && self.hosts == 0) {
            return Err(Malformed::Host);
        }
        match (self.is_chunked, self.length) {
            (true, Some(_)) => Err(Malformed::TwoLengths),
            (true, None) => Ok(Part::ChunkSize),
            (false, Some(length)) if length > 0 => Ok(Part::Body(length)),
            (false, _) => Ok(Part::Head),
        }
    }
}

fn taken_of(bytes: &[u8], left: u64) -> usize {
    usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()))
}

/// The value of a header of this name, which is in lower case and ends with a colon.
fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (given, value) = line.split_at_checked(name.len())?;
    given.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

fn decimal(digits: &[u8]) -> Option<u64> {
    // `parse` would take a sign as well.
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| std::str::from_utf8(digits).ok()?.parse().ok()).flatten()
}

/// The size in front of a chunk; extensions behind a semicolon mean nothing.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii_end();
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    is_number.then(|| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()).flatten()
}

/// Whether a byte may stand in a host's name, address or port.
fn is_of_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::{Framing, Malformed};

    const GET: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    /// Follows the bytes as a whole, then one by one, which must give the same.
    #[expect(clippy::panic_in_result_fn, reason = "both ways must agree in every test")]
    fn follow(text: &str) -> Result<bool, Malformed> {
        let mut whole = Framing::default();
        let outcome = whole.advance(text.as_bytes()).map(|()| whole.is_in_request()).map_err(|(_, why)| why);
        let mut single = Framing::default();
        let each: Result<(), _> = text.as_bytes().iter().try_for_each(|byte| single.advance(&[*byte]));
        assert_eq!(each.map(|()| single.is_in_request()).map_err(|(_, why)| why), outcome, "{text}");
        outcome
    }

    #[test]
    fn requests_follow_one_another_whatever_bodies_they_have() {
        let sized = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n\n\n";
        let chunked = "POST / HTTP/1.1\r\nhost: [::1]:80\r\nTransfer-Encoding: chunked\r\n\r\n\
                       3;a=b\r\n\n\n\n\r\n0\r\nx: y\r\n\r\n";
        let old = "GET / HTTP/1.0\r\n\r\n";
        assert_eq!(follow(&[GET, sized, chunked, old, "\r\n", GET].concat()), Ok(false));
        for text in [&GET[..5], &sized[..sized.len() - 1], &chunked[..chunked.len() - 2]] {
            assert_eq!(follow(&[GET, text].concat()), Ok(true), "{text}");
        }
    }

    #[test]
    fn what_proxies_may_read_otherwise_is_malformed() {
        for (head, why) in [
            ("GET / HTTP/1.1\nhost: x\r\n\r\n", Malformed::BareLineFeed),
            ("GET / HTTP/1.1\r\nhost: x\n\r\n", Malformed::BareLineFeed),
            ("GET / HTTP/1.1\r\nhost: x\r\n\n", Malformed::BareLineFeed),
            ("\nGET / HTTP/1.1\r\nhost: x\r\n\r\n", Malformed::BareLineFeed),
            ("GET / HTTP/1.1\r\n\r\n", Malformed::Host),
            ("GET / HTTP/1.1\r\nhost: x\r\nHOST: x\r\n\r\n", Malformed::Host),
            ("GET / HTTP/1.0\r\nhost: x\r\nhost: y\r\n\r\n", Malformed::Host),
            ("GET / HTTP/1.1\r\nhost: x y\r\n\r\n", Malformed::HostName),
            ("GET / HTTP/1.1\r\nhost: u@x/\r\n\r\n", Malformed::HostName),
            ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: +2\r\n\r\n", Malformed::Length),
            ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2, 2\r\n\r\n", Malformed::Length),
            (
                "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n",
                Malformed::Length,
            ),
            (
                "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n",
                Malformed::TwoLengths,
            ),
            (
                "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n",
                Malformed::TwoLengths,
            ),
            (
                "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
                Malformed::TransferCoding,
            ),
            ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: identity\r\n\r\n", Malformed::TransferCoding),
            (
                "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                Malformed::TransferCoding,
            ),
            ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0x1\r\n", Malformed::Chunk),
            ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\n", Malformed::BareLineFeed),
        ] {
            assert_eq!(follow(&[GET, head].concat()), Err(why), "{head}");
        }
    }

    #[test]
    fn what_stands_before_a_malformed_request_is_sound() {
        let text = [GET, "GET / HTTP/1.1\r\nhost: x\n\r\n"].concat();
        assert_eq!(Framing::default().advance(text.as_bytes()), Err((GET.len(), Malformed::BareLineFeed)));
    }
}
