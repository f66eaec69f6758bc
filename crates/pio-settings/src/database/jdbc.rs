//! The same settings as a URL for the JDBC driver.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{DatabaseSettings, SslMode};

/// Writes the URL, without user and password.
pub(super) fn url(settings: &DatabaseSettings) -> String {
    let host =
        if settings.host.contains(':') { format!("[{}]", settings.host) } else { settings.host.clone() };
    let mut url = format!(
        "jdbc:postgresql://{host}:{}/{}?sslmode={}",
        settings.port,
        encode(&settings.name),
        settings.sslmode
    );
    for (name, value) in parameters(settings) {
        url.push('&');
        url.push_str(name);
        url.push('=');
        url.push_str(&encode(&value));
    }
    url
}

fn parameters(settings: &DatabaseSettings) -> Vec<(&'static str, String)> {
    let mut parameters = Vec::new();
    if let Some(file) = &settings.root_cert {
        parameters.push(("sslrootcert", file.display().to_string()));
    } else if matches!(settings.sslmode, SslMode::VerifyCa | SslMode::VerifyFull) {
        // Without a file the driver would look for one in the user's home; this factory trusts what the JVM trusts.
        parameters.push(("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory".to_owned()));
    }
    if let Some(limit) = settings.connect_timeout {
        parameters.push(("connectTimeout", limit.as_secs().to_string()));
    }
    if let Some(options) = &settings.options {
        parameters.push(("options", options.clone()));
    }
    if settings.is_pooled {
        // A prepared statement would stay on a connection of the server that is somebody else's afterwards.
        parameters.push(("prepareThreshold", "0".to_owned()));
    }
    parameters
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
