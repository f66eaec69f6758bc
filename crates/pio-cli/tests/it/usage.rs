use crate::pio::Pio;

fn nowhere() -> Pio {
    Pio::with_url("postgres://nobody@127.0.0.1:1/none")
}

#[test]
fn help_goes_to_standard_output_and_is_no_failure() {
    for words in [&["help"][..], &["--help"], &["help", "train"], &["app", "--help"], &["help", "app", "new"]]
    {
        let done = nowhere().run(words).succeeds();
        assert!(done.stdout.contains("Usage: pio"), "{words:?}: {}", done.stdout);
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_wrong() {
    for (words, expected) in [
        (&[][..], "Usage: pio"),
        (&["app"], "Usage: pio app"),
        (&["nosuch"], "nosuch"),
        (&["train", "--nosuch"], "--nosuch"),
        (&["app", "new"], "<NAME>"),
        (&["app", "new", "a", "b"], "'b'"),
        (&["app", "new", "a", "--id", "x"], "'x'"),
        (&["import", "--appid", "1"], "--input"),
        (&["eventserver", "--port", "99999"], "99999"),
        (&["batchpredict", "--query-partitions", "0"], "0"),
        (&["train", "--json-extractor", "Jackson"], "Json4sNative"),
        (&["app", "data-delete", "a", "--all", "--channel", "b"], "cannot be used with"),
    ] {
        nowhere().run(words).fails(2, &[expected]);
    }
}

#[test]
fn what_is_for_spark_is_taken_by_every_command() {
    let spark = ["--", "--driver-class-path", "/app/lib/postgresql_jdbc.jar"];
    nowhere().run(&[&["version"][..], &spark].concat()).succeeds();
    let pio = Pio::new();
    pio.run(&[&["app", "new", "x"][..], &spark].concat()).succeeds();
    pio.run(&[&["--verbose", "app", "list", "-v", "other.json"][..], &spark].concat()).succeeds();
}
