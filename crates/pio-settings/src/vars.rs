//! The name of every environment variable that is read, written or handed on, with its meaning.

/// Where the database is: `postgres://user:password@host:port/name?sslmode=…`. Platforms set it.
pub const DATABASE_URL: &str = "DATABASE_URL";

/// The port that a web process must bind.
pub const PORT: &str = "PORT";

/// Options for `pio deploy` and `pio train`, as a shell would quote them, such as `--variant best.json`.
pub const PIO_OPTS: &str = "PIO_OPTS";

/// Options for spark-submit when an engine is deployed.
pub const PIO_SPARK_OPTS: &str = "PIO_SPARK_OPTS";

/// Options for spark-submit that hold secrets. The launcher hands them to `pio` so, and no command line shows them.
pub const PIO_PRIVATE_SPARK_OPTS: &str = "PIO_PRIVATE_SPARK_OPTS";

/// Options for spark-submit when an engine is trained.
pub const PIO_TRAIN_SPARK_OPTS: &str = "PIO_TRAIN_SPARK_OPTS";

/// `false` keeps a release from training the engine.
pub const PIO_TRAIN_ON_RELEASE: &str = "PIO_TRAIN_ON_RELEASE";

/// The host name of the event server; engine code reads it too.
pub const PIO_EVENTSERVER_IP: &str = "PIO_EVENTSERVER_IP";

/// The port of the event server; engine code reads it too.
pub const PIO_EVENTSERVER_PORT: &str = "PIO_EVENTSERVER_PORT";

/// The access key with which an engine sends feedback to the event server; engine code reads it too.
pub const PIO_EVENTSERVER_ACCESS_KEY: &str = "PIO_EVENTSERVER_ACCESS_KEY";

/// The name of the app that an engine reads; engine code reads it too.
pub const PIO_EVENTSERVER_APP_NAME: &str = "PIO_EVENTSERVER_APP_NAME";

/// Another distribution than the one in the buildpack: `https://…` or `file://…`, optionally with `#sha256=…`.
pub const PREDICTIONIO_DIST_URL: &str = "PREDICTIONIO_DIST_URL";

/// `true` makes the web process of an engine app an event server.
pub const PIO_RUN_AS_EVENTSERVER: &str = "PIO_RUN_AS_EVENTSERVER";

/// `true` lets the web process of an engine app collect events, too, behind the same port.
pub const PIO_EMBED_EVENTSERVER: &str = "PIO_EMBED_EVENTSERVER";

/// `true` lets a connection to PostgreSQL go without TLS where the server has none, although the URL says `sslmode=require`.
pub const PIO_POSTGRES_OPTIONAL_SSL: &str = "PIO_POSTGRES_OPTIONAL_SSL";

/// `true` prints details of a build.
pub const PIO_VERBOSE: &str = "PIO_VERBOSE";

/// Options for every Java process, as a shell would quote them.
pub const JAVA_OPTS: &str = "JAVA_OPTS";

/// A JDK; needed only for engines with Java sources, because the closure's Java has no compiler.
pub const JAVA_HOME: &str = "JAVA_HOME";

/// The folder for what `pio` keeps on a machine; `~/.pio` where it is not set.
pub const PIO_HOME: &str = "PIO_HOME";

/// The unpacked closure, where it is not beside the binary.
pub const PIO_CLOSURE: &str = "PIO_CLOSURE";

/// The user's cache folder; `~/.cache` where it is not set.
pub const XDG_CACHE_HOME: &str = "XDG_CACHE_HOME";

/// The user's home folder.
pub const HOME: &str = "HOME";

/// The folder for temporary files; `/tmp` where it is not set.
pub const TMPDIR: &str = "TMPDIR";

/// The name of the user who is logged in.
pub const USER: &str = "USER";

/// The search path for programs.
pub const PATH: &str = "PATH";

/// The locale, over every other variable: Java reads and writes the names of files in its encoding.
pub const LC_ALL: &str = "LC_ALL";

/// The locale of characters, where `LC_ALL` is not set.
pub const LC_CTYPE: &str = "LC_CTYPE";

/// The locale, where neither `LC_ALL` nor `LC_CTYPE` is set.
pub const LANG: &str = "LANG";

/// How PIO's variables for its storage begin.
pub const PIO_STORAGE: &str = "PIO_STORAGE_";

/// How the variables begin that say in which source METADATA, EVENTDATA and MODELDATA are (`…_SOURCE`), and how their tables' names
/// begin (`…_NAME`).
pub const PIO_STORAGE_REPOSITORIES: &str = "PIO_STORAGE_REPOSITORIES_";

/// How the variables of a source begin, before its name: `…PGSQL_TYPE`, `…_URL` (`jdbc:postgresql://host:port/name`), `…_USERNAME`,
/// `…_PASSWORD`.
pub const PIO_STORAGE_SOURCES: &str = "PIO_STORAGE_SOURCES_";

/// Spark's own folder; its children need it to find the jars.
pub const SPARK_HOME: &str = "SPARK_HOME";

/// The system's loader of programs, with the C library beside it, where it is not at the place that the closure's Java names: on `NixOS`.
pub const PIO_JAVA_LOADER: &str = "PIO_JAVA_LOADER";

/// The folder with Spark's `spark-defaults.conf`.
pub const SPARK_CONF_DIR: &str = "SPARK_CONF_DIR";

/// The host name or address to which Spark binds.
pub const SPARK_LOCAL_IP: &str = "SPARK_LOCAL_IP";

/// The Scala version that Spark's executors are told, so that they do not look for a build folder.
pub const SPARK_SCALA_VERSION: &str = "SPARK_SCALA_VERSION";

/// The masters that a Spark worker joins, as `spark://host:port,host:port`.
pub const SPARK_MASTERS: &str = "SPARK_MASTERS";

/// The port of the Spark master, for workers and applications; 7077 where it is not set.
pub const SPARK_MASTER_PORT: &str = "SPARK_MASTER_PORT";

/// The port of the Spark master's page; 8080 where it is not set.
pub const SPARK_MASTER_WEBUI_PORT: &str = "SPARK_MASTER_WEBUI_PORT";

/// The port of a Spark worker; any free one where it is not set.
pub const SPARK_WORKER_PORT: &str = "SPARK_WORKER_PORT";

/// The port of a Spark worker's page; 8081 where it is not set.
pub const SPARK_WORKER_WEBUI_PORT: &str = "SPARK_WORKER_WEBUI_PORT";

/// The memory of an executor where the Spark options do not say.
pub const SPARK_EXECUTOR_MEMORY: &str = "SPARK_EXECUTOR_MEMORY";

/// The memory of the driver where the Spark options do not say.
pub const SPARK_DRIVER_MEMORY: &str = "SPARK_DRIVER_MEMORY";

/// The cores of an executor where the Spark options do not say; Spark reads it itself.
pub const SPARK_EXECUTOR_CORES: &str = "SPARK_EXECUTOR_CORES";

/// The cores that a Spark application gets where it does not say.
pub const SPARK_DEFAULT_CORES: &str = "SPARK_DEFAULT_CORES";

/// The memory that a Spark worker offers.
pub const SPARK_WORKER_MEMORY: &str = "SPARK_WORKER_MEMORY";

/// The cores that a Spark worker offers.
pub const SPARK_WORKER_CORES: &str = "SPARK_WORKER_CORES";

/// The user name for the page of the Spark master.
pub const SPARK_PUBLIC_USER: &str = "SPARK_PUBLIC_USER";

/// The password for the page of the Spark master.
pub const SPARK_PUBLIC_PASSWORD: &str = "SPARK_PUBLIC_PASSWORD";

/// The ZooKeeper that keeps the state of several Spark masters, as `zookeeper://host:port,…`.
pub const SPARK_ZK_ZOOKEEPER_URL: &str = "SPARK_ZK_ZOOKEEPER_URL";

/// The address at which browsers reach the page of the Spark master, where it is not the platform's own.
pub const SPARK_REVERSE_PROXY_URL: &str = "SPARK_REVERSE_PROXY_URL";

/// The folder or URL to which Spark applications write their event logs; nothing is written where it is not set.
pub const SPARK_EVENT_LOG_DIR: &str = "SPARK_EVENT_LOG_DIR";

/// The name or address that Spark tells others for this process; else it tells a host name that they may not know.
pub const SPARK_LOCAL_HOSTNAME: &str = "SPARK_LOCAL_HOSTNAME";

/// The name by which browsers reach this container; Spark shows it in links.
pub const SPARK_PUBLIC_DNS: &str = "SPARK_PUBLIC_DNS";

/// The address of this dyno in its private network.
pub const HEROKU_PRIVATE_IP: &str = "HEROKU_PRIVATE_IP";

/// The name of this app in its private network, such as `my-cluster.app.localspace`.
pub const HEROKU_DNS_APP_NAME: &str = "HEROKU_DNS_APP_NAME";

/// The name of this dyno in its private network, such as `1.master.my-cluster.app.localspace`.
pub const HEROKU_DNS_DYNO_NAME: &str = "HEROKU_DNS_DYNO_NAME";

/// The name of this dyno, such as `web.1`. Heroku and Dokku set it.
pub const DYNO: &str = "DYNO";

/// The name of this app.
pub const HEROKU_APP_NAME: &str = "HEROKU_APP_NAME";

/// `true` makes an app without an engine a Spark cluster: the types web, master and worker.
pub const PIO_RUN_AS_SPARK_CLUSTER: &str = "PIO_RUN_AS_SPARK_CLUSTER";

/// `true` deploys the engine with its feedback loop: each query and its answer become an event.
pub const PIO_ENABLE_FEEDBACK: &str = "PIO_ENABLE_FEEDBACK";

/// The host name of the event server, as the later buildpack called it.
pub const PIO_EVENTSERVER_HOSTNAME: &str = "PIO_EVENTSERVER_HOSTNAME";

/// `true` lets each import of `data/sync-events.json` replace the events of the app, all at once.
pub const PIO_PURGE_EVENTS_ON_SYNC: &str = "PIO_PURGE_EVENTS_ON_SYNC";

/// `true` lets a `data/sync-events.json` without events delete all events of the app, where [`PIO_PURGE_EVENTS_ON_SYNC`] is `true`.
pub const PIO_ALLOW_EMPTY_SYNC: &str = "PIO_ALLOW_EMPTY_SYNC";

/// The key that `/reload` and `/stop` of a deployed engine ask for.
pub const PIO_SERVER_ACCESS_KEY: &str = "PIO_SERVER_ACCESS_KEY";

/// What is logged, such as `info` or `pio_queryserver=debug`.
pub const PIO_LOG: &str = "PIO_LOG";

/// How it is logged: `json` or `text`. Where it is not set, servers write text to a terminal and JSON elsewhere; commands write text.
pub const PIO_LOG_FORMAT: &str = "PIO_LOG_FORMAT";

/// `stderr` logs the stack traces of engines, `file` keeps them in files only. Where it is not set, they are logged on platforms: files end
/// with their container there.
pub const PIO_LOG_TRACES: &str = "PIO_LOG_TRACES";

/// Set to anything, it keeps colour out of what is printed.
pub const NO_COLOR: &str = "NO_COLOR";

/// Where the system looks for native libraries.
pub const LD_LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// Tests only: the unpacked `PostgreSQL` with which test servers are started.
pub const PIO_TEST_POSTGRES_DIR: &str = "PIO_TEST_POSTGRES_DIR";

/// What a Spark master or worker reads from its environment before its arguments; ours gets all of it as arguments.
pub const SPARK_DAEMON_SETTINGS: &[&str] = &[
    "SPARK_MASTER_IP",
    "SPARK_MASTER_HOST",
    SPARK_MASTER_PORT,
    SPARK_MASTER_WEBUI_PORT,
    SPARK_WORKER_PORT,
    SPARK_WORKER_CORES,
    SPARK_WORKER_MEMORY,
    SPARK_WORKER_WEBUI_PORT,
    "SPARK_WORKER_DIR",
    "SPARK_WORKER_INSTANCES",
];

/// Variables that hold a secret: never printed, never recorded, never handed to a Spark executor.
pub const SECRETS: &[&str] = &[
    DATABASE_URL,
    PIO_EVENTSERVER_ACCESS_KEY,
    PIO_PRIVATE_SPARK_OPTS,
    PIO_SERVER_ACCESS_KEY,
    SPARK_PUBLIC_PASSWORD,
];
