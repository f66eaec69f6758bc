//! Where this program comes from: users of a release have no cargo, so their messages must not name it.

use std::path::Path;

/// Whether this program was built in a clone of the project.
#[must_use]
pub fn is_clone() -> bool {
    std::env::current_exe().is_ok_and(|program| is_in_clone(&program))
}

fn is_in_clone(program: &Path) -> bool {
    program.ancestors().any(|folder| folder.join("closure.toml").is_file() && folder.join("xtask").is_dir())
}

/// What to do where a part of the installation is missing or damaged, as a whole sentence.
#[must_use]
pub fn repair() -> &'static str {
    if is_clone() {
        "Run `cargo xtask vendor` again: it repairs what is missing."
    } else {
        "Unpack the release again; on a platform, deploy again."
    }
}

/// What to do where Spark and Java are not there at all, as a whole sentence.
#[must_use]
pub fn get_closure() -> &'static str {
    if is_clone() {
        "Run `cargo xtask vendor`, or let PIO_CLOSURE name the folder of an unpacked closure."
    } else {
        "An event server's app and `pio` alone have none and need none; to build, train or deploy an engine, unpack a whole release, \
         or let PIO_CLOSURE name the folder `closure` of one."
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::is_in_clone;

    #[test]
    fn this_crate_is_in_a_clone_and_a_release_is_not() {
        assert!(is_in_clone(Path::new(env!("CARGO_MANIFEST_DIR"))));
        assert!(!is_in_clone(Path::new("/app/.pio/bin/pio")));
    }
}
