//! Keeps secrets off the command line of `pio`, which every user of the machine can read. They are passed
//! through the environment.

use std::collections::BTreeMap;

use pio_settings::redact::Redactor;
use pio_settings::{env, vars};

/// A command line without secrets, and the variables that contain them.
#[derive(Debug, PartialEq, Eq)]
pub struct Hidden {
    /// The arguments of the command.
    pub words: Vec<String>,
    /// The additional variables for the command.
    pub variables: BTreeMap<&'static str, String>,
}

/// Moves secrets from the arguments of a `pio` command to equivalent variables.
#[must_use]
pub fn hidden(words: &[String]) -> Hidden {
    let mut parts = words.splitn(2, |word| word == "--");
    let (own, spark) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut variables = BTreeMap::new();
    let mut words = without_keys(own, &mut variables);
    if Redactor::from_env().hides_words(spark) {
        let before = env::get(vars::PIO_PRIVATE_SPARK_OPTS).map(|text| text + " ").unwrap_or_default();
        variables.insert(vars::PIO_PRIVATE_SPARK_OPTS, before + &shell_words::join(spark));
    } else if !spark.is_empty() {
        words.push("--".to_owned());
        words.extend(spark.iter().cloned());
    }
    Hidden { words, variables }
}

fn without_keys(own: &[String], variables: &mut BTreeMap<&'static str, String>) -> Vec<String> {
    let mut left = Vec::new();
    let mut words = own.iter();
    while let Some(word) = words.next() {
        let (name, value) =
            word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        let variable = match name {
            "--accesskey" => vars::PIO_EVENTSERVER_ACCESS_KEY,
            "--server-access-key" => vars::PIO_SERVER_ACCESS_KEY,
            _ => {
                left.push(word.clone());
                continue;
            }
        };
        match value.or_else(|| words.next().map(String::as_str)) {
            Some(key) => drop(variables.insert(variable, key.to_owned())),
            // The command itself reports the missing value.
            None => left.push(word.clone()),
        }
    }
    guard_with_feedback_key(variables);
    left
}

/// `--accesskey` also protects `/reload` and `/stop` if no other key does. The variable for the same key does
/// not, so this sets the other one as well.
fn guard_with_feedback_key(variables: &mut BTreeMap<&'static str, String>) {
    if let Some(key) = variables.get(vars::PIO_EVENTSERVER_ACCESS_KEY).cloned()
        && env::get(vars::PIO_SERVER_ACCESS_KEY).is_none()
    {
        variables.entry(vars::PIO_SERVER_ACCESS_KEY).or_insert(key);
    }
}

#[cfg(test)]
mod tests {
    use pio_settings::vars;

    use super::hidden;

    fn of(line: &str) -> (String, Vec<(&'static str, String)>) {
        let hidden = hidden(&shell_words::split(line).unwrap());
        (shell_words::join(&hidden.words), hidden.variables.into_iter().collect())
    }

    #[test]
    fn keys_become_variables() {
        let (words, variables) = of("deploy --accesskey a --port 80 --server-access-key=b -- --name n");
        assert_eq!(words, "deploy --port 80 -- --name n");
        let expected = [(vars::PIO_EVENTSERVER_ACCESS_KEY, "a"), (vars::PIO_SERVER_ACCESS_KEY, "b")];
        assert_eq!(variables, expected.map(|(name, key)| (name, key.to_owned())));
        let (_, variables) = of("deploy --accesskey a");
        assert_eq!(variables[1], (vars::PIO_SERVER_ACCESS_KEY, "a".to_owned()));
        assert_eq!(of("deploy --accesskey").0, "deploy --accesskey");
    }

    #[test]
    fn options_for_spark_with_a_secret_become_a_variable_as_a_whole() {
        let (words, variables) = of("train -- --master m --conf 'spark.my.password=a b'");
        assert_eq!(words, "train");
        let expected = "--master m --conf 'spark.my.password=a b'";
        assert_eq!(variables, [(vars::PIO_PRIVATE_SPARK_OPTS, expected.to_owned())]);
    }
}
