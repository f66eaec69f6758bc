//! The processes of a Spark cluster, with a `java` that tells how it was called.

use crate::App;

/// An app with a closure whose `java` prints its arguments and the names of Spark's variables.
fn app() -> App {
    let app = App::new();
    for file in ["RELEASE", "jars/a.jar", "runtime/pio-runtime.jar", "lib/postgresql_jdbc.jar", "java/bin/x"]
    {
        let file = app.path("closure").join(file);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(file, "").unwrap();
    }
    app.program("closure/java/bin/java", "echo \"java $*\"; env | grep ^SPARK_ | sed 's/=.*//' | sort");
    app
}

#[test]
fn spark_finds_no_service_link_in_its_environment_and_all_settings_in_its_arguments() {
    let app = app();
    let closure = app.path("closure").display().to_string();
    let variables = [
        ("PIO_CLOSURE", closure.as_str()),
        ("SPARK_MASTERS", "m"),
        ("SPARK_LOCAL_IP", "10.0.0.9"),
        ("SPARK_MASTER_PORT", "tcp://10.0.0.1:7077"),
        ("SPARK_MASTER_WEBUI_PORT", "tcp://10.0.0.1:8080"),
        ("SPARK_WORKER_PORT", "tcp://10.0.0.2:7078"),
        ("SPARK_WORKER_WEBUI_PORT", " 8090 "),
        ("SPARK_WORKER_CORES", " 2 "),
        ("SPARK_WORKER_MEMORY", " 1G\n"),
    ];
    for (role, arguments) in [
        ("spark-master", "--host 10.0.0.9 --port 7077 --webui-port 8080"),
        ("spark-worker", "--host 10.0.0.9 --cores 2 --memory 1g spark://m:7077"),
    ] {
        let ended = app.run(&[role], &variables);
        assert!(ended.success && ended.output.contains(arguments), "{role}: {}", ended.output);
        // The launcher passes on what its children print as log lines.
        let mut names: Vec<&str> = ended.output.lines().filter_map(message).collect();
        names.retain(|name| name.starts_with("SPARK_") && !name.contains(' '));
        assert_eq!(
            names,
            ["SPARK_HOME", "SPARK_LOCAL_IP", "SPARK_MASTERS", "SPARK_SCALA_VERSION"],
            "{role}: {}",
            ended.output
        );
        assert_eq!(ended.output.matches("SPARK_MASTER_PORT is ignored").count(), 1, "{}", ended.output);
        assert_eq!(ended.output.matches("SPARK_WORKER_PORT is ignored").count(), 1, "{}", ended.output);
    }
    assert!(app.run(&["spark-worker"], &variables).output.contains("--webui-port 8090"));
}

/// What a line of the log says, behind its time and level.
fn message(line: &str) -> Option<&str> {
    Some(line.split_once(" INFO ")?.1)
}
