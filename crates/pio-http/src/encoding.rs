//! The coding of a body.

use hyper::HeaderMap;
use hyper::header::CONTENT_ENCODING;

/// The codings of a body that no server of ours undoes.
const COMPRESSIONS: [&str; 7] = ["gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress"];

/// The compression that a body has by its headers (415). Other codings mean nothing and are passed over, as PIO did.
#[must_use]
pub fn compression(headers: &HeaderMap) -> Option<&str> {
    let encodings = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let is_compression =
        |encoding: &&str| COMPRESSIONS.iter().any(|name| encoding.eq_ignore_ascii_case(name));
    encodings.flat_map(|value| value.split(',')).map(str::trim).find(is_compression)
}
