//! Roles of the launcher.

use clap::ValueEnum;

/// Prefix of the command names of the former buildpack (heroku-buildpack-pio), for example
/// `bin/heroku-buildpack-pio-web`.
pub const FORMER_PREFIX: &str = "heroku-buildpack-pio-";

/// A process type of a platform, and what start-up scripts ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Answers queries on $PORT; an event server where the app is one.
    Web,
    /// Trains the engine.
    Train,
    /// Imports data where the app has hooks for it, and trains the engine, unless told not to.
    Release,
    /// Collects events on $PORT.
    #[value(name = "eventserver")]
    EventServer,
    /// The master of a Spark cluster; with $PORT, its page behind a password.
    SparkMaster,
    /// A worker of a Spark cluster.
    SparkWorker,
    /// The page of a Spark master in another process, on $PORT and behind a password.
    SparkWeb,
    /// Prints what a shell must evaluate before any command of this app.
    Environment,
}

impl Role {
    /// The name of the role.
    #[must_use]
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The role with this name, for a launcher called through a link of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let bare = [FORMER_PREFIX, "pio-"].iter().find_map(|prefix| name.strip_prefix(prefix));
        Self::of_word(bare.unwrap_or(name))
    }

    /// The role given as an argument.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::from_str(word, false).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn names_are_those_of_the_process_types() {
        for name in ["web", "train", "release", "eventserver", "spark-master", "spark-worker", "spark-web"] {
            assert_eq!(Role::of_name(name).unwrap().name(), name);
        }
        assert_eq!(Role::of_name("pio-train"), Some(Role::Train));
        assert_eq!(Role::of_name("heroku-buildpack-pio-release"), Some(Role::Release));
        for name in ["pio-launcher", "heroku-buildpack-pio-", "pio"] {
            assert_eq!(Role::of_name(name), None, "{name}");
        }
    }
}
