//! Errors of platform processes, with their messages for the user.

use pio_closure::errors::ClosureError;
use pio_settings::database::errors::DatabaseUrlError;
use pio_settings::setting::SettingError;
use pio_settings::{vars, words};
use pio_storage::errors::StorageError;

use crate::advice::Advice;

/// The reason a process failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The first argument is neither a role nor a program.
    #[error("{given:?} is neither a process type nor a program that can be run here.")]
    NotAProgram {
        /// The argument.
        given: String,
        /// Why it could not be run.
        source: pio_process::error::Error,
    },
    /// An option is not valid UTF-8.
    #[error("The option {given:?} is no text in UTF-8.")]
    NotText {
        /// The option, with replacement characters.
        given: String,
    },
    /// The access key for a new app belongs to another app.
    #[error("PIO_EVENTSERVER_ACCESS_KEY is the key of another app, so the app {app} was not created.")]
    AccessKeyTaken {
        /// The app that was to be created.
        app: String,
        /// The app that owns the key, if known.
        owner: Option<String>,
    },
    /// `PORT` is not set.
    #[error("There is no port to listen on.")]
    NoPort,
    /// A config var has an invalid value.
    #[error("The config var {} cannot be used.", .0.variable)]
    Setting(#[from] SettingError),
    /// The app has no engine, but needs one.
    #[error("There is no engine here.")]
    NoEngine,
    /// No variable gives a database.
    #[error("The database is missing.")]
    NoDatabase,
    /// The database's URL is invalid.
    #[error("The database's address cannot be understood.")]
    BadDatabase(#[from] DatabaseUrlError),
    /// The database failed.
    #[error("{}", what_of_storage(.0))]
    Storage(#[from] StorageError),
    /// Options cannot be split into arguments.
    #[error("Options in a config var cannot be read.")]
    Options(#[from] words::Error),
    /// The container has too little memory.
    #[error("The memory is too small for an engine: {limit} MB.")]
    TooLittleMemory {
        /// The container's memory limit in MB.
        limit: u64,
    },
    /// The feedback loop lacks settings.
    #[error("The feedback loop is switched on, but not set up.")]
    Feedback {
        /// The names of the missing variables.
        missing: String,
    },
    /// A hook is not executable.
    #[error("The data hook {hook} cannot be run.")]
    HookNotExecutable {
        /// Its path relative to the engine.
        hook: &'static str,
    },
    /// A hook failed.
    #[error("The data hook {hook} failed.")]
    HookFailed {
        /// Its path relative to the engine.
        hook: &'static str,
        /// The cause.
        source: pio_process::error::Error,
    },
    /// A hook succeeded but wrote no file.
    #[error("The data hook {hook} made no events.")]
    HookMadeNothing {
        /// Its path relative to the engine.
        hook: &'static str,
        /// The file it should have written.
        file: &'static str,
    },
    /// The file of initial events is empty.
    #[error("{file} holds no events.")]
    NoInitialEvents {
        /// The file.
        file: &'static str,
    },
    /// The existing events could not be replaced.
    #[error("The events of {file} could not be imported, and those that are there were kept.")]
    Replacement {
        /// The file.
        file: &'static str,
        /// The cause.
        source: pio_process::error::Error,
    },
    /// Events could not be imported.
    #[error("The events of {file} could not be imported.")]
    Import {
        /// The file.
        file: &'static str,
        /// The cause.
        source: pio_process::error::Error,
    },
    /// Training failed. Its own messages precede this one in the log.
    #[error("Training failed, so this release is not deployed.")]
    Training {
        /// Whether a process was killed, most likely for lack of memory.
        killed: bool,
    },
    /// A program could not be started or watched.
    #[error("A program could not be run.")]
    Process(#[from] pio_process::error::Error),
    /// The closure is incomplete or invalid.
    #[error("Part of this installation is missing.")]
    Closure(#[from] ClosureError),
    /// No variable gives the Spark masters.
    #[error("It is not known where the Spark master is.")]
    NoMasters,
    /// `SPARK_MASTERS` is neither a number nor a list.
    #[error("SPARK_MASTERS is {given:?}, which is neither a number nor a list of hosts.")]
    BadMasters {
        /// What it is.
        given: String,
    },
    /// The user of a worker has no name, only a number.
    #[error("A Spark worker needs a user with a name, and this one has a number only.")]
    NamelessUser,
    /// Several masters are configured without a ZooKeeper to keep their state.
    #[error("Several Spark masters need a ZooKeeper.")]
    NoZooKeeper,
    /// A master or worker ended without being asked to.
    #[error("The Spark {who} has ended: {ended}.")]
    Spark {
        /// The name of the process.
        who: &'static str,
        /// The exit status.
        ended: String,
    },
    /// Standard output could not be written.
    #[error("The output could not be written.")]
    Output(std::io::Error),
    /// A file could not be read or written, or a port could not be bound.
    #[error("I/O error.")]
    Io(#[from] std::io::Error),
}

fn what_of_storage(source: &StorageError) -> &'static str {
    if is_out_of_reach(source) { "The database cannot be used." } else { "The database refused something." }
}

/// Whether the database itself is unusable, as opposed to rejecting a single value.
fn is_out_of_reach(source: &StorageError) -> bool {
    source.is_unavailable() || matches!(source, StorageError::Certificates { .. })
}

impl Error {
    /// The message for the user.
    #[must_use]
    pub fn advice(&self) -> Advice {
        let (why, remedies) = self.reason();
        Advice::new(self, why, remedies)
    }

    fn reason(&self) -> (String, Vec<&'static str>) {
        match self {
            Self::NotAProgram { source, .. } => (
                format!("It {source}.").replacen("It could not start", "The system could not start", 1),
                vec![
                    "Process types are: web, train, release, eventserver, spark-master, spark-worker, spark-web.",
                    "A program follows with its arguments:\ndocker run IMAGE pio app list",
                ],
            ),
            Self::NotText { .. } => {
                ("Options are text.".to_owned(), vec!["Correct the command, or the locale of the terminal that it was typed in."])
            }
            Self::AccessKeyTaken { owner, .. } => (
                format!(
                    "A key opens one app only, and this one opens {}.",
                    owner.as_ref().map_or_else(|| "another one".to_owned(), |owner| format!("the app {owner}"))
                ),
                vec![
                    "To learn from that app set PIO_EVENTSERVER_APP_NAME to its name, and write it as appName in engine.json.",
                    "For an app of its own choose another key:\nheroku config:set PIO_EVENTSERVER_ACCESS_KEY=…",
                    "Or have one made (`heroku run pio app list` shows it):\nheroku config:unset PIO_EVENTSERVER_ACCESS_KEY",
                ],
            ),
            Self::NoPort => (
                "The platform tells a web process its port in PORT, and PORT is not set.".to_owned(),
                vec!["On your own machine set it: PORT=8000 pio-launcher web", "On a platform, run this as the process type web."],
            ),
            Self::Setting(source) => (source.to_string(), settings_remedies(source)),
            Self::NoEngine => (
                "This process type works on an engine, and neither pio-engine/engine.json nor engine.json exists.".to_owned(),
                vec![
                    "In an event server's app use the process types web and eventserver only.",
                    "In an engine's app commit engine.json at the root of the repository and deploy again.",
                ],
            ),
            Self::NoDatabase => (
                "Neither DATABASE_URL nor a source of PIO's own variables (PIO_STORAGE_SOURCES_PGSQL_URL) is set, so there is nowhere to read events from or to keep a model.".to_owned(),
                vec![
                    "Give this app a database:\nheroku addons:create heroku-postgresql",
                    "Or attach the one of your event server:\nheroku addons:attach $postgres_addon_id",
                    "Elsewhere set DATABASE_URL=postgres://user:password@host:5432/name",
                ],
            ),
            Self::BadDatabase(source) => (
                source.to_string(),
                vec![
                    "Set DATABASE_URL=postgres://user:password@host:5432/name",
                    "In user and password write characters such as @ : / ? # % in percent form, for example %40 for @.",
                ],
            ),
            Self::Storage(source) if !is_out_of_reach(source) => {
                (source.to_string(), vec!["Correct what it names, and deploy again."])
            }
            Self::Storage(source) => (
                source.to_string(),
                vec![
                    "See whether it runs and takes connections:\nheroku pg:wait; heroku pg:info",
                    "See whether DATABASE_URL is that of a database that still exists.",
                    "Then try again:\nheroku releases:retry",
                ],
            ),
            Self::Options(source) => {
                (source.to_string(), vec!["Correct the config var:\nheroku config:set PIO_OPTS='--variant best.json'"])
            }
            Self::TooLittleMemory { .. } => (
                "Spark and the engine run in a Java process. 512 MB are enough for small data (1,501 ratings took 250 MB, and 300 MB with eight cores); in less than 256 MB none is started.".to_owned(),
                vec![
                    "Use larger dynos:\nheroku ps:resize web=standard-2x release=performance-l train=performance-l",
                    "With Docker or Dokku raise the container's memory limit.",
                    "Or train on a Spark cluster: PIO_TRAIN_SPARK_OPTS='--master spark://…'",
                ],
            ),
            Self::Feedback { missing } => (
                format!("PIO_ENABLE_FEEDBACK is true, and these config vars are missing: {missing}."),
                vec!["Set them with heroku config:set.", "Or switch feedback off:\nheroku config:unset PIO_ENABLE_FEEDBACK"],
            ),
            other => other.reason_in_a_release(),
        }
    }

    fn reason_in_a_release(&self) -> (String, Vec<&'static str>) {
        match self {
            Self::HookNotExecutable { hook } => (
                format!("{hook} is not marked as executable."),
                vec!["Mark it and commit that:\nchmod +x data/create-*-events && git add data && git commit"],
            ),
            Self::HookFailed { hook, source } => (
                source.to_string(),
                vec![
                    "Read what it printed above.",
                    if hook.ends_with("create-sync-events") {
                        "Try it in a console:\nheroku run bash\ncd pio-engine && data/create-sync-events"
                    } else {
                        "Try it in a console:\nheroku run bash\ncd pio-engine && data/create-initial-events"
                    },
                ],
            ),
            Self::HookMadeNothing { file, .. } => (
                format!("It ended well, but {file} does not exist."),
                vec!["Let it write one event a line, as JSON, into that file."],
            ),
            Self::NoInitialEvents { .. } => (
                "An engine would have nothing to learn from.".to_owned(),
                vec![
                    "Write one event a line, as JSON, into that file and commit it, or let data/create-initial-events write it.",
                    "Where events come in another way, remove the file.",
                ],
            ),
            Self::Replacement { source, .. } => (
                source.to_string(),
                vec![
                    "The file holds one event a line, as JSON; the lines above say what is wrong.",
                    "Correct what data/create-sync-events writes, commit and deploy again.",
                    "Where it rightly writes no events, and all that are there are to be deleted:\nheroku config:set PIO_ALLOW_EMPTY_SYNC=true",
                ],
            ),
            Self::Import { source, .. } => (
                source.to_string(),
                vec![
                    "The file holds one event a line, as JSON; the lines above say which are wrong.",
                    "Correct it, commit and deploy again.",
                ],
            ),
            Self::Training { killed: true } => (
                "A process was killed, which usually means that the container's memory was too small."
                    .to_owned(),
                vec![
                    "Let releases run on a larger dyno:\nheroku ps:resize release=performance-l\nWith Docker or Dokku raise the container's memory limit.",
                    "Then try again:\nheroku releases:retry",
                    "Or train on a Spark cluster: PIO_TRAIN_SPARK_OPTS='--master spark://…'",
                ],
            ),
            Self::Training { killed: false } => (
                "The lines above say why. The release before this one goes on running.".to_owned(),
                vec![
                    "Where the app is not known: create it with `heroku run pio app new $PIO_EVENTSERVER_APP_NAME`, and use the same name in PIO_EVENTSERVER_APP_NAME and in engine.json.",
                    "Where memory ran out: let releases run on a larger dyno, heroku ps:resize release=performance-l, or raise the container's memory limit.",
                    "Where there is no data: send events to the event server, or commit data/initial-events.json.",
                    "To deploy without training:\nheroku config:set PIO_TRAIN_ON_RELEASE=false\nand train later with `heroku run train`.",
                ],
            ),
            other => other.reason_in_a_cluster(),
        }
    }

    fn reason_in_a_cluster(&self) -> (String, Vec<&'static str>) {
        match self {
            Self::NoMasters => (
                "Neither SPARK_MASTERS names hosts, nor does HEROKU_DNS_APP_NAME or HEROKU_APP_NAME tell this app's name in the private network.".to_owned(),
                vec![
                    "Name the master:\nSPARK_MASTERS=spark://1.master.$name.app.localspace:7077",
                    "On Heroku switch on DNS discovery for the Private Space.",
                ],
            ),
            Self::BadMasters { .. } => (
                "It is the number of masters of this app, or their hosts with commas between.".to_owned(),
                vec!["Set for example SPARK_MASTERS=3", "Or SPARK_MASTERS=spark://host-1:7077,host-2:7077"],
            ),
            Self::NamelessUser => (
                "Hadoop, which Spark's executors log in with, cannot do so for a user whom /etc/passwd does not list.".to_owned(),
                vec![
                    "Run the worker as a user whom the image has.",
                    "Or list the user: echo \"spark:x:$(id -u):0::/tmp:/bin/sh\" >> /etc/passwd",
                ],
            ),
            Self::NoZooKeeper => (
                "SPARK_MASTERS tells of more than one master, and SPARK_ZK_ZOOKEEPER_URL is not set: each would think that it leads.".to_owned(),
                vec![
                    "Set SPARK_ZK_ZOOKEEPER_URL=zookeeper://host:2181,zookeeper://host:2181",
                    "Or use one master: unset SPARK_MASTERS and scale master=1.",
                ],
            ),
            Self::Spark { .. } => (
                "Its own words stand above. The platform starts it again.".to_owned(),
                vec!["Where the ZooKeeper cannot be reached, check SPARK_ZK_ZOOKEEPER_URL."],
            ),
            Self::Process(source) => (source.to_string(), vec!["Deploy again; if that does not help, the release tarball is damaged."]),
            Self::Closure(source) => (source.to_string(), vec!["Deploy again; if that does not help, the release tarball is damaged."]),
            Self::Output(source) => (
                format!("Writing to standard output failed: {source}."),
                vec!["Free space where it goes, or let it go elsewhere."],
            ),
            Self::Io(source) => (source.to_string(), vec!["Try again."]),
            _ => (String::new(), Vec::new()),
        }
    }
}

fn settings_remedies(setting: &SettingError) -> Vec<&'static str> {
    if setting.variable == vars::PORT {
        vec!["Remove PORT from the config vars; the platform sets it."]
    } else {
        vec!["Correct it:\nheroku config:set NAME=VALUE", "Or remove it:\nheroku config:unset NAME"]
    }
}
