//! What is logged: `PIO_LOG`, read strictly, and a cap on what libraries may say.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{Directive, FilterFn, filter_fn};

/// The target of what a JVM prints.
pub(crate) const ENGINE: &str = "engine";

/// The names under which PIO's own parts log.
const PARTS: [&str; 11] = [
    ENGINE,
    "pio",
    "pio_cli",
    "pio_engine",
    "pio_eventserver",
    "pio_http",
    "pio_launcher",
    "pio_logging",
    "pio_process",
    "pio_queryserver",
    "pio_storage",
];

const HELP: &str = "Write a level (off, error, warn, info, debug, trace), or parts of PIO with a level each, \
                    such as PIO_LOG=info,pio_eventserver=debug.";

/// The filter that a text describes; what it says nothing of logs at the default level. What cannot be followed is complained of and left
/// out.
pub(crate) fn read(text: Option<&str>, default: &str, complaints: &mut Vec<String>) -> EnvFilter {
    let words = text.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty());
    let mut directives: Vec<Directive> = Vec::new();
    for word in words {
        match directive(word) {
            Ok((directive, complaint)) => {
                directives.push(directive);
                complaints.extend(complaint);
            }
            Err(complaint) => complaints.push(complaint),
        }
    }
    directives.into_iter().fold(EnvFilter::new(default), EnvFilter::add_directive)
}

/// Whatever else is asked for, libraries log at `info` at most, and the PostgreSQL driver at `warn`: their details hold access keys,
/// passwords and events.
pub(crate) fn cap() -> FilterFn {
    filter_fn(|metadata| *metadata.level() <= most(metadata.target()))
}

fn most(target: &str) -> LevelFilter {
    match part(target) {
        own if PARTS.contains(&own) => LevelFilter::TRACE,
        "tokio_postgres" => LevelFilter::WARN,
        _ => LevelFilter::INFO,
    }
}

/// The crate of a target such as `pio_http::serve`.
fn part(target: &str) -> &str {
    target.split("::").next().unwrap_or(target)
}

/// One word of `PIO_LOG`, and what is wrong with it although it is followed.
fn directive(word: &str) -> Result<(Directive, Option<String>), String> {
    let directive = word.parse::<Directive>();
    let directive =
        directive.map_err(|_| format!("PIO_LOG: \"{word}\" is not understood, and ignored. {HELP}"))?;
    let (target, level) = word.split_once('=').map_or((word, None), |(target, level)| (target, Some(level)));
    if level == Some("") {
        return Err(format!("PIO_LOG: \"{word}\" names no level, and is ignored. {HELP}"));
    }
    let target = part(target.split('[').next().unwrap_or_default());
    if target.is_empty() || PARTS.contains(&target) || level.is_none() && word.parse::<LevelFilter>().is_ok()
    {
        return Ok((directive, None));
    }
    if level.is_none() || target.starts_with("pio") {
        return Err(format!(
            "PIO_LOG: \"{target}\" is neither a level nor a part of PIO. It is ignored. {HELP}"
        ));
    }
    let most = most(target);
    let asks_for_more =
        level.and_then(|level| level.parse::<LevelFilter>().ok()).is_none_or(|level| level > most);
    let complaint = asks_for_more.then(|| {
        format!(
            "PIO_LOG asks for \"{word}\". A library logs at {most} at most, because its details hold access keys and events."
        )
    });
    Ok((directive, complaint))
}

#[cfg(test)]
mod tests {
    use tracing::level_filters::LevelFilter;

    use super::{most, read};

    fn complaints(text: &str) -> Vec<String> {
        let mut complaints = Vec::new();
        let _ = read(Some(text), "info", &mut complaints);
        complaints
    }

    fn filter(text: &str) -> String {
        read(Some(text), "info", &mut Vec::new()).to_string()
    }

    #[test]
    fn levels_and_parts_are_followed_without_a_word() {
        for text in [
            "debug",
            "TRACE",
            "off",
            "pio_http",
            "pio_storage::connect=debug,warn",
            "engine=warn",
            "hyper=warn",
            " ",
        ] {
            assert_eq!(complaints(text), [""; 0], "{text}");
        }
        assert_eq!(filter("pio_http=debug,warn"), "pio_http=debug,warn");
        assert_eq!(filter(" "), "info");
    }

    #[test]
    fn nonsense_is_named_and_the_rest_is_followed() {
        for text in ["debg", "pio_http=loud", "pio_eventservr=debug", "a=b=c", "hyper", "junk=", "pio_http="]
        {
            let complaints = complaints(text);
            assert_eq!(complaints.len(), 1, "{text}: {complaints:?}");
            assert!(complaints[0].contains("gnored. Write a level"), "{complaints:?}");
            assert_eq!(filter(text), "info", "{text}");
        }
        assert_eq!(filter("debg,pio_http=debug"), "pio_http=debug,info");
        assert_eq!(filter("foo=debug"), "foo=debug,info");
        assert_eq!(filter("off"), "off");
    }

    #[test]
    fn libraries_are_capped_and_whoever_asks_for_more_is_told() {
        assert!(complaints("tokio_postgres=info")[0].contains("warn at most"));
        assert!(complaints("hyper::proto=trace")[0].contains("info at most"));
        assert_eq!(most("tokio_postgres::query"), LevelFilter::WARN);
        assert_eq!(most("rustls"), LevelFilter::INFO);
        assert_eq!(most("pio_storage::connect"), LevelFilter::TRACE);
    }
}
