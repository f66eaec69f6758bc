use crate::App;

fn refused(app: &App, words: &[&str], variables: &[(&str, &str)], expected: &[&str]) {
    let ended = app.run(words, variables);
    assert!(!ended.success, "{}", ended.output);
    for line in ended.output.lines().filter(|line| !line.is_empty() && !line.starts_with("----->")) {
        assert!(line.starts_with(" !"), "{}", ended.output);
    }
    for part in expected.iter().chain(&["What to do:", "1. "]) {
        assert!(ended.output.contains(part), "{part:?} is missing in {}", ended.output);
    }
    assert!(!ended.output.contains("geheim"), "{}", ended.output);
}

#[test]
fn a_missing_database_is_told_with_the_commands_that_help() {
    let expected = ["The database is missing.", "DATABASE_URL", "heroku addons:create heroku-postgresql"];
    for role in ["web", "train", "release"] {
        refused(&App::engine(), &[role], &[("PORT", "5000")], &expected);
    }
}

#[test]
fn a_database_url_that_makes_no_sense_is_told_without_its_password() {
    for url in ["http://u:geheim@h/d", "postgres://u:geheim@h:port/d"] {
        refused(
            &App::engine(),
            &["train"],
            &[("DATABASE_URL", url)],
            &["address cannot be understood", "percent form"],
        );
    }
}

#[test]
fn a_database_that_is_away_fails_the_release() {
    let url = ("DATABASE_URL", "postgres://u:geheim@127.0.0.1:1/d?sslmode=disable");
    refused(&App::engine(), &["release"], &[url], &["The database cannot be used.", "heroku releases:retry"]);
}

#[test]
fn a_missing_port_and_a_wrong_one_are_told() {
    let database = ("DATABASE_URL", "postgres://u:geheim@localhost/d");
    refused(&App::engine(), &["web"], &[database], &["There is no port"]);
    refused(
        &App::engine(),
        &["web"],
        &[database, ("PORT", "http")],
        &["PORT is \"http\"", "from 1 to 65535", "the platform sets it"],
    );
}

#[test]
fn options_with_an_open_quote_are_told_by_the_name_of_their_variable() {
    refused(
        &App::engine(),
        &["train"],
        &[("PIO_TRAIN_SPARK_OPTS", "--conf 'a=b")],
        &["PIO_TRAIN_SPARK_OPTS", "quote"],
    );
}

#[test]
fn a_worker_that_knows_no_master_is_told_how() {
    refused(&App::new(), &["spark-worker"], &[], &["where the Spark master is", "SPARK_MASTERS=spark://"]);
    refused(&App::new(), &["spark-worker"], &[("SPARK_MASTERS", "a b")], &["neither a number nor a list"]);
}

#[test]
fn a_worker_whose_user_has_no_name_is_refused_before_its_executors_fail() {
    let app = App::new();
    app.program("bin/id", "echo 'id: cannot find name for user ID 12345' >&2; exit 1");
    let path = format!("{}:/usr/bin:/bin", app.path("bin").display());
    let variables = [("PATH", path.as_str()), ("SPARK_MASTERS", "m")];
    refused(&app, &["spark-worker"], &variables, &["needs a user with a name", "/etc/passwd"]);
}

#[test]
fn several_masters_need_a_zookeeper() {
    let several = ("SPARK_MASTERS", "spark://a,b");
    refused(
        &App::new(),
        &["spark-master"],
        &[several],
        &["need a ZooKeeper", "SPARK_ZK_ZOOKEEPER_URL=zookeeper://"],
    );
}
