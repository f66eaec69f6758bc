use pio_process::command::Command;
use pio_process::error::Error;

use crate::shell;

#[test]
fn a_missing_program_is_named_with_what_to_do() {
    let error = Command::new("/nowhere/java").hint("Run `cargo xtask vendor`.").run().unwrap_err();
    let words = error.to_string();
    assert!(words.starts_with("could not start java: No such file"), "{words}");
    assert!(words.ends_with("\nRun `cargo xtask vendor`."), "{words}");
}

#[test]
fn a_failure_shows_the_exit_code_and_the_last_words() {
    let error = shell("echo out; echo bad >&2; exit 3").captured().named("sbt").run().unwrap_err();
    let words = error.to_string();
    assert!(words.starts_with("sbt ended with exit code 3; last output:"), "{words}");
    assert!(words.contains("\n  out") && words.contains("\n  bad"), "{words}");
}

#[test]
fn a_failure_whose_output_was_not_captured_stays_one_line() {
    let error = shell("exit 7").quiet().run().unwrap_err();
    assert_eq!(error.to_string(), "sh ended with exit code 7");
}

#[test]
fn a_signal_is_named() {
    let error = shell("kill -9 $$").run().unwrap_err();
    assert!(error.to_string().contains("signal 9"), "{error}");
}

#[test]
fn of_long_output_only_the_end_is_kept() {
    let Error::Failed { tail, .. } = shell("seq 1 100000; exit 1").captured().run().unwrap_err() else {
        panic!("another error")
    };
    assert_eq!(tail.lines.len(), 40);
    assert_eq!(tail.lines.back().unwrap(), "100000");
}
