//! Advice for compile errors of engines written for older versions of Spark or PIO.

mod table;

use super::output::CompileError;

/// Why a line does not work, and what to change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DependencyAdvice {
    /// Why, as a sentence.
    pub why: &'static str,
    /// What to change, as a sentence.
    pub change: &'static str,
}

/// Finds the advice for a compile error.
#[must_use]
pub fn find(error: &CompileError) -> Option<DependencyAdvice> {
    let source = error.source.as_deref().unwrap_or_default();
    table::TABLE
        .iter()
        .find(|row| {
            row.message.iter().all(|words| error.message.contains(words))
                && (row.source.is_empty()
                    || row.source.iter().any(|words| source.contains(words) || error.message.contains(words)))
        })
        .map(|row| DependencyAdvice { why: row.why, change: row.change })
}

/// Finds the advice for an unavailable dependency.
#[must_use]
pub fn of_dependency(module: &str) -> Option<DependencyAdvice> {
    table::DEPENDENCIES
        .iter()
        .find(|(name, _, _)| module.contains(name))
        .map(|(_, why, change)| DependencyAdvice { why, change })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::find;
    use crate::build::output::CompileError;
    use crate::errors::BuildError;

    #[test]
    fn each_class_that_is_gone_has_an_advice_of_its_own() {
        let mut errors: Vec<CompileError> = ["LinearRegressionWithSGD", "LassoWithSGD", "LassoWithSGD"]
            .into_iter()
            .map(|class| CompileError {
                file: PathBuf::from("A.scala"),
                line: 1,
                column: None,
                message: format!("class {class} in package regression cannot be accessed"),
                source: None,
                advice: None,
            })
            .collect();
        for error in &mut errors {
            error.advice = find(error);
        }
        let words = BuildError::Compile { errors }.to_string();
        assert!(words.contains("Use org.apache.spark.ml.regression.LinearRegression."), "{words}");
        assert_eq!(words.matches("setElasticNetParam(1)").count(), 1, "{words}");
    }
}
