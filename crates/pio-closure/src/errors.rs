//! What can be wrong with the closure or with what is asked of it, in words for the user.

use std::path::PathBuf;

use pio_settings::installation;

/// Why the closure cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClosureError {
    /// There is no closure in any of the places where one may be.
    #[error(
        "The closure (Spark, Java and sbt) is not on this machine; looked in {}. {}",
        list(looked_in),
        installation::get_closure()
    )]
    NotFound {
        /// The folders that were tried.
        looked_in: Vec<PathBuf>,
    },
    /// A file that belongs to the closure is not there.
    #[error(
        "The closure in {} is incomplete: {file} is missing. {remedy}",
        root.display()
    )]
    Incomplete {
        /// The closure's folder.
        root: PathBuf,
        /// What is missing, relative to the folder.
        file: String,
        /// What to do, as a whole sentence.
        remedy: &'static str,
    },
    /// A folder of the closure cannot be read.
    #[error(
        "The closure cannot be read: {0}. Check the folder's permissions. {repair}",
        repair = installation::repair()
    )]
    Unreadable(#[from] std::io::Error),
    /// closure.lock is not what it should be.
    #[error("closure.lock cannot be read: {0}. {repair}", repair = installation::repair())]
    BadLock(#[from] serde_json::Error),
}

fn list(folders: &[PathBuf]) -> String {
    folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// Why a Spark job cannot be started as it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The closure cannot be used.
    #[error(transparent)]
    Closure(#[from] ClosureError),
    /// A word is no option of spark-submit.
    #[error(
        "`{word}` is not an option of spark-submit. After `--` only such options are allowed, for example \
         `-- --master spark://host:7077 --executor-memory 2g`."
    )]
    Unknown {
        /// The word.
        word: String,
    },
    /// An option lacks its value.
    #[error("The Spark option {option} needs a value. Write it after the option, as in `{option} value`.")]
    NoValue {
        /// The option.
        option: String,
    },
    /// An option cannot be honoured.
    #[error("The Spark option {option} cannot be used here: {reason}. Leave it out.")]
    Refused {
        /// The option.
        option: String,
        /// Why, as part of a sentence.
        reason: &'static str,
    },
    /// A `--conf` is not of the form key=value.
    #[error("The Spark option --conf {value} has no key and `=`. Write it as `--conf key=value`.")]
    BadConf {
        /// What stands after `--conf`.
        value: String,
    },
    /// A setting has a value that it cannot have.
    #[error("{setting} cannot be `{value}`: it must be {expected}.")]
    Wrong {
        /// The setting and where it stands, as the beginning of a sentence.
        setting: String,
        /// Its value.
        value: String,
        /// What it must be, as part of a sentence.
        expected: String,
    },
    /// The file that `--properties-file` names cannot be read.
    #[error(
        "The file that --properties-file names cannot be read: {0}. Give the path of a file with Spark settings."
    )]
    UnreadableProperties(std::io::Error),
    /// The file for what no command line may show cannot be written.
    #[error(
        "A file for Spark settings that hold secrets cannot be written: {0}. Free space in the folder for temporary files."
    )]
    Private(std::io::Error),
    /// A variable says something that it cannot say.
    #[error(transparent)]
    Setting(#[from] pio_settings::setting::SettingError),
    /// The options for Java cannot be split into words.
    #[error(transparent)]
    Words(#[from] pio_settings::words::Error),
}
