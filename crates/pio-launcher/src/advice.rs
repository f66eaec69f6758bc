//! An error message for the user of a platform.

use std::fmt;

/// An error message: what happened, why, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What happened, as one sentence.
    pub what: String,
    /// Why it happened; may have several lines.
    pub why: String,
    /// Possible remedies, each a sentence or a command. They are printed as a numbered list.
    pub remedies: Vec<String>,
}

impl Advice {
    /// Creates a message.
    pub fn new(
        what: impl fmt::Display,
        why: impl fmt::Display,
        remedies: impl IntoIterator<Item = impl fmt::Display>,
    ) -> Self {
        Self {
            what: what.to_string(),
            why: why.to_string(),
            remedies: remedies.into_iter().map(|remedy| remedy.to_string()).collect(),
        }
    }

    /// The lines of the log, without the platform's prefix.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.what.clone(), String::new()];
        lines.extend(self.why.lines().map(str::to_owned));
        if !self.remedies.is_empty() {
            lines.push(String::new());
            lines.push("What to do:".to_owned());
        }
        for (number, remedy) in (1..).zip(&self.remedies) {
            let mut parts = remedy.lines();
            lines.push(format!("{number}. {}", parts.next().unwrap_or_default()));
            lines.extend(parts.map(|part| format!("   {part}")));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::Advice;

    #[test]
    fn remedies_are_numbered_and_keep_their_indent() {
        let advice = Advice::new("No port.", "Nothing\nis set.", ["Set it:\nheroku config:set", "Or wait."]);
        let expected = [
            "No port.",
            "",
            "Nothing",
            "is set.",
            "",
            "What to do:",
            "1. Set it:",
            "   heroku config:set",
            "2. Or wait.",
        ];
        assert_eq!(advice.lines(), expected);
    }
}
