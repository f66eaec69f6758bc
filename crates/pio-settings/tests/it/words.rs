//! Options in a variable.

use pio_settings::words::split;

#[test]
fn words_are_split_as_a_shell_quotes_them() {
    let cases: [(&str, &[&str]); 7] = [
        ("", &[]),
        ("  --master   local[2] ", &["--master", "local[2]"]),
        ("--conf 'spark.a=b c'", &["--conf", "spark.a=b c"]),
        (r#"--name "my \"engine\"""#, &["--name", r#"my "engine""#]),
        (r"a\ b c", &["a b", "c"]),
        ("--x='' y", &["--x=", "y"]),
        ("a\n\tb", &["a", "b"]),
    ];
    for (text, words) in cases {
        assert_eq!(split("PIO_OPTS", text).unwrap(), words, "{text}");
    }
}

#[test]
fn nothing_is_evaluated() {
    let words = split("PIO_OPTS", "$HOME `id` $(id) * ~ ; rm -rf > x & #").unwrap();
    assert!(
        ["$HOME", "`id`", "$(id)", "*", "~", ";", ">", "&"]
            .iter()
            .all(|word| words.contains(&(*word).to_owned()))
    );
}

#[test]
fn an_open_quote_names_the_variable() {
    let error = split("PIO_SPARK_OPTS", "--name 'open").unwrap_err();
    assert!(error.to_string().starts_with("the options in PIO_SPARK_OPTS"), "{error}");
}
