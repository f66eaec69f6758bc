//! Where a connection comes from, as an extension of each of its requests.

use std::net::IpAddr;

use hyper::Request;
use hyper::header::{FORWARDED, HeaderName, VIA};
use tokio::net::TcpStream;

/// The headers with which a proxy says that it passes on the request of somebody else.
const OF_PROXIES: [HeaderName; 6] = [
    FORWARDED,
    VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// The two addresses of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// The client's.
    pub remote: IpAddr,
    /// The server's own.
    pub local: IpAddr,
}

impl Peer {
    /// Those of an open connection; none where the client has gone.
    pub(crate) fn of(stream: &TcpStream) -> Option<Self> {
        let (remote, local) = (stream.peer_addr().ok()?, stream.local_addr().ok()?);
        Some(Self { remote: remote.ip().to_canonical(), local: local.ip().to_canonical() })
    }

    /// Whether the client runs on this machine: it comes from the loopback, or from the very address that it connects to.
    #[must_use]
    pub fn is_this_machine(self) -> bool {
        self.remote.is_loopback() || self.remote == self.local
    }
}

/// Whether a program on this machine sent the request, and no proxy on behalf of another.
#[must_use]
pub fn is_of_this_machine<B>(request: &Request<B>) -> bool {
    let local = request.extensions().get::<Peer>().is_some_and(|peer| peer.is_this_machine());
    local && !OF_PROXIES.iter().any(|name| request.headers().contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::{Peer, Request, is_of_this_machine};

    #[test]
    fn only_this_machine_is_this_machine() {
        for (remote, local, expected) in [
            ("127.0.0.1", "127.0.0.1", true),
            ("127.8.9.1", "127.0.0.1", true),
            ("::1", "::1", true),
            ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.8", "10.0.0.7", false),
            ("172.17.0.1", "172.17.0.2", false),
            ("2001:db8::1", "2001:db8::2", false),
        ] {
            let peer = Peer { remote: remote.parse().unwrap(), local: local.parse().unwrap() };
            assert_eq!(peer.is_this_machine(), expected, "{remote} to {local}");
        }
    }

    #[test]
    fn what_a_proxy_passes_on_comes_from_elsewhere() {
        let local = Peer { remote: "127.0.0.1".parse().unwrap(), local: "127.0.0.1".parse().unwrap() };
        let request =
            |header: &str| Request::builder().extension(local).header(header, "x").body(()).unwrap();
        assert!(is_of_this_machine(&request("user-agent")));
        for header in ["Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip"] {
            assert!(!is_of_this_machine(&request(header)), "{header}");
        }
        assert!(!is_of_this_machine(&Request::new(())), "an unknown peer is no neighbour");
    }
}
