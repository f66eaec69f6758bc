//! Errors about engines, as the user reads them: what happened, why, and what to do.

mod start;
mod words;

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;

use pio_process::output::Tail;
use pio_settings::installation;
use pio_settings::memory::kills::KillCause;
use pio_storage::instances::status::InstanceStatus;

use crate::build::output::{CompileError, Missing};
use pio_json::document::Position;
use pio_json::document::parser::SyntaxError;
use pio_link::messages::RemoteError;

/// A variant file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VariantError {
    /// The file does not exist.
    #[error(
        "{} does not exist. Run pio in the engine's folder, or name the folder with --engine-dir and the file with --variant.",
        file.display()
    )]
    Missing {
        /// The expected file.
        file: PathBuf,
    },
    /// The folder does not exist.
    #[error("the engine's folder {} does not exist. Name it with --engine-dir, or run pio in it.", folder.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// The file cannot be read.
    #[error("the engine's variant file could not be read")]
    Unreadable {
        /// The cause.
        source: std::io::Error,
    },
    /// The file is not UTF-8.
    #[error("{}, line {line}: this is not UTF-8. Save the file in UTF-8.", file.display())]
    NotUtf8 {
        /// The file.
        file: PathBuf,
        /// The first line that is not UTF-8.
        line: usize,
    },
    /// The file is not JSON.
    #[error(
        "{}, line {}, column {}: this is not JSON. Expected {}, found {}.",
        file.display(), error.place.line, error.place.column, error.expected, error.found
    )]
    Syntax {
        /// The file.
        file: PathBuf,
        /// The syntax error and its position.
        error: Box<SyntaxError>,
    },
    /// A value has the wrong type.
    #[error(
        "{}, line {}, column {}: {what} must be {expected}; here it is {found}.",
        file.display(), place.line, place.column
    )]
    WrongKind {
        /// The file.
        file: PathBuf,
        /// The position of the value.
        place: Position,
        /// The name of the value.
        what: String,
        /// The expected type.
        expected: &'static str,
        /// The actual type.
        found: &'static str,
    },
    /// `engineFactory` is missing.
    #[error(
        "{} names no engineFactory, so it is not known which class makes the engine. Add a line such as \
         \"engineFactory\": \"org.example.RecommendationEngine\".",
        file.display()
    )]
    NoFactory {
        /// The file.
        file: PathBuf,
    },
}

/// An engine cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The engine's folder does not exist.
    #[error("the engine's folder {} does not exist. Name it with --engine-dir, or run pio in it.", folder.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// There are no sources to compile.
    #[error(
        "{} holds no Scala or Java sources, so there is no engine to build. Run pio in the engine's folder, or name it with \
         --engine-dir; sources stand in src/main/scala or src/main/java.",
        folder.display()
    )]
    NoSources {
        /// The folder.
        folder: PathBuf,
    },
    /// The engine has Java sources, but there is no JDK.
    #[error(
        "the engine has Java sources, and there is no JDK to compile them: {}. Install a JDK, version 8 or later \
         (on Debian and Ubuntu: apt-get install default-jdk-headless), or let JAVA_HOME name one.",
        words::no_jdk(java_home.as_ref())
    )]
    NoJdk {
        /// The value of `JAVA_HOME`.
        java_home: Option<PathBuf>,
    },
    /// The JDK cannot compile for this runtime.
    #[error(
        "the engine has Java sources, and the JDK in {} cannot compile them: {}. Install a JDK, version 8 or later (on Debian and \
         Ubuntu: apt-get install default-jdk-headless), and let JAVA_HOME name it.",
        home.display(), words::unfit(*version)
    )]
    UnfitJdk {
        /// The folder of the JDK.
        home: PathBuf,
        /// The version of the JDK; 0 if its javac does not report one.
        version: u32,
    },
    /// The closure is unusable.
    #[error(transparent)]
    Closure(#[from] pio_closure::errors::ClosureError),
    /// The closure's sbt is incomplete.
    #[error("the closure's sbt is not complete: {} is empty. {}", folder.display(), installation::repair())]
    NoSbt {
        /// The empty folder.
        folder: PathBuf,
    },
    /// A child process failed or could not be started.
    #[error(transparent)]
    Process(#[from] pio_process::error::Error),
    /// The engine's sources do not compile.
    #[error("the engine does not compile ({}):\n\n{}", words::count(errors.len()), words::list(errors))]
    Compile {
        /// The compile errors.
        errors: Vec<CompileError>,
    },
    /// sbt rejects a build file.
    #[error("sbt does not understand {}, line {line}: {message}", file.display())]
    BuildFile {
        /// The file, relative to the engine's folder.
        file: PathBuf,
        /// The line.
        line: usize,
        /// sbt's message.
        message: String,
    },
    /// No repository has these dependencies.
    #[error(
        "these dependencies of the engine were not found:\n{}\n{}",
        words::missing_list(missing),
        words::why_missing(missing)
    )]
    Unresolved {
        /// The missing dependencies.
        missing: Vec<Missing>,
    },
    /// sbt ran out of memory.
    #[error("sbt ran out of memory. Give it more, as in `pio build --sbt-extra -J-Xmx2g`.")]
    OutOfMemory,
    /// sbt failed for an unknown reason.
    #[error("sbt failed for a reason that pio does not know. Last output:\n{tail}\nFull log: {}", log.display())]
    Unknown {
        /// The last lines of its output.
        tail: String,
        /// The full log.
        log: PathBuf,
    },
    /// The engine's folder is not writable.
    #[error(
        "cannot write to {} (build output). Let your user write there, or copy the \
         engine to a folder of your own",
        folder.display()
    )]
    NotWritable {
        /// The build output folder.
        folder: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file could not be read or written.
    #[error("the build could not read or write a file")]
    Io(#[from] std::io::Error),
}

/// A job in a JVM failed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The JVM reported an error.
    #[error("{}", sentences(reported, log.as_ref()))]
    RemoteError {
        /// The reported error.
        reported: Box<RemoteError>,
        /// The log with the details, if there are any.
        log: Option<PathBuf>,
    },
    /// The JVM ended without reporting a result or an error.
    #[error("{death} Everything it printed is in {}.", log.display())]
    Died {
        /// How it ended.
        death: JvmExit,
        /// The log.
        log: PathBuf,
    },
    /// The user or the platform stopped the job.
    #[error("interrupted: the job was stopped before its end, and nothing of it was kept.")]
    Interrupted,
    /// The runtime and this program have different protocol versions.
    #[error(
        "the runtime speaks version {version} of the contract with this program, not 1: they are of different releases. {}",
        if installation::is_clone() { "Run `cargo xtask runtime`." } else { "Install one release." }
    )]
    Version {
        /// The runtime's version.
        version: u32,
    },
    /// The JVM sent a line that is not a valid message.
    #[error(
        "the runtime said something that is no message ({error}). Runtime and program are of different releases; install one release."
    )]
    Nonsense {
        /// The parse error.
        error: serde_json::Error,
    },
    /// The Spark options are wrong, or the closure is incomplete.
    #[error(transparent)]
    Submit(#[from] pio_closure::errors::SubmitError),
    /// The Java options cannot be parsed.
    #[error(transparent)]
    Words(#[from] pio_settings::words::Error),
    /// Java could not be started or watched.
    #[error(transparent)]
    Process(#[from] pio_process::error::Error),
    /// The spec file could not be created.
    #[error("the job's spec file could not be made: {0}.")]
    Spec(#[from] serde_json::Error),
    /// A file or socket operation failed.
    #[error(
        "the job could not be started: {0}. Look whether the disk is full and the temporary folder may be written."
    )]
    Io(#[from] std::io::Error),
}

/// How a JVM ended without a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JvmExit {
    /// Java or Spark refused to start, for this reason.
    Refused(String),
    /// It ran out of heap.
    Heap,
    /// It was killed, for lack of memory or another cause.
    Killed(KillCause),
    /// It ended in another way.
    Other {
        /// Its exit code or signal.
        status: ExitStatus,
        /// The last lines of its output.
        tail: Tail,
    },
}

impl JvmExit {
    /// Determines the cause from the exit status, whether the job had begun, the output, and the kernel's
    /// kill counters.
    #[must_use]
    pub fn of(status: ExitStatus, begun: bool, printed: &str, tail: &Tail, reason: KillCause) -> Self {
        if let Some(reason) = start::reason(printed).filter(|_| !begun && status.code() == Some(1)) {
            return Self::Refused(reason);
        }
        let words = ["java.lang.OutOfMemoryError", "There is insufficient memory for the Java Runtime"];
        if words.iter().any(|words| printed.contains(words)) {
            return Self::Heap;
        }
        let killed = status.signal() == Some(9) || status.code() == Some(137);
        if killed { Self::Killed(reason) } else { Self::Other { status, tail: tail.clone() } }
    }
}

impl fmt::Display for JvmExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) => write!(
                f,
                "Java or Spark refuses to begin: {reason} Check the options after `--`, sparkConf of the engine's variant file, \
                 JAVA_OPTS and JAVA_TOOL_OPTIONS."
            ),
            Self::Heap => f.write_str(
                "the engine's JVM ran out of memory. Give it more with `-- --driver-memory 4g` (on a cluster also \
                 `--executor-memory`), take a larger machine, or train on less data.",
            ),
            Self::Killed(KillCause::Memory) => f.write_str(
                "the engine's JVM was killed because the container had no memory left. Take a larger machine, give the JVM less with \
                 `-- --driver-memory`, or train on less data.",
            ),
            Self::Killed(KillCause::Other) => f.write_str(
                "the engine's JVM was killed from outside (signal 9), by a person, a program or the platform; the kernel has killed nothing \
                 for want of memory. Nothing half-done was kept: start it again.",
            ),
            Self::Killed(KillCause::Unknown) => f.write_str(
                "the engine's JVM was killed (signal 9): by a person, a program or the platform, or by the kernel because the machine or container \
                 had no memory left. Start it again; if it comes again, take a larger machine, give the JVM less with `-- --driver-memory`, or \
                 train on less data.",
            ),
            Self::Other { status, tail } => {
                write!(f, "the engine's JVM ended without a result ({status})")?;
                if tail.lines.is_empty() { write!(f, ".") } else { writeln!(f, "{tail}") }
            }
        }
    }
}

fn sentences(reported: &RemoteError, log: Option<&PathBuf>) -> String {
    let log = log.map(|log| format!("Details are in {}.", log.display())).unwrap_or_default();
    let parts = [&reported.what, &reported.why, &reported.hint, &log];
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// There is no usable engine instance.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// No training of the engine has completed.
    #[error(
        "the engine {engine_id} (variant {variant}) has no trained model{}. Train it first with `pio train`; \
         see `pio status` for what was trained in this database.",
        last.as_deref().unwrap_or_default()
    )]
    NotTrained {
        /// The engine's id.
        engine_id: String,
        /// The variant's id.
        variant: String,
        /// The outcome of the last training.
        last: Option<String>,
    },
    /// No instance has the given id.
    #[error(
        "there is no engine instance {id} in this database. `pio status` lists those that are there; or leave out \
             --engine-instance-id to take the newest."
    )]
    Unknown {
        /// The id.
        id: String,
    },
    /// The training of the instance did not complete.
    #[error(
        "the engine instance {id} was not trained to the end: its status is {status}. Train again with `pio train`."
    )]
    Unfinished {
        /// The id.
        id: String,
        /// Its status.
        status: InstanceStatus,
    },
    /// The instance was trained by PredictionIO itself.
    #[error(
        "the engine instance {id} was trained by PredictionIO itself. Its model consists of classes for Scala 2.11 and Spark 2, which \
         cannot be loaded here. The events are all there: train again with `pio train`."
    )]
    Adopted {
        /// The id.
        id: String,
    },
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] pio_storage::errors::StorageError),
}
