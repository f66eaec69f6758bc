//! Rewrites `case class A extends B` to `case class A() extends B`. The parameter list was optional until
//! Scala 2.10.

use super::mask::mask;
use super::splice::Splice;
use super::text::{group_end, is_name};

const KEYWORDS: &str = "case class";

/// Finds missing parameter lists: the positions after the names and type parameters of case classes.
pub(super) fn places(text: &str) -> Vec<Splice> {
    if !text.contains(KEYWORDS) {
        return Vec::new();
    }
    let code = mask(text);
    let starts = code.match_indices(KEYWORDS).map(|(at, _)| at).filter(|at| !code[..*at].ends_with(is_name));
    let ends = starts.filter_map(|at| missing(&code, at + KEYWORDS.len()));
    ends.map(|end| Splice { range: end..end, text: "()" }).collect()
}

/// The end of the class's name and type parameters, if no parameter list, constructor annotation or modifier
/// follows.
fn missing(code: &str, from: usize) -> Option<usize> {
    let begin = from + code[from..].find(|character: char| !character.is_whitespace())?;
    let length = code[begin..].find(|character| !is_name(character)).unwrap_or(code.len() - begin);
    let behind = &code[begin + length..];
    let end = begin + length + if behind.starts_with('[') { group_end(behind)? } else { 0 };
    let rest = code[end..].trim_start();
    let has_list = ["(", "@", "private", "protected"].iter().any(|start| rest.starts_with(start));
    (begin > from && length > 0 && !has_list).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::places;
    use crate::build::stage::splice::rewrite;

    fn complete(text: &str) -> String {
        rewrite(text, &[places]).into_owned()
    }

    #[test]
    fn case_classes_without_a_list_get_one() {
        assert_eq!(
            complete("case class Accuracy\n  extends AverageMetric[A, B]"),
            "case class Accuracy()\n  extends AverageMetric[A, B]"
        );
        assert_eq!(complete("case class Mean { def x = 1 }"), "case class Mean() { def x = 1 }");
        assert_eq!(
            complete("final case class Box[A[_], B] extends C"),
            "final case class Box[A[_], B]() extends C"
        );
        assert_eq!(complete("case class Last"), "case class Last()");
    }

    #[test]
    fn others_stay_as_they_are() {
        for text in [
            "case class A(x: Int)",
            "case class A\n(x: Int)",
            "case class A[B](x: B)",
            "case class A private (x: Int)",
            "case class A @Inject() (x: Int)",
            "case object A extends B",
            "// case class A extends B",
            "val words = \"case class A extends B\"",
            "class A extends B",
        ] {
            assert_eq!(complete(text), text);
        }
    }
}
