//! Taking a database URL apart, as libpq does.

use std::{path::PathBuf, time::Duration};

use percent_encoding::percent_decode_str;

use super::{DatabaseSettings, Origin, SslMode, errors::DatabaseUrlError, tables::TableNames};
use crate::{env, secret::Secret, vars};

/// The port where none is named.
const DEFAULT_PORT: u16 = 5432;

/// Reads a URL that holds everything.
pub(super) fn parse(text: &str) -> Result<DatabaseSettings, DatabaseUrlError> {
    parse_with(text, None, None)
}

/// Reads a URL; user and password given beside it win over those in it.
pub(super) fn parse_with(
    text: &str,
    user: Option<String>,
    password: Option<String>,
) -> Result<DatabaseSettings, DatabaseUrlError> {
    let (dialect, [authority, path, query]) = sections(text.trim())?;
    let is_password = if authority.contains('@') {
        path_starts_in_password(path)
    } else {
        path.contains('@') || query_starts_in_password(authority, query)
    };
    if is_password {
        return Err(DatabaseUrlError::Unescaped);
    }
    let mut parts = Parts::default();
    parts.read_authority(authority)?;
    parts.name = decode(path.trim_end_matches('/'), "database name")?;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parts.read_parameter(dialect, name, &decode(value, "query")?)?;
    }
    parts.user = user.or(parts.user);
    parts.password = password.or(parts.password);
    parts.settings()
}

/// Whose words the parameters are.
#[derive(Clone, Copy, PartialEq)]
enum Dialect {
    Libpq,
    Jdbc,
}

/// Parts the URL into authority (empty where the JDBC driver's short form has none), path and query.
fn sections(text: &str) -> Result<(Dialect, [&str; 3]), DatabaseUrlError> {
    let (dialect, url) = match text.strip_prefix("jdbc:") {
        Some(url) => (Dialect::Jdbc, url),
        None => (Dialect::Libpq, text),
    };
    let Some(rest) = url.strip_prefix("postgres:").or_else(|| url.strip_prefix("postgresql:")) else {
        let scheme = text.split_once("://").map_or("no scheme", |(scheme, _)| scheme);
        return Err(DatabaseUrlError::Scheme { scheme: scheme.chars().take(20).collect() });
    };
    let (before_query, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match before_query.strip_prefix("//") {
        Some(with_host) => with_host.split_once('/').unwrap_or((with_host, "")),
        // `jdbc:postgresql:name` means localhost.
        None if dialect == Dialect::Jdbc => ("", before_query.trim_start_matches('/')),
        None => return Err(DatabaseUrlError::NoHost),
    };
    Ok((dialect, [authority, path, query]))
}

/// Whether the `/` that seems to start the path stands in a password that holds an `@` before it: a host and another `/` follow.
fn path_starts_in_password(path: &str) -> bool {
    path.split_once('@').is_some_and(|(_, rest)| rest.contains('/'))
}

/// Whether the `?` that seems to start the query stands in a password.
fn query_starts_in_password(authority: &str, query: &str) -> bool {
    authority.contains(':')
        && query.split('&').next().is_some_and(|first| first.contains('@') && !first.contains('='))
}

/// What has been read so far.
#[derive(Default)]
struct Parts {
    host: String,
    port: Option<u16>,
    name: String,
    user: Option<String>,
    password: Option<String>,
    sslmode: Option<SslMode>,
    root_cert: Option<PathBuf>,
    connect_timeout: Option<Duration>,
    options: Option<String>,
    is_pooled: bool,
    ignored: Vec<String>,
}

impl Parts {
    fn read_authority(&mut self, authority: &str) -> Result<(), DatabaseUrlError> {
        let (userinfo, host) = authority.rsplit_once('@').map_or((None, authority), |(u, h)| (Some(u), h));
        if let Some(userinfo) = userinfo {
            let (user, password) = userinfo.split_once(':').map_or((userinfo, None), |(u, p)| (u, Some(p)));
            self.user = Some(decode(user, "user name")?).filter(|user| !user.is_empty());
            self.password = password.map(|password| decode(password, "password")).transpose()?;
        }
        if host.contains(',') {
            return Err(DatabaseUrlError::ManyHosts);
        }
        let (host, port) = split_port(host)?;
        self.host = decode(host, "host")?;
        self.port = port.map(parse_port).transpose()?;
        Ok(())
    }

    fn read_parameter(&mut self, dialect: Dialect, name: &str, value: &str) -> Result<(), DatabaseUrlError> {
        match name {
            "sslmode" => self.sslmode = Some(value.parse()?),
            "ssl" => self.sslmode = self.sslmode.or(ssl_switch(dialect, value)),
            "sslfactory" if value.ends_with("NonValidatingFactory") => self.sslmode = Some(SslMode::Require),
            // libpq's word for the machine's own certificates, which are the default here.
            "sslrootcert" if value == "system" => self.root_cert = None,
            "sslrootcert" => self.root_cert = Some(PathBuf::from(value)),
            "connect_timeout" | "connectTimeout" | "loginTimeout" => {
                self.connect_timeout = seconds(name, value)?;
            }
            "host" | "hostaddr" => value.clone_into(&mut self.host),
            "port" => self.port = Some(parse_port(value)?),
            "user" => self.user = Some(value.to_owned()),
            "password" => self.password = Some(value.to_owned()),
            "dbname" => value.clone_into(&mut self.name),
            "pgbouncer" => self.is_pooled |= value != "false",
            "prepareThreshold" => self.is_pooled |= value == "0",
            "options" => self.options = Some(value.to_owned()),
            "currentSchema" => self.options = Some(format!("-c search_path={}", value.replace(' ', "\\ "))),
            _ => self.ignored.push(name.to_owned()),
        }
        Ok(())
    }

    fn settings(self) -> Result<DatabaseSettings, DatabaseUrlError> {
        let host = if self.host.is_empty() { "localhost".to_owned() } else { self.host };
        if host.starts_with('/') || host.starts_with('@') {
            return Err(DatabaseUrlError::Socket);
        }
        if host.contains(',') {
            return Err(DatabaseUrlError::ManyHosts);
        }
        if host.contains(|c: char| c.is_whitespace() || "?#/".contains(c)) {
            return Err(DatabaseUrlError::NoHost);
        }
        let user = self.user.or_else(|| env::get(vars::USER)).ok_or(DatabaseUrlError::NoUser)?;
        let sslmode = match self.sslmode.unwrap_or_default() {
            SslMode::Require if self.root_cert.is_some() => SslMode::VerifyCa,
            mode => mode,
        };
        Ok(DatabaseSettings {
            host,
            port: self.port.unwrap_or(DEFAULT_PORT),
            name: if self.name.is_empty() { user.clone() } else { self.name },
            user,
            password: Secret::new(self.password.unwrap_or_default()),
            sslmode,
            root_cert: self.root_cert,
            connect_timeout: self.connect_timeout,
            options: self.options,
            is_pooled: self.is_pooled,
            tables: TableNames::default(),
            ignored: self.ignored,
            origin: Origin::default(),
        })
    }
}

/// Parts a host from its port; an IPv6 address stands in brackets.
fn split_port(text: &str) -> Result<(&str, Option<&str>), DatabaseUrlError> {
    if let Some(inner) = text.strip_prefix('[') {
        let (host, rest) = inner.split_once(']').ok_or(DatabaseUrlError::Bracket)?;
        return Ok((host, rest.strip_prefix(':').filter(|port| !port.is_empty())));
    }
    match text.rsplit_once(':') {
        Some((host, _)) if host.contains(':') => Err(DatabaseUrlError::Bracket),
        Some((host, port)) => Ok((host, Some(port).filter(|port| !port.is_empty()))),
        None => Ok((text, None)),
    }
}

fn parse_port(text: &str) -> Result<u16, DatabaseUrlError> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        // What stands here may be the end of a password that was not encoded: a number is shown, nothing else is.
        _ if text.bytes().all(|b| b.is_ascii_digit()) => {
            Err(DatabaseUrlError::Port { given: text.to_owned() })
        }
        _ => Err(DatabaseUrlError::Port { given: "text".to_owned() }),
    }
}

/// What `ssl=…` means: the JDBC driver verifies, libpq does not.
fn ssl_switch(dialect: Dialect, value: &str) -> Option<SslMode> {
    match (dialect, value) {
        (_, "false" | "0") => None,
        (Dialect::Jdbc, _) => Some(SslMode::VerifyFull),
        (Dialect::Libpq, _) => Some(SslMode::Require),
    }
}

/// A number of seconds; 0 means no limit.
fn seconds(name: &str, value: &str) -> Result<Option<Duration>, DatabaseUrlError> {
    let error = || DatabaseUrlError::Seconds { name: name.to_owned(), given: value.to_owned() };
    let seconds: u64 = value.parse().map_err(|_| error())?;
    Ok((seconds > 0).then(|| Duration::from_secs(seconds)))
}

fn decode(text: &str, part: &'static str) -> Result<String, DatabaseUrlError> {
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| DatabaseUrlError::NotText { part })?;
    if decoded.contains('\0') { Err(DatabaseUrlError::NotText { part }) } else { Ok(decoded.into_owned()) }
}
