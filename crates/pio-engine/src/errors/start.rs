//! Parses the messages of Java and Spark when they fail before a job begins.

/// Lines around the reason.
const AROUND: [&str; 9] = [
    "Error occurred during initialization of VM",
    "Error: Could not create the Java Virtual Machine",
    "Error: A fatal exception has occurred",
    "Run with --help",
    "Picked up ",
    "NOTE: ",
    "WARNING: ",
    "Usage: ",
    "OpenJDK 64-Bit Server VM warning",
];

/// The reason given by Java or Spark, without class names.
pub(super) fn reason(printed: &str) -> Option<String> {
    let is_reason = |line: &&str| !line.is_empty() && !AROUND.iter().any(|around| line.starts_with(around));
    let lines: Vec<&str> = printed.lines().map(str::trim).filter(is_reason).collect();
    let said = |start: &str| lines.iter().find_map(|line| line.strip_prefix(start));
    let no_java = printed.contains("Could not create the Java Virtual Machine");
    let words = said("Error: ")
        .or_else(|| said("Exception in thread \"main\" "))
        .or_else(|| lines.first().copied().filter(|_| no_java))?;
    let words = plain(words).trim_end_matches('.');
    (!words.is_empty()).then(|| format!("{words}."))
}

/// A message without exception class names.
fn plain(message: &str) -> &str {
    let mut rest = message.trim();
    while let Some((class, words)) = rest.split_once(": ") {
        let is_class = class == "requirement failed"
            || (!class.contains(' ') && (class.ends_with("Exception") || class.ends_with("Error")));
        if !is_class {
            break;
        }
        rest = words.trim();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn the_reason_is_found_among_what_stands_around_it() {
        for (printed, expected) in [
            (
                "Error: Master must either be yarn or start with spark\nRun with --help for usage help\n",
                "Master must either be yarn or start with spark.",
            ),
            (
                "log line\nException in thread \"main\" java.lang.IllegalArgumentException: requirement failed: Provided Maven \
                 Coordinates must be in the form 'groupId:artifactId:version'\n\tat scala.Predef$.require(Predef.scala:281)\n",
                "Provided Maven Coordinates must be in the form 'groupId:artifactId:version'.",
            ),
            (
                "Invalid maximum heap size: -Xmxlots\nError: Could not create the Java Virtual Machine.\n\
                 Error: A fatal exception has occurred. Program will exit.\n",
                "Invalid maximum heap size: -Xmxlots.",
            ),
            (
                "Error occurred during initialization of VM\nToo small maximum heap\nError: Could not create the Java Virtual Machine.",
                "Too small maximum heap.",
            ),
        ] {
            assert_eq!(reason(printed).as_deref(), Some(expected));
        }
        assert_eq!(reason("12:00 INFO something\n"), None);
    }
}
