//! Parses `PREDICTIONIO_DIST_URL`, the address of another distribution.

use std::path::PathBuf;

use crate::errors::Error;

/// Prefix of the digest after the `#`.
const DIGEST: &str = "sha256=";

/// The location of a distribution, and the digest to check it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistributionUrl {
    /// The location.
    pub place: Location,
    /// The expected digest, in lower-case hexadecimal.
    pub sha256: Option<String>,
}

/// The location of a distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// On the web.
    Web(String),
    /// On this machine.
    File(PathBuf),
}

impl DistributionUrl {
    /// Parses the variable.
    ///
    /// # Errors
    /// When it is not the address of a tarball.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = |reason: &str| Error::BadDistributionUrl { reason: reason.to_owned() };
        let (address, fragment) = text.trim().split_once('#').unwrap_or((text.trim(), ""));
        let sha256 = match fragment {
            "" => None,
            digest => Some(
                digest_of(digest)
                    .ok_or_else(|| bad("After # only sha256=<64 hexadecimal digits> may follow."))?,
            ),
        };
        let place = match address.split_once("://") {
            Some(("file", path)) if path.starts_with('/') => Location::File(PathBuf::from(path)),
            Some(("https", _)) => Location::Web(address.to_owned()),
            Some(("http", _)) if sha256.is_some() => Location::Web(address.to_owned()),
            Some(("http", _)) => {
                return Err(bad(
                    "Over http:// anyone could change it on the way: use https://, or add #sha256=….",
                ));
            }
            _ => return Err(bad("It begins neither with https:// nor with file:///.")),
        };
        Ok(Self { place, sha256 })
    }

    /// The address for the log, without user, password and the part after `?`, which may contain keys.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.place {
            Location::File(path) => format!("file://{}", path.display()),
            Location::Web(address) => {
                let address = address.split('?').next().unwrap_or_default();
                let (scheme, rest) = address.split_once("://").unwrap_or(("https", address));
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                format!("{scheme}://{}/{path}", host.rsplit('@').next().unwrap_or_default())
            }
        }
    }
}

fn digest_of(fragment: &str) -> Option<String> {
    let digest = fragment.strip_prefix(DIGEST)?.to_ascii_lowercase();
    (digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::{DistributionUrl, Location};

    #[test]
    fn addresses_and_files_with_and_without_digest() {
        let digest = "0A".repeat(32);
        let url =
            DistributionUrl::parse(&format!(" https://u:p@example.com/a.tar.gz?key=1#sha256={digest}\n"))
                .unwrap();
        assert_eq!(url.sha256.clone().unwrap(), digest.to_lowercase());
        assert_eq!(url.shown(), "https://example.com/a.tar.gz");
        let url = DistributionUrl::parse("file:///tmp/a.tar.zst").unwrap();
        assert_eq!((url.place, url.sha256), (Location::File("/tmp/a.tar.zst".into()), None));
    }

    #[test]
    fn what_is_no_address_or_no_digest_is_refused() {
        for bad in [
            "",
            "a.tar.gz",
            "ftp://a/b",
            "http://a/b",
            "file://a",
            "https://a/b#sha256=12",
            "https://a/b#md5=1",
        ] {
            assert!(DistributionUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
