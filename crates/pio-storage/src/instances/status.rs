//! What became of a training or an evaluation.

use std::fmt;

/// The status of an instance, as PIO wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceStatus {
    /// It was begun, and either still runs or was interrupted.
    Init,
    /// The training ended well, and its models are stored.
    Completed,
    /// The evaluation ended well.
    EvalCompleted,
    /// It ended in an error.
    Failed,
    /// A word that neither PIO nor we write.
    Other(String),
}

impl InstanceStatus {
    fn as_str(&self) -> &str {
        match self {
            Self::Init => "INIT",
            Self::Completed => "COMPLETED",
            Self::EvalCompleted => "EVALCOMPLETED",
            Self::Failed => "FAILED",
            Self::Other(word) => word,
        }
    }
}

impl From<String> for InstanceStatus {
    fn from(word: String) -> Self {
        let known = [Self::Init, Self::Completed, Self::EvalCompleted, Self::Failed];
        known.into_iter().find(|status| status.as_str() == word).unwrap_or(Self::Other(word))
    }
}

impl fmt::Display for InstanceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for InstanceStatus {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::InstanceStatus;

    #[test]
    fn every_status_is_written_as_it_was_read() {
        for word in ["INIT", "COMPLETED", "EVALCOMPLETED", "FAILED", "TRAINING"] {
            assert_eq!(InstanceStatus::from(word.to_owned()).to_string(), word);
        }
        assert_eq!(InstanceStatus::from("FAILED".to_owned()), InstanceStatus::Failed);
    }
}
