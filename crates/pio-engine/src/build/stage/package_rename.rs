//! Renames `io.prediction`, PIO's package name until 0.9.6, to `org.apache.predictionio`.
//!
//! Only PIO's own packages are renamed. Packages of engines under `io.prediction`, such as
//! `io.prediction.examples`, keep their names, so that `engineFactory` in engine.json stays valid.

use std::borrow::Cow;

use super::splice::{self, Splice};
use super::text::is_name;

const OLD: &str = "io.prediction";
const NEW: &str = "org.apache.predictionio";

/// The packages of PIO's public interface.
const PACKAGES: &[&str] = &[
    "annotation",
    "authentication",
    "configuration",
    "controller",
    "core",
    "data",
    "e2",
    "tools",
    "workflow",
];

/// Replaces the old names of PIO's packages.
#[must_use]
pub fn rename(text: &str) -> Cow<'_, str> {
    splice::rewrite(text, &[places])
}

/// Finds the names of PIO's packages.
pub(super) fn places(text: &str) -> Vec<Splice> {
    let begins = text.match_indices(OLD).map(|(at, _)| at).filter(|at| {
        let before = &text[..*at];
        let free = !before.ends_with(is_name) && (!before.ends_with('.') || before.ends_with("_root_."));
        free && is_interface(&text[at + OLD.len()..])
    });
    begins.map(|begin| Splice { range: begin..begin + OLD.len(), text: NEW }).collect()
}

/// Whether the rest of a name refers to PIO's interface: `.controller.…`, `._`, `.{controller, data}`.
fn is_interface(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix('.') else { return false };
    if rest.starts_with("_ ") || rest.starts_with("_\n") || rest.starts_with("_;") || rest == "_" {
        return true;
    }
    let rest = rest.strip_prefix('{').unwrap_or(rest).trim_start();
    let name: &str = &rest[..rest.find(|character| !is_name(character)).unwrap_or(rest.len())];
    PACKAGES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::rename;

    #[test]
    fn the_interface_gets_its_new_name() {
        assert_eq!(
            rename(
                "import io.prediction.controller.{Engine, Params}\nval x: io.prediction.data.storage.Event = _"
            ),
            "import org.apache.predictionio.controller.{Engine, Params}\nval x: org.apache.predictionio.data.storage.Event = _"
        );
        assert_eq!(
            rename("import io.prediction.{controller, data}"),
            "import org.apache.predictionio.{controller, data}"
        );
        assert_eq!(rename("import _root_.io.prediction.e2._"), "import _root_.org.apache.predictionio.e2._");
    }

    #[test]
    fn packages_of_engines_keep_theirs() {
        let own = "package io.prediction.examples.stock\nimport io.prediction.EventClient";
        assert_eq!(rename(own), own);
        assert_eq!(
            rename("val studio.prediction.data = 1; a.io.prediction.data"),
            "val studio.prediction.data = 1; a.io.prediction.data"
        );
    }
}
