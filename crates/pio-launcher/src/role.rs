//! What a process is for.

use clap::ValueEnum;

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

    /// The role of that name, for a launcher that is called by a link of another name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.strip_prefix("pio-").unwrap_or(name);
        Self::from_str(name, false).ok()
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
        assert_eq!(Role::of_name("pio-launcher"), None);
    }
}
