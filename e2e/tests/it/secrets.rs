//! Secrets of the user: in no record of the database and on no command line of a process that `pio` starts.

use e2e::database::sql;

use crate::support::{
    READY, app_with_ratings, database_url, eventually, pio, processes_with, recommendation,
};

/// What stands in every kind of setting.
const SECRET: &str = "geheim7531";

#[test]
fn secrets_are_in_no_record_and_on_no_command_line() {
    let app = app_with_ratings(&pio(), "Hidden");
    let engine = recommendation(&app);
    let file = engine.file("engine.json");
    let text = fs_err::read_to_string(&file).expect("engine.json");
    let conf =
        format!("\"sparkConf\": {{\"spark.mine.password\": \"{SECRET}\", \"spark.mine.kept\": \"kept\"}},");
    fs_err::write(&file, text.replacen('{', &format!("{{{conf}"), 1)).expect("engine.json");
    let pio = [
        ("PIO_STRIPE_KEY", SECRET),
        ("PIO_NOTE", "it is geheim7531 here"),
        ("PIO_OPTS", "--server-access-key geheim7531 --variant kept.json"),
        ("PIO_SERVER_ACCESS_KEY", SECRET),
        ("PIO_PRIVATE_SPARK_OPTS", "--conf spark.hadoop.fs.s3a.secret.key=geheim7531"),
        ("JAVA_OPTS", "-Dmy.token=geheim7531 -Dmy.mark=kept"),
    ]
    .iter()
    .fold(pio(), |pio, (name, value)| pio.with(name, value));
    let mark = engine.path().to_string_lossy().into_owned();

    let mut train = pio.command(engine.path(), &["train"]).quiet().spawn().expect("a train");
    eventually("a JVM for the train", READY, || !processes_with(&mark).is_empty());
    assert_eq!(processes_with(SECRET), [""; 0], "while training");
    assert!(train.wait().expect("an end").success(), "the settings reach Java and Spark in files");

    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    assert!(!processes_with(&mark).is_empty());
    assert_eq!(processes_with(SECRET), [""; 0], "while serving");

    let rows = "SELECT row_to_json(i)::text FROM pio_meta_engineinstances i UNION ALL \
                SELECT row_to_json(i)::text FROM pio_meta_evaluationinstances i";
    let rows: Vec<String> =
        sql(&database_url(), rows).expect("rows").into_iter().flatten().flatten().collect();
    let recorded = |text: &str| rows.iter().filter(|row| row.contains(text)).count();
    assert_eq!(recorded(SECRET), 0);
    for kept in ["spark.mine.kept=kept", "--variant kept.json", "PIO_NOTE=it is *** here"] {
        assert_eq!(recorded(kept), 1, "{kept} in {rows:#?}");
    }
}
