//! Replaces ranges of a text and maps its columns back to the original.

use std::borrow::Cow;
use std::ops::Range;

/// A replacement of a byte range. The new text has no line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// The range in the original text.
    pub range: Range<usize>,
    /// The new text.
    pub text: &'static str,
}

/// Finds the replacements of one kind, sorted and without overlaps.
pub type Rule = fn(&str) -> Vec<Splice>;

/// Applies the rules one after the other.
#[must_use]
pub fn rewrite<'a>(text: &'a str, rules: &[Rule]) -> Cow<'a, str> {
    rules.iter().fold(Cow::Borrowed(text), |text, rule| match apply(&text, rule(&text)) {
        Cow::Borrowed(_) => text,
        Cow::Owned(new) => Cow::Owned(new),
    })
}

/// Maps a column of the rewritten line back to the original line. Columns count from 1.
#[must_use]
pub fn column_before(line: &str, rules: &[Rule], column: usize) -> usize {
    match rules.split_first() {
        None => column,
        Some((rule, later)) => {
            let splices = rule(line);
            let column = column_before(&apply(line, splices.iter().cloned()), later, column);
            original_column(line, splices, column)
        }
    }
}

/// Applies the splices, which must be sorted and must not overlap.
fn apply(text: &str, splices: impl IntoIterator<Item = Splice>) -> Cow<'_, str> {
    let mut splices = splices.into_iter().peekable();
    if splices.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len() + text.len() / 8);
    let mut at = 0;
    for splice in splices {
        result.push_str(&text[at..splice.range.start]);
        result.push_str(splice.text);
        at = splice.range.end;
    }
    result.push_str(&text[at..]);
    Cow::Owned(result)
}

/// Maps a column of the spliced line back to the original line. Columns count characters from 1. A column
/// within a replacement maps to the start of the replaced range.
fn original_column(line: &str, splices: impl IntoIterator<Item = Splice>, column: usize) -> usize {
    let mut original = column;
    for splice in splices {
        let begin = line[..splice.range.start].chars().count() + 1;
        let (old, new) = (line[splice.range].chars().count(), splice.text.chars().count());
        if original >= begin + new {
            original = original + old - new;
        } else if original > begin {
            original = begin;
        }
    }
    original
}

#[cfg(test)]
mod tests {
    use super::{Splice, apply, column_before, original_column, rewrite};

    #[test]
    fn rules_follow_each_other_and_columns_lead_back_through_all_of_them() {
        let longer = |text: &str| -> Vec<Splice> {
            text.match_indices("one")
                .map(|(at, one)| Splice { range: at..at + one.len(), text: "two two" })
                .collect()
        };
        let shorter = |text: &str| -> Vec<Splice> {
            text.match_indices("two")
                .map(|(at, two)| Splice { range: at..at + two.len(), text: "2" })
                .collect()
        };
        let (line, rules) = ("one two Nope", [longer as super::Rule, shorter]);
        let new = rewrite(line, &rules);
        assert_eq!(new, "2 2 2 Nope");
        assert_eq!(
            column_before(line, &rules, new.find("Nope").unwrap() + 1),
            line.find("Nope").unwrap() + 1
        );
        assert_eq!(column_before(line, &rules, 5), line.find("two").unwrap() + 1);
        assert_eq!(rewrite("three", &rules), "three");
        assert_eq!(column_before("three", &rules, 4), 4);
    }

    #[test]
    fn columns_lead_back_however_long_the_replacements_are() {
        let line = "é one two three";
        let splices = [Splice { range: 3..6, text: "eleven" }, Splice { range: 12..12, text: "()" }];
        let new = apply(line, splices.clone());
        assert_eq!(new, "é eleven two t()hree");
        let column = |of: &str, text: &str| text[..text.find(of).unwrap()].chars().count() + 1;
        for word in ["é", "two", "hree"] {
            assert_eq!(original_column(line, splices.clone(), column(word, &new)), column(word, line));
        }
        assert_eq!(original_column(line, splices, column("even", &new)), column("one", line));
    }
}
