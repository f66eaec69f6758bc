//! Instances and models, as the JVM writes them.

use pio_storage::test_support::{TestDatabase, database, run_sql};

async fn with_instances() -> TestDatabase {
    let db = database().await;
    let row = |id: &str, status: &str, start: &str, version: &str, variant: &str| {
        format!(
            "INSERT INTO pio_meta_engineinstances VALUES ('{id}', '{status}', '{start}', '{start}', 'engine', '{version}', \
             '{variant}', 'org.template.Factory', '', 'PIO_RUNTIME=1,PIO_X=a=b', 'spark.a=1', '{{}}', '{{}}', '[]', '{{}}');"
        )
    };
    let rows = [
        row("one", "COMPLETED", "2020-01-01 00:00:00", "v1", "default"),
        row("two", "COMPLETED", "2020-01-02 00:00:00.5", "v2", "default"),
        row("three", "INIT", "2020-01-03 00:00:00", "v2", "default"),
        row("four", "COMPLETED", "2020-01-04 00:00:00", "v2", "other"),
    ];
    run_sql(&db.settings, &rows.concat()).await;
    db
}

#[tokio::test]
async fn the_latest_completed_instance_of_a_variant_is_found() {
    let db = with_instances().await;
    let instances = db.storage.engine_instances();
    let latest = async |version, variant| {
        instances.latest_completed("engine", version, variant).await.unwrap().map(|instance| instance.id)
    };
    assert_eq!(latest(None, "default").await.as_deref(), Some("two"));
    assert_eq!(latest(Some("v1"), "default").await.as_deref(), Some("one"));
    assert_eq!(latest(None, "other").await.as_deref(), Some("four"));
    assert_eq!(latest(None, "none").await, None);
}

#[tokio::test]
async fn an_instance_is_read_whole() {
    let db = with_instances().await;
    let two = db.storage.engine_instances().get("two").await.unwrap().unwrap();
    assert_eq!(two.start_time.to_rfc3339(), "2020-01-02T00:00:00.500+00:00");
    assert_eq!((two.env["PIO_RUNTIME"].as_str(), two.env["PIO_X"].as_str()), ("1", "a=b"));
    assert_eq!((two.spark_conf["spark.a"].as_str(), two.algorithms_params.as_str()), ("1", "[]"));
    let ids: Vec<_> = db.storage.engine_instances().list().await.unwrap().into_iter().map(|i| i.id).collect();
    assert_eq!(ids, ["four", "three", "two", "one"]);
    assert_eq!(db.storage.engine_instances().get("none").await.unwrap(), None);
}

#[tokio::test]
async fn evaluations_that_ran_to_the_end_are_listed() {
    let db = database().await;
    let rows = "INSERT INTO pio_meta_evaluationinstances VALUES
        ('a', 'INIT', now(), now(), 'E', 'G', '', '', '', '', '', ''),
        ('b', 'EVALCOMPLETED', now(), now(), 'E', 'G', '', '', '', 'best 1', '<html>', NULL)";
    run_sql(&db.settings, rows).await;
    let completed = db.storage.evaluation_instances().list_completed().await.unwrap();
    assert_eq!(completed.len(), 1);
    assert_eq!(
        (completed[0].evaluator_results.as_str(), &completed[0].evaluator_results_json),
        ("best 1", &None)
    );
    assert!(db.storage.evaluation_instances().get("a").await.unwrap().is_some());
}

#[tokio::test]
async fn a_model_is_there_in_one_piece_or_in_chunks() {
    let db = database().await;
    let rows = "INSERT INTO pio_model_models VALUES ('whole', 'x'), ('chunked', ''), ('empty', '');
                INSERT INTO pio_model_chunks VALUES ('chunked', 0, 'x')";
    run_sql(&db.settings, rows).await;
    for (id, there) in [("whole", true), ("chunked", true), ("empty", false), ("none", false)] {
        assert_eq!(db.storage.models().exists(id).await.unwrap(), there, "{id}");
    }
}
