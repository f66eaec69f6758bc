//! Where a setting of Spark stands.

use std::fmt;

/// A place for settings, with the setting's name there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// An option such as `--executor-memory`.
    Option(String),
    /// A `--conf`.
    Conf(String),
    /// The engine variant's `sparkConf`.
    Variant(String),
    /// The file that `--properties-file` names.
    File(String),
}

impl Origin {
    /// The setting's name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Option(name) | Self::Conf(name) | Self::Variant(name) | Self::File(name) => name,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Self::Option(_) => write!(f, "The Spark option {name}"),
            Self::Conf(_) => write!(f, "The Spark setting {name} of --conf"),
            Self::Variant(_) => {
                write!(f, "The Spark setting {name} in sparkConf of the engine's variant file")
            }
            Self::File(_) => write!(f, "The Spark setting {name} in the file that --properties-file names"),
        }
    }
}
