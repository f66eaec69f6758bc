//! What the console says, word for word: a change of a text is seen where the change is reviewed.

use std::collections::VecDeque;
use std::fmt::Write as _;

use crate::pio::Pio;

fn nowhere() -> Pio {
    Pio::with_url("postgres://nobody@127.0.0.1:1/none")
}

/// What was typed and what came of it.
fn transcript(calls: &[&[&str]]) -> String {
    let mut text = String::new();
    for words in calls {
        let pio = nowhere();
        let done = pio.run(words);
        let code = done.code.unwrap_or(-1);
        let _ = write!(text, "$ pio {}\n{}{}exit code {code}\n\n", words.join(" "), done.stdout, done.stderr);
        text = text.replace(pio.path("").trim_end_matches('/'), "FOLDER");
    }
    text
}

/// The commands that a help lists.
fn commands(help: &str) -> impl Iterator<Item = &str> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = list.take_while(|line| line.starts_with("  "));
    // Further lines of a description stand further right.
    let names =
        lines.filter(|line| !line.starts_with("    ")).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help")
}

#[test]
fn the_help_of_every_command() {
    let mut waiting = VecDeque::from([Vec::<String>::new()]);
    let mut all = String::new();
    let mut count = 0;
    while let Some(words) = waiting.pop_front() {
        let mut call: Vec<&str> = words.iter().map(String::as_str).collect();
        call.push("--help");
        let help = nowhere().run(&call).succeeds().stdout;
        let _ = write!(all, "$ pio {}\n{help}\n", call.join(" "));
        waiting.extend(commands(&help).map(|name| [words.clone(), vec![name.to_owned()]].concat()));
        count += 1;
    }
    assert!(count > 20, "only {count} commands were found");
    insta::assert_snapshot!("help", all);
}

#[test]
fn a_wrong_command_line() {
    insta::assert_snapshot!(
        "usage",
        transcript(&[
            &["app"],
            &["nosuch"],
            &["train", "--nosuch"],
            &["app", "new"],
            &["app", "new", "a", "--id", "x"],
            &["eventserver", "--port", "99999"],
            &["accesskey", "delete", "-k"],
        ])
    );
}

#[test]
fn what_cannot_be_done() {
    insta::assert_snapshot!(
        "errors",
        transcript(&[
            &["app", "list"],
            &["build"],
            &["import", "--appid", "1", "--input", "nosuch.json"],
            &["import", "--appid", "1", "--input", "hdfs://host/events"],
            &["template", "get", "x", "y"],
            &["upgrade"],
        ])
    );
}
