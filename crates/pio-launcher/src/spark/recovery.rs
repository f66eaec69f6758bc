//! Leader election between several masters, through a ZooKeeper.

use pio_settings::{env, vars};

/// The flags for a master, from `SPARK_ZK_ZOOKEEPER_URL`; empty if it is not set.
#[must_use]
pub fn options_from_env() -> Vec<String> {
    let app = env::get(vars::HEROKU_DNS_APP_NAME).or_else(|| env::get(vars::HEROKU_APP_NAME));
    env::get(vars::SPARK_ZK_ZOOKEEPER_URL).map_or_else(Vec::new, |urls| options(&urls, app.as_deref()))
}

/// Each cluster stores its state under its app's name, because several clusters may share a ZooKeeper.
fn options(urls: &str, app: Option<&str>) -> Vec<String> {
    let hosts: Vec<&str> = urls
        .split(',')
        .map(str::trim)
        .map(|url| url.strip_prefix("zookeeper://").unwrap_or(url).trim_end_matches('/'))
        .filter(|host| !host.is_empty())
        .collect();
    vec![
        "-Dspark.deploy.recoveryMode=ZOOKEEPER".to_owned(),
        format!("-Dspark.deploy.zookeeper.url={}", hosts.join(",")),
        format!("-Dspark.deploy.zookeeper.dir=/{}", app.unwrap_or("spark")),
    ]
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn each_host_loses_its_scheme() {
        let options =
            options("zookeeper://10.1.1.1:2181,zookeeper://10.1.1.2:2181/", Some("c.app.localspace"));
        assert_eq!(options[1], "-Dspark.deploy.zookeeper.url=10.1.1.1:2181,10.1.1.2:2181");
        assert_eq!(options[2], "-Dspark.deploy.zookeeper.dir=/c.app.localspace");
    }
}
