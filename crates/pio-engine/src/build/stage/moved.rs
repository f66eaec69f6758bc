//! Classes that have moved since the libraries of PIO's time: their full names become those of today.

use std::borrow::Cow;

use super::mask::mask;
use super::splice::{self, Splice};
use super::text::words;

/// Old and new names.
const MOVED: &[(&str, &str)] = &[
    ("breeze.stats.MeanAndVariance", "breeze.stats.meanAndVariance.MeanAndVariance"),
    ("org.apache.spark.sql.UserDefinedFunction", "org.apache.spark.sql.expressions.UserDefinedFunction"),
];

/// The Scala text with today's names. Lines stay where they are.
#[must_use]
pub fn rename(text: &str) -> Cow<'_, str> {
    splice::apply(text, places(text))
}

/// The column in the user's line that stands at a column of the renamed line. Both count from 1.
#[must_use]
pub fn original_column(line: &str, column: usize) -> usize {
    splice::original_column(line, places(line), column)
}

/// Where old names stand.
fn places(text: &str) -> Vec<Splice> {
    if !MOVED.iter().any(|(old, _)| text.contains(old)) {
        return Vec::new();
    }
    let code = mask(text);
    let mut places: Vec<Splice> = MOVED
        .iter()
        .flat_map(|(old, new)| words(&code, old).map(|at| Splice { range: at..at + old.len(), text: new }))
        .filter(|place| !code[..place.range.start].ends_with('.'))
        .collect();
    places.sort_by_key(|place| place.range.start);
    places
}

#[cfg(test)]
mod tests {
    use super::{original_column, rename};

    #[test]
    fn old_names_become_those_of_today() {
        let old = "import breeze.stats.MeanAndVariance\n// breeze.stats.MeanAndVariance\nval x: org.apache.spark.sql.UserDefinedFunction = _";
        let new = "import breeze.stats.meanAndVariance.MeanAndVariance\n// breeze.stats.MeanAndVariance\nval x: org.apache.spark.sql.expressions.UserDefinedFunction = _";
        assert_eq!(rename(old), new);
        for other in ["import my.breeze.stats.MeanAndVariance", "import breeze.stats.MeanAndVariances"] {
            assert_eq!(rename(other), other);
        }
        let line = "import breeze.stats.MeanAndVariance; import Nope";
        let column = rename(line).find("Nope").unwrap() + 1;
        assert_eq!(original_column(line, column), line.find("Nope").unwrap() + 1);
    }
}
