//! Where an event server is: a host, a port, and whether it speaks TLS.

use std::fmt;
use std::net::Ipv6Addr;

use thiserror::Error;

/// The port of an event server where nobody names one.
const PORT: u16 = 7070;
const HTTP_PORT: u16 = 80;
const HTTPS_PORT: u16 = 443;

/// The address of an event server. It is shown as a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventServerAddress {
    /// Whether it is reached by HTTPS.
    pub is_https: bool,
    /// Its name or IP address; one of version 6 without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
}

/// What is wrong with the address of an event server.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidEventServer {
    /// Another scheme than those of the web.
    #[error(
        "the address of the event server begins with {0:?}. Give a host such as events.example.com, or a URL with http:// or https://"
    )]
    Scheme(String),
    /// More than host and port; not repeated, because a password may be in it.
    #[error(
        "the address of the event server holds more than a host and a port ({0:?}). Leave out user, path, query and spaces"
    )]
    TooMuch(char),
    /// No name of a host.
    #[error(
        "{0:?} is no host name or IP address for the event server. Give one such as events.example.com, 10.0.0.1 or [::1]"
    )]
    Host(String),
    /// No number of a port.
    #[error("{0:?} is no port of the event server. Give a number from 1 to 65535")]
    Port(String),
    /// Two ports.
    #[error(
        "the event server's address names the port {0}, and its port is set to {1}. Set one of them only"
    )]
    TwoPorts(u16, u16),
    /// A scheme and the well-known port of the other one.
    #[error("the event server's address says {0}://, and its port is {1}. Change one of them")]
    OtherScheme(&'static str, u16),
}

impl EventServerAddress {
    /// Reads a host, a host with a port, or a URL without a path. `port` is what is set beside it. HTTPS is spoken where the URL says so,
    /// or the port is 443.
    ///
    /// # Errors
    /// The text or the port is something else.
    pub fn parse(text: &str, port: Option<u16>) -> Result<Self, InvalidEventServer> {
        let (scheme, rest) = scheme(text.trim())?;
        let rest = rest.trim_end_matches('/');
        if let Some(other) = rest.chars().find(|character| "/?#@\\ \t\r\n".contains(*character)) {
            return Err(InvalidEventServer::TooMuch(other));
        }
        let (host, own_port) = host_and_port(rest)?;
        let port = match (own_port, port) {
            (Some(own), Some(other)) if own != other => return Err(InvalidEventServer::TwoPorts(own, other)),
            (own, other) => own.or(other),
        };
        let default = match scheme {
            Some(true) => HTTPS_PORT,
            Some(false) => HTTP_PORT,
            None => PORT,
        };
        let port = port.unwrap_or(default);
        match (scheme, port) {
            (_, 0) => Err(InvalidEventServer::Port("0".to_owned())),
            (Some(true), HTTP_PORT) => Err(InvalidEventServer::OtherScheme("https", port)),
            (Some(false), HTTPS_PORT) => Err(InvalidEventServer::OtherScheme("http", port)),
            _ => Ok(Self { is_https: scheme.unwrap_or(port == HTTPS_PORT), host, port }),
        }
    }

    /// The event server on this machine.
    #[must_use]
    pub fn local(port: Option<u16>) -> Self {
        let port = port.unwrap_or(PORT);
        Self { is_https: port == HTTPS_PORT, host: "127.0.0.1".to_owned(), port }
    }
}

impl fmt::Display for EventServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_https { "https" } else { "http" };
        let Self { host, port, .. } = self;
        if host.contains(':') {
            write!(f, "{scheme}://[{host}]:{port}")
        } else {
            write!(f, "{scheme}://{host}:{port}")
        }
    }
}

/// Whether the scheme is https, where there is one, and what follows it.
fn scheme(text: &str) -> Result<(Option<bool>, &str), InvalidEventServer> {
    match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => Ok((Some(true), rest)),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => Ok((Some(false), rest)),
        Some((scheme, _)) => Err(InvalidEventServer::Scheme(format!("{scheme}://"))),
        None => Ok((None, text)),
    }
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>), InvalidEventServer> {
    let not_a_host = || InvalidEventServer::Host(text.to_owned());
    if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest.split_once(']').ok_or_else(not_a_host)?;
        host.parse::<Ipv6Addr>().map_err(|_| not_a_host())?;
        let port = match port.strip_prefix(':') {
            Some(port) => Some(number(port)?),
            None if port.is_empty() => None,
            None => return Err(not_a_host()),
        };
        return Ok((host.to_owned(), port));
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return Ok((text.to_owned(), None));
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(number(port)?)),
        None => (text, None),
    };
    if is_host(host) { Ok((host.to_owned(), port)) } else { Err(not_a_host()) }
}

fn number(text: &str) -> Result<u16, InvalidEventServer> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| InvalidEventServer::Port(text.to_owned()))
}

/// Names with `_` are no host names, but those of containers often have one.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    text.len() <= 253 && text.strip_suffix('.').unwrap_or(text).split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::EventServerAddress;

    fn read(text: &str, port: Option<u16>) -> Result<String, String> {
        EventServerAddress::parse(text, port)
            .map(|address| address.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn hosts_and_urls_name_an_event_server() {
        for (text, port, url) in [
            ("events.example", None, "http://events.example:7070"),
            (" events.example ", Some(80), "http://events.example:80"),
            ("events.example", Some(443), "https://events.example:443"),
            ("events.example:443", None, "https://events.example:443"),
            ("events.example:8080", Some(8080), "http://events.example:8080"),
            ("https://events.example", None, "https://events.example:443"),
            ("HTTPS://events.example//", None, "https://events.example:443"),
            ("https://events.example/", Some(8443), "https://events.example:8443"),
            ("http://events.example:9", None, "http://events.example:9"),
            ("http://events.example", None, "http://events.example:80"),
            ("event_server", None, "http://event_server:7070"),
            ("10.0.0.1", None, "http://10.0.0.1:7070"),
            ("::1", Some(443), "https://[::1]:443"),
            ("[::1]:8000", None, "http://[::1]:8000"),
            ("https://[fe80::1]", None, "https://[fe80::1]:443"),
        ] {
            assert_eq!(read(text, port).as_deref(), Ok(url), "{text}");
        }
        assert_eq!(EventServerAddress::local(None).to_string(), "http://127.0.0.1:7070");
    }

    #[test]
    fn nonsense_is_refused_in_words() {
        for (text, port, words) in [
            ("ftp://events.example", None, "begins with \"ftp://\""),
            ("tcp://10.0.0.1:7070", None, "begins with \"tcp://\""),
            ("https://user:secret@events.example", None, "more than a host and a port ('@')"),
            ("events.example/path", None, "more than a host and a port ('/')"),
            ("events.example?accessKey=secret", None, "more than a host and a port ('?')"),
            ("two hosts", None, "more than a host and a port (' ')"),
            ("", None, "is no host name"),
            ("https://", None, "is no host name"),
            (":7070", None, "is no host name"),
            ("a..b", None, "is no host name"),
            ("münchen.example", None, "is no host name"),
            ("[::1", None, "is no host name"),
            ("[localhost]", None, "is no host name"),
            ("[::1]x", None, "is no host name"),
            ("events.example:", None, "\"\" is no port"),
            ("events.example:http", None, "\"http\" is no port"),
            ("events.example:0", None, "\"0\" is no port"),
            ("events.example", Some(0), "\"0\" is no port"),
            ("events.example:70000", None, "\"70000\" is no port"),
            ("1:2:3", None, "\"2:3\" is no port"),
            ("events.example:80", Some(7070), "names the port 80, and its port is set to 7070"),
            ("https://events.example", Some(80), "says https://, and its port is 80"),
            ("http://events.example:443", None, "says http://, and its port is 443"),
        ] {
            let error = read(text, port).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
