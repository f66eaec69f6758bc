//! Locates the masters of a cluster.

use pio_settings::{env, vars};

use crate::errors::Error;

/// Domain suffix of apps in a private network.
const PRIVATE_NETWORK: &str = "app.localspace";

/// The hosts and ports of the masters.
///
/// # Errors
/// When the config vars do not give them.
pub fn from_env() -> Result<Vec<String>, Error> {
    let app = env::get(vars::HEROKU_DNS_APP_NAME)
        .or_else(|| env::get(vars::HEROKU_APP_NAME).map(|name| format!("{name}.{PRIVATE_NETWORK}")));
    masters(env::get(vars::SPARK_MASTERS).as_deref(), app.as_deref(), super::master_port()?)
}

/// The master URL for workers and applications.
#[must_use]
pub fn url(masters: &[String]) -> String {
    format!("spark://{}", masters.join(","))
}

/// Parses `SPARK_MASTERS`: a list of hosts, or the number of processes called `master` in this app. The
/// default is 1.
fn masters(given: Option<&str>, app: Option<&str>, port: u16) -> Result<Vec<String>, Error> {
    let given = given.map_or("1", str::trim);
    if given.bytes().all(|byte| byte.is_ascii_digit()) {
        let bad = || Error::BadMasters { given: given.to_owned() };
        let count: u32 = given.parse().ok().filter(|count| (1..=99).contains(count)).ok_or_else(bad)?;
        let app = app.ok_or(Error::NoMasters)?;
        return Ok((1..=count).map(|number| format!("{number}.master.{app}:{port}")).collect());
    }
    given.split(',').map(|host| with_port(host, port, given)).collect()
}

fn with_port(host: &str, default: u16, given: &str) -> Result<String, Error> {
    let host = host.trim();
    let host = host.strip_prefix("spark://").unwrap_or(host);
    let default = default.to_string();
    let (name, port) = host.rsplit_once(':').unwrap_or((host, &default));
    let is_name = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '/' || c == ':');
    match port.parse::<u16>() {
        Ok(port) if is_name && port > 0 => Ok(format!("{name}:{port}")),
        _ => Err(Error::BadMasters { given: given.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::url;
    use crate::errors::Error;

    fn masters(given: Option<&str>, app: Option<&str>) -> Result<Vec<String>, Error> {
        super::masters(given, app, 7077)
    }

    const APP: Option<&str> = Some("my-cluster.app.localspace");

    #[test]
    fn one_master_is_the_first_process_of_that_type() {
        assert_eq!(url(&masters(None, APP).unwrap()), "spark://1.master.my-cluster.app.localspace:7077");
    }

    #[test]
    fn a_number_counts_masters_of_this_app() {
        let expected =
            "spark://1.master.my-cluster.app.localspace:7077,2.master.my-cluster.app.localspace:7077";
        assert_eq!(url(&masters(Some(" 2 "), APP).unwrap()), expected);
    }

    #[test]
    fn a_list_names_hosts_with_or_without_scheme_and_port() {
        let expected = "spark://a:7077,b:7078,c:7077";
        assert_eq!(url(&masters(Some("spark://a,b:7078, spark://c:7077"), None).unwrap()), expected);
    }

    #[test]
    fn what_is_neither_is_an_error() {
        for bad in ["0", "100", "a:port", "a b", "http://a", "a,,b", "a:0"] {
            assert!(masters(Some(bad), APP).is_err(), "{bad}");
        }
        assert!(masters(None, None).is_err());
    }
}
