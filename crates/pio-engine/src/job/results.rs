//! Results of jobs.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

/// The result of a training.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trained {
    /// The instance; `None` if the training stopped early on request.
    #[serde(default)]
    pub engine_instance_id: Option<String>,
    /// The stage after which it stopped on request.
    #[serde(default)]
    pub stopped_after: Option<String>,
}

/// The result of an evaluation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluated {
    /// The id of the evaluation instance.
    pub evaluation_instance_id: String,
    /// The name of the primary metric.
    pub metric_header: String,
    /// The names of the other metrics.
    #[serde(default)]
    pub other_metric_headers: Vec<String>,
    /// One row per set of parameters.
    #[serde(default)]
    pub rows: Vec<Row>,
    /// The index of the best row.
    #[serde(default)]
    pub best: usize,
    /// The file with the best parameters.
    #[serde(default)]
    pub best_file: Option<PathBuf>,
    /// The one-line result.
    #[serde(default)]
    pub text: String,
}

/// A set of parameters with its scores.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its number.
    pub index: usize,
    /// The primary metric's score: a number, or any other value that the engine's metric returns.
    pub score: Value,
    /// The scores of the other metrics.
    #[serde(default)]
    pub other_scores: Vec<Value>,
    /// The parameters.
    #[serde(default)]
    pub engine_params: Value,
}

/// The result of a batch prediction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Predicted {
    /// The number of answered queries.
    pub predictions: u64,
    /// The numbers of the lines that are not valid queries.
    #[serde(default)]
    pub bad_lines: Vec<u64>,
}

impl Evaluated {
    /// Formats the scores as a table. The best row is marked with a star.
    #[must_use]
    pub fn table(&self) -> String {
        let mut lines = vec![self.headers()];
        lines.extend(self.rows.iter().enumerate().map(|(at, row)| self.cells(at, row)));
        let widths: Vec<usize> = (0..lines[0].len())
            .map(|column| {
                lines
                    .iter()
                    .filter_map(|line| line.get(column))
                    .map(|cell| cell.chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for line in lines {
            for (cell, width) in line.iter().zip(&widths) {
                let _ = write!(text, "{cell:<width$}  ");
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        text
    }

    fn headers(&self) -> Vec<String> {
        let mut headers = vec![String::new(), "#".to_owned(), self.metric_header.clone()];
        headers.extend(self.other_metric_headers.iter().cloned());
        headers
    }

    fn cells(&self, at: usize, row: &Row) -> Vec<String> {
        let star = if at == self.best { "*" } else { "" };
        let mut cells = vec![star.to_owned(), row.index.to_string(), score(&row.score)];
        cells.extend(row.other_scores.iter().map(score));
        cells
    }
}

fn score(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Predicted {
    /// Lists at most twenty of the bad line numbers; `None` if there are none.
    #[must_use]
    pub fn bad_lines_in_words(&self) -> Option<String> {
        const SHOWN: usize = 20;
        let numbers: Vec<String> = self.bad_lines.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = match self.bad_lines.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        match self.bad_lines.len() {
            0 => None,
            1 => {
                Some(format!("Line {} of the input is no query of this engine and was left out.", numbers[0]))
            }
            count => Some(format!(
                "{count} lines of the input are no queries of this engine and were left out: {}{more}.",
                numbers.join(", ")
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Evaluated, Predicted};

    #[test]
    fn the_table_marks_the_best() {
        let evaluated: Evaluated = serde_json::from_value(serde_json::json!({
            "type": "result", "evaluationInstanceId": "e1", "metricHeader": "Precision@K", "otherMetricHeaders": ["Positives"],
            "rows": [{"index": 0, "score": 0.25, "otherScores": [3.0]}, {"index": 1, "score": 0.5, "otherScores": [12.5]}], "best": 1
        }))
        .unwrap();
        let expected = "   #  Precision@K  Positives\n   0  0.25         3.0\n*  1  0.5          12.5\n";
        assert_eq!(evaluated.table(), expected);
    }

    #[test]
    fn bad_lines_are_numbered() {
        let words = |bad_lines| Predicted { predictions: 1, bad_lines }.bad_lines_in_words();
        assert_eq!(words(vec![]), None);
        assert!(words(vec![7]).unwrap().starts_with("Line 7 "));
        assert!(words((1..=30).collect()).unwrap().ends_with("19, 20 and 10 more."));
    }
}
