//! The console's own errors, and the formatting of any error: what happened, why, and what to do.

use std::path::PathBuf;

use pio_logging::start;
use thiserror::Error;

use crate::output::to_stderr;

/// Errors of the console itself. The first sentence is PIO's own message, if it had one.
#[derive(Debug, Error)]
pub(crate) enum ConsoleError {
    #[error("App {0} already exists. Aborting.")]
    AppExists(String),
    #[error("App ID {id} already exists and maps to the app '{name}'. Aborting.")]
    AppIdExists { id: i32, name: String },
    #[error("App {0} does not exist. Aborting.")]
    NoApp(String),
    #[error("App ID {0} does not exist. Aborting.")]
    NoAppId(i32),
    #[error("Channel {0} already exists.\nUnable to create new channel.")]
    ChannelExists(String),
    #[error(
        "Unable to create new channel.\nThe channel name {0} is invalid.\nOnly alphanumeric and - characters are allowed and max length is 16."
    )]
    ChannelName(String),
    #[error("Unable to delete channel.\nChannel {0} doesn't exist.")]
    NoChannelToDelete(String),
    #[error("Unable to delete data for channel.\nChannel {0} doesn't exist.")]
    NoChannelToEmpty(String),
    #[error("Channel {0} doesn't exist in this app.")]
    NoChannel(String),
    #[error("The access key {0} exists already. Aborting.")]
    KeyExists(String),
    #[error("The access key {0} does not exist.")]
    NoKey(String),
    #[error("No server can be asked: {0}.")]
    NoClient(String),
    #[error("Nothing was deleted, because nobody confirmed it.")]
    NotConfirmed,

    #[error("{} does not exist.", .0.display())]
    NoInput(PathBuf),
    #[error("{0} is not a file of this machine, and only such can be read.")]
    RemoteInput(String),
    #[error("{0} is not a folder of this machine, and only such can be written.")]
    RemoteOutput(String),
    #[error("{} in the folder of events is neither a file nor a folder.", .0.display())]
    NoFile(PathBuf),
    #[error("{} holds no files.", .0.display())]
    NoParts(PathBuf),
    #[error("{} is a folder within the folder of events.", .0.display())]
    NestedFolder(PathBuf),
    #[error("Nothing was imported: {file} cannot be read: {why}.")]
    Unreadable { file: String, why: String },
    #[error("Nothing was imported: {}.", bad_lines(*.bad, .first))]
    BadLines { bad: u64, first: String },
    #[error("Nothing was deleted, because the input holds no events to replace those that are there.")]
    NothingToReplaceWith,
    #[error("Nothing was imported: {0} holds an event ID that belongs to another event already.")]
    RepeatedId(String),
    #[error("{} exists already.", .0.display())]
    OutputExists(PathBuf),
    #[error("{} does not exist.", .0.display())]
    NoQueries(PathBuf),
    #[error("{} exists already.", .0.display())]
    PredictionsExist(PathBuf),
    #[error("Parquet is not written any more.")]
    Parquet,

    #[error("Nothing at {0}")]
    NothingDeployed(String),
    #[error("Another program listens at {0}. It is not a deployed engine.")]
    OtherServer(String),
    #[error("The deployed engine at {0} does not accept this access key.")]
    WrongServerKey(String),
    #[error("The deployed engine at {0} has no access key, and does not let itself be stopped from here.")]
    NoServerKey(String),
    #[error("The deployed engine at {0} does not end.")]
    DoesNotEnd(String),
    #[error("Could not bind to {address}: {source}.")]
    Bind { address: String, source: std::io::Error },
    #[error("--feedback needs the access key of the app that keeps the feedback.")]
    NoFeedbackKey,

    #[error("Temporary files cannot be written to {}: {source}.", folder.display())]
    NoTemporaryFolder { folder: PathBuf, source: std::io::Error },
    #[error("Python engines are not supported.")]
    Python,
    #[error("template commands are no longer supported.\nPlease use git to get and manage your templates.")]
    Template,
    #[error("Upgrade is no longer supported")]
    Upgrade,
    #[error("Unregister is no longer supported.")]
    Unregister,
    #[error("The evaluation dashboard is not part of this distribution.")]
    Dashboard,
    #[error("The admin server is not part of this distribution.")]
    AdminServer,
    #[error("The event server did not start. Its log is {}.", .0.display())]
    NoEventServer(PathBuf),
    #[error("The output could not be written: {0}.")]
    Output(std::io::Error),
    #[error("{0} is not ready: see above.")]
    NotReady(&'static str),
}

fn bad_lines(bad: u64, first: &str) -> String {
    if bad == 1 {
        format!("{first} is no event")
    } else {
        format!("{bad} lines are no events, the first is {first}")
    }
}

impl ConsoleError {
    /// The class name that PIO's message carries.
    fn class(&self) -> &'static str {
        match self {
            Self::AppExists(_)
            | Self::AppIdExists { .. }
            | Self::NoApp(_)
            | Self::ChannelExists(_)
            | Self::ChannelName(_) => "App$",
            Self::KeyExists(_) | Self::NoKey(_) => "AccessKey$",
            Self::NoInput(_)
            | Self::RemoteInput(_)
            | Self::NoAppId(_)
            | Self::NoChannel(_)
            | Self::NoParts(_)
            | Self::NestedFolder(_)
            | Self::NoFile(_)
            | Self::Unreadable { .. }
            | Self::BadLines { .. }
            | Self::NothingToReplaceWith
            | Self::RepeatedId(_) => "FileToEvents$",
            Self::OutputExists(_) | Self::RemoteOutput(_) | Self::Parquet => "EventsToFile$",
            Self::NoQueries(_) | Self::PredictionsExist(_) => "BatchPredict$",
            Self::NothingDeployed(_)
            | Self::OtherServer(_)
            | Self::WrongServerKey(_)
            | Self::NoServerKey(_)
            | Self::DoesNotEnd(_)
            | Self::NoClient(_)
            | Self::Bind { .. }
            | Self::NoFeedbackKey
            | Self::NoTemporaryFolder { .. }
            | Self::Python => "Engine$",
            Self::Template | Self::Upgrade | Self::Unregister | Self::Dashboard | Self::AdminServer => {
                "Console$"
            }
            Self::NotReady(_) | Self::NoEventServer(_) => "Management$",
            Self::NoChannelToDelete(_) | Self::NoChannelToEmpty(_) | Self::NotConfirmed | Self::Output(_) => {
                "Pio$"
            }
        }
    }

    /// A hint what to do.
    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::AppExists(_) => "Choose another name, or delete the app with `pio app delete`.",
            Self::AppIdExists { .. } => "Choose another ID, or leave --id out to get the next free one.",
            Self::NoApp(_) | Self::NoAppId(_) => {
                "`pio app list` shows the apps there are; `pio app new <name>` makes one."
            }
            Self::NoChannelToDelete(_) | Self::NoChannelToEmpty(_) | Self::NoChannel(_) => {
                "`pio app show <name>` shows the channels of an app; `pio app channel-new <name> <channel>` makes one."
            }
            Self::KeyExists(_) => "Choose another key, or leave --key out to have one made.",
            Self::NoKey(_) => "`pio accesskey list` shows the keys there are.",
            Self::NotConfirmed => "Answer YES, or give --force.",
            Self::NoInput(_) => "Name an existing file with --input, or - for standard input.",
            Self::RemoteOutput(_) => {
                "Export into a folder of this machine, or with --output - to standard output, and copy it from there."
            }
            Self::RemoteInput(_) => "Fetch the file first, and name it with --input.",
            Self::NoParts(_) => "Name the folder with the part files, or a file, with --input.",
            Self::NoFile(_) => "Take it out of the folder, or name it with --input by itself.",
            Self::NestedFolder(_) => "Name that folder with --input, or move its files up.",
            Self::Unreadable { .. } => "Make the file anew, and import the whole of it again.",
            Self::NothingToReplaceWith => {
                "Give --allow-empty where that is what you want (in a release: PIO_ALLOW_EMPTY_SYNC=true)."
            }
            Self::BadLines { .. } => "Correct the lines and import the whole file again.",
            Self::RepeatedId(_) => "Leave the eventId out, or delete the event that is there.",
            Self::NoQueries(_) => "Name a file with one query a line with --input.",
            Self::OutputExists(_) | Self::PredictionsExist(_) => {
                "Name a folder that does not exist, or remove this one first."
            }
            Self::Parquet => {
                "Export JSON (leave --format out), and convert it with Spark: spark.read.json(folder).write.parquet(…)."
            }
            Self::OtherServer(_) => "Choose another port with --port, or stop that program.",
            Self::WrongServerKey(_) => {
                "Give the key it was deployed with, as --server-access-key or in PIO_SERVER_ACCESS_KEY."
            }
            Self::NoServerKey(_) => {
                "Stop its process, or undeploy it from its own machine. Where PORT is set it must be deployed with PIO_SERVER_ACCESS_KEY to be stopped."
            }
            Self::DoesNotEnd(_) => "Wait until its queries are answered, or stop its process.",
            Self::Bind { .. } => "Choose another port with --port, or another address with --ip.",
            Self::NoFeedbackKey => "Give it with --accesskey, or in PIO_EVENTSERVER_ACCESS_KEY.",
            Self::NoEventServer(_) => {
                "Look into that file; often the port is taken, and --port names another."
            }
            Self::Output(_) => {
                "Free space where it goes, or let it go elsewhere. What the command did is done."
            }
            Self::NoTemporaryFolder { .. } => {
                "Java and Spark need such a folder: mount one (docker run --read-only --tmpfs /tmp), or name another in TMPDIR."
            }
            Self::Python => "Write the engine in Scala or Java.",
            Self::Dashboard => {
                "`pio eval` prints the results and writes best.json; they stay in the table pio_meta_evaluationinstances."
            }
            Self::AdminServer => "Use `pio app`, with --json for programs.",
            _ => return None,
        })
    }
}

/// Reports why a command failed: in the log if it is JSON, else as text for people.
pub(crate) fn report(error: &anyhow::Error) {
    let own = error.downcast_ref::<ConsoleError>();
    if start::is_json() {
        let part = own.map_or("Pio$", ConsoleError::class);
        let hint = own.and_then(ConsoleError::hint);
        return tracing::error!(part, hint, "{}", words(error));
    }
    match own {
        Some(own) => {
            for line in own.to_string().lines() {
                to_stderr(format_args!("[ERROR] [{}] {line}", own.class()));
            }
            if let Some(hint) = own.hint() {
                to_stderr(hint);
            }
        }
        None => to_stderr(format_args!("[ERROR] [Pio$] {}", words(error))),
    }
}

/// Formats an error as whole sentences.
pub(crate) fn words(error: &anyhow::Error) -> String {
    sentence(&format!("{error:#}"))
}

/// Adds a capital at the start and a full stop at the end. A file name at the start is not changed.
fn sentence(text: &str) -> String {
    let text = text.trim_end();
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    let is_name = word.trim_end_matches(['.', ',', ':']).contains(['.', '/']);
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    let mut sentence: String = if is_name { text.to_owned() } else { first.chain(letters).collect() };
    if !sentence.ends_with(['.', '!', '?', '…', ':']) && !sentence.contains('\n') {
        sentence.push('.');
    }
    sentence
}

/// Hides the stack trace of a panic, which is a bug in this program.
pub(crate) fn hide_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place =
            panic.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
        let words = format!("This is a defect of pio{place}. Please report it with what you did.");
        if start::is_json() {
            tracing::error!("{words}");
        } else {
            to_stderr(format_args!("[ERROR] [Pio$] {words}"));
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn errors_of_libraries_become_sentences() {
        assert_eq!(
            sentence("there is no app 1. `pio app list` shows it"),
            "There is no app 1. `pio app list` shows it."
        );
        assert_eq!(sentence("Done.\n"), "Done.");
        assert_eq!(sentence("engine.json, line 1: no"), "engine.json, line 1: no.", "a name is not changed");
    }
}
