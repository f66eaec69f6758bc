//! Renames classes that have moved in newer versions of the libraries.

use super::mask::mask;
use super::splice::Splice;
use super::text::words;

/// Old and new full names.
const MOVED: &[(&str, &str)] = &[
    ("breeze.stats.MeanAndVariance", "breeze.stats.meanAndVariance.MeanAndVariance"),
    ("org.apache.spark.sql.UserDefinedFunction", "org.apache.spark.sql.expressions.UserDefinedFunction"),
];

/// Finds the old names.
pub(super) fn places(text: &str) -> Vec<Splice> {
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
    use super::places;
    use crate::build::stage::splice::rewrite;

    #[test]
    fn old_names_become_those_of_today() {
        let old = "import breeze.stats.MeanAndVariance\n// breeze.stats.MeanAndVariance\nval x: org.apache.spark.sql.UserDefinedFunction = _";
        let new = "import breeze.stats.meanAndVariance.MeanAndVariance\n// breeze.stats.MeanAndVariance\nval x: org.apache.spark.sql.expressions.UserDefinedFunction = _";
        assert_eq!(rewrite(old, &[places]), new);
        for other in ["import my.breeze.stats.MeanAndVariance", "import breeze.stats.MeanAndVariances"] {
            assert_eq!(rewrite(other, &[places]), other);
        }
    }
}
