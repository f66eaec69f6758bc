//! Checks the Java version that an app requests.

use std::path::Path;

use pio_launcher::log;

/// The file for this request in apps for Heroku's Java buildpacks.
const FILE: &str = "system.properties";

/// The property with the version.
const PROPERTY: &str = "java.runtime.version";

/// The Java version of the closure.
const OURS: &str = "21";

/// Reports how a request is handled. Another version is never an error: code for an older Java also runs on
/// 21.
pub fn tell(app: &Path) {
    let Ok(text) = fs_err::read_to_string(app.join(FILE)) else { return };
    match wanted(&text) {
        Some(version) if major(&version) == OURS => log::detail(format_args!("Java {OURS}, as {FILE} asks")),
        Some(version) => log::warning(format_args!(
            "{FILE} asks for Java {version}, but Spark and engines run on Java {OURS} here.\n\
             What was written for an older Java runs on it as a rule. To have no more of this message,\n\
             write {PROPERTY}={OURS} or remove the line."
        )),
        None => {}
    }
}

fn wanted(text: &str) -> Option<String> {
    text.lines()
        .filter_map(|line| line.split_once(['=', ':']))
        .find(|(name, _)| name.trim() == PROPERTY)
        .map(|(_, value)| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

/// The major version: 21 for `21.0.8`, `openjdk-21` or `zulu-21.0.1`; 8 for `1.8`.
fn major(version: &str) -> &str {
    let number = version.rsplit_once('-').map_or(version, |(_, number)| number);
    let mut parts = number.split(['.', '_', '+']);
    match (parts.next(), parts.next()) {
        (Some("1"), Some(second)) => second,
        (Some(first), _) => first,
        (None, _) => number,
    }
}

#[cfg(test)]
mod tests {
    use super::{major, wanted};

    #[test]
    fn the_property_is_found_among_others() {
        assert_eq!(wanted("# java\nmaven.version=3\n java.runtime.version = 1.8\n").unwrap(), "1.8");
        assert_eq!(wanted("java.runtime.version="), None);
        assert_eq!(wanted(""), None);
    }

    #[test]
    fn versions_come_in_many_forms() {
        for (version, expected) in
            [("1.8", "8"), ("21", "21"), ("21.0.8", "21"), ("openjdk-21", "21"), ("zulu-1.8.0_392", "8")]
        {
            assert_eq!(major(version), expected, "{version}");
        }
    }
}
