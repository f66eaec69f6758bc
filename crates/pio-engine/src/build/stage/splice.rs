//! Text in which some places are replaced, and the way back from its columns to those of the text before.

use std::borrow::Cow;
use std::ops::Range;

/// A place, as bytes of the text before, and what stands there instead. A replacement has no line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Splice {
    pub(crate) range: Range<usize>,
    pub(crate) text: &'static str,
}

/// The text with all splices made. They must be in order and apart.
pub(crate) fn apply(text: &str, splices: impl IntoIterator<Item = Splice>) -> Cow<'_, str> {
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

/// The column in a line that stands at a column of the spliced line. Both count characters from 1; within a replacement it is the
/// beginning of what was replaced.
pub(crate) fn original_column(line: &str, splices: impl IntoIterator<Item = Splice>, column: usize) -> usize {
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
    use super::{Splice, apply, original_column};

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
