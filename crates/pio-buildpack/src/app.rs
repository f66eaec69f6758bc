//! Classifies an app.

use std::path::{Path, PathBuf};

use pio_launcher::app::{ENGINE_FILE, ENGINE_FOLDER};
use pio_settings::vars;

use crate::variables::Variables;

/// The kind of an app. It determines the processes and the contents of the slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum App {
    /// An engine, which is built, trained and deployed.
    Engine {
        /// The engine's folder within the app.
        folder: PathBuf,
        /// Whether the web process is an event server nevertheless.
        as_event_server: bool,
    },
    /// An event server.
    EventServer,
    /// A Spark cluster.
    Cluster,
}

impl App {
    /// Determines the kind from the app's folder and config vars.
    #[must_use]
    pub fn of(folder: &Path, variables: &Variables) -> Self {
        let as_event_server = variables.flag(vars::PIO_RUN_AS_EVENTSERVER);
        let places = [folder.to_owned(), folder.join(ENGINE_FOLDER)];
        if let Some(folder) = places.into_iter().find(|place| place.join(ENGINE_FILE).is_file()) {
            return Self::Engine { folder, as_event_server };
        }
        let procfile = fs_err::read_to_string(folder.join("Procfile")).unwrap_or_default();
        let runs_spark = ["spark-master", "spark-worker"].iter().any(|role| procfile.contains(role));
        if runs_spark || variables.flag(vars::PIO_RUN_AS_SPARK_CLUSTER) {
            Self::Cluster
        } else {
            Self::EventServer
        }
    }

    /// The name in the build log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Engine { as_event_server: false, .. } => "engine",
            Self::Engine { as_event_server: true, .. } => "engine, run as event server",
            Self::EventServer => "event server",
            Self::Cluster => "Spark cluster",
        }
    }

    /// Whether it runs Java and therefore needs Spark's jars.
    #[must_use]
    pub fn needs_closure(&self) -> bool {
        *self != Self::EventServer
    }
}

#[cfg(test)]
mod tests {
    use super::App;
    use crate::variables::Variables;

    fn app(files: &[(&str, &str)], variables: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        App::of(folder.path(), &Variables::of(variables)).name().to_owned()
    }

    #[test]
    fn engine_json_makes_an_engine() {
        assert_eq!(app(&[("engine.json", "{}")], &[]), "engine");
        assert_eq!(app(&[("pio-engine/engine.json", "{}")], &[]), "engine");
        assert_eq!(
            app(&[("engine.json", "{}")], &[("PIO_RUN_AS_EVENTSERVER", "true")]),
            "engine, run as event server"
        );
    }

    #[test]
    fn everything_else_is_an_event_server_or_a_cluster() {
        assert_eq!(
            app(&[("app.json", "{}"), ("Procfile", "web: pio eventserver --port $PORT")], &[]),
            "event server"
        );
        assert_eq!(app(&[("engines/a/engine.json", "{}")], &[]), "event server");
        assert_eq!(app(&[("Procfile", "master: pio-launcher spark-master")], &[]), "Spark cluster");
        assert_eq!(app(&[], &[("PIO_RUN_AS_SPARK_CLUSTER", "true")]), "Spark cluster");
    }
}
