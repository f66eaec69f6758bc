//! What goes wrong ends with a clear message, a non-zero exit and nothing half-written.

use fs_err as fs;

use crate::support::{app_with_ratings, pio, recommendation, unique};

#[test]
fn a_broken_engine_json_is_shown_with_its_line() {
    let engine = recommendation("AnyApp");
    fs::write(engine.file("engine.json"), "{\n  \"id\": \"default\",\n  \"engineFactory\" \"x\"\n}\n")
        .expect("a file");
    let done = pio().run_in(engine.path(), &["train"]).expect("a train");
    done.fails_with(1, &["engine.json", "line 3"]).expect("a clear failure");
}

#[test]
fn a_folder_without_engine_json_is_no_engine() {
    let folder = tempfile::tempdir().expect("a folder");
    for verb in ["build", "train", "deploy"] {
        let done = pio().run_in(folder.path(), &[verb]).expect("a command");
        done.fails_with(1, &["engine.json"]).expect("a clear failure");
    }
}

#[test]
fn a_factory_that_the_engine_does_not_have_is_told_when_it_is_built() {
    let engine = recommendation("AnyApp");
    let built =
        || pio().run_in(engine.path(), &["build"]).expect("a build").success().expect("a built engine");
    assert!(!built().stderr.contains("has no class"), "the engine's own factory is there");
    engine
        .edit("engine.json", |variant| variant["engineFactory"] = "org.template.Elsewhere".into())
        .expect("a change");
    let said = built().stderr;
    assert!(said.contains("has no class org.template.Elsewhere"), "{said}");
}

#[test]
fn training_on_an_app_that_does_not_exist_names_the_app() {
    let app = unique("Missing");
    let engine = recommendation(&app);
    let pio = pio();
    let done = pio.run_in(engine.path(), &["train"]).expect("a train");
    done.fails_with(1, &[&app, "pio app new"]).expect("a clear failure");
    let deployed = pio.run_in(engine.path(), &["deploy", "--port", "0"]).expect("a deploy");
    deployed.fails_with(1, &["pio train"]).expect("nothing to deploy");
}

#[test]
fn training_on_an_empty_app_says_that_there_are_no_events() {
    let pio = pio();
    let app = unique("Empty");
    pio.new_app(&app).expect("a new app");
    let engine = recommendation(&app);
    let done = pio.run_in(engine.path(), &["train"]).expect("a train");
    done.fails_with(1, &["empty"]).expect("a clear failure");
}

#[test]
fn settings_of_spark_that_cannot_be_are_told_in_a_sentence_before_anything_starts() {
    let pio = pio().with("DATABASE_URL", "postgres://nobody:x@127.0.0.1:1/none");
    let engine = recommendation("AnyApp");
    for (verb, options, words) in [
        (
            "train",
            ["--executor-memory", "lots"],
            "--executor-memory cannot be `lots`: it must be a size of memory",
        ),
        ("train", ["--driver-memory", "2"], "--driver-memory cannot be `2`: it must be at least"),
        ("train", ["--total-executor-cores", "0"], "--total-executor-cores cannot be `0`"),
        ("train", ["--num-executors", "-1"], "--num-executors cannot be `-1`"),
        ("train", ["--master", "sprak://x"], "--master cannot be `sprak://x`: it must be local"),
        ("train", ["--conf", "novalue"], "--conf novalue has no key and `=`"),
        (
            "train",
            ["--conf", "spark.driver.maxResultSize=lots"],
            "spark.driver.maxResultSize of --conf cannot be",
        ),
        ("deploy", ["--conf", "spark.executor.cores=0"], "spark.executor.cores of --conf cannot be `0`"),
        ("deploy", ["--deploy-mode", "cluster"], "--deploy-mode cluster cannot be used here"),
    ] {
        let port: &[&str] = if verb == "deploy" { &["--port", "0"] } else { &[] };
        let done =
            pio.run_in(engine.path(), &[&[verb][..], port, &["--"], &options].concat()).expect("a command");
        done.fails_with(1, &[words]).expect("a clear failure");
    }
    engine
        .edit("engine.json", |variant| {
            variant["sparkConf"] = serde_json::json!({"spark.executor.memory": "lots"});
        })
        .expect("a change");
    let done = pio.run_in(engine.path(), &["train"]).expect("a train");
    done.fails_with(1, &["spark.executor.memory in sparkConf of the engine's variant file cannot be `lots`"])
        .expect("a clear failure");
}

#[test]
fn parameters_that_cannot_be_are_named_before_the_data_are_read() {
    let pio = pio();
    let app = app_with_ratings(&pio, "Wrong");
    for (rank, words) in [(serde_json::json!(4.5), "\"rank\""), (3_000_000_000_u64.into(), "2147483647")] {
        let engine = recommendation(&app);
        engine
            .edit("engine.json", |variant| variant["algorithms"][0]["params"]["rank"] = rank.clone())
            .expect("a change");
        let done = pio.run_in(engine.path(), &["train"]).expect("a train");
        done.fails_with(1, &[words, "engine.json"]).expect("a clear failure");
    }
    for (name, words) in
        [(serde_json::Value::Null, "\"appName\""), ("a\0b".into(), "without the character NUL")]
    {
        let engine = recommendation(&app);
        engine
            .edit("engine.json", |variant| variant["datasource"]["params"]["appName"] = name.clone())
            .expect("a change");
        let done = pio.run_in(engine.path(), &["train"]).expect("a train");
        done.fails_with(1, &[words, "engine.json"]).expect("a clear failure");
    }
}

#[test]
fn a_compile_error_is_shown_with_the_users_own_file_and_line() {
    let engine = recommendation("AnyApp");
    let source = fs::read_dir(engine.file("src/main/scala"))
        .expect("sources")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "scala"))
        .expect("a source");
    let text = fs::read_to_string(&source).expect("a source");
    let line = text.lines().count() + 1;
    fs::write(&source, format!("{text}object Broken {{ val number: Int = \"text\" }}\n")).expect("a change");
    let name = source.file_name().expect("a name").to_string_lossy().into_owned();
    let done = pio().run_in(engine.path(), &["build"]).expect("a build");
    done.fails_with(1, &[&format!("{name}:{line}"), "type mismatch"]).expect("a clear failure");
}

#[test]
fn a_missing_parameter_is_named_with_its_file() {
    let pio = pio();
    let app = app_with_ratings(&pio, "Parameter");
    let engine = recommendation(&app);
    engine
        .edit("engine.json", |variant| {
            let params = variant["algorithms"][0]["params"].as_object_mut().expect("parameters");
            params.remove("rank");
        })
        .expect("a change");
    let done = pio.run_in(engine.path(), &["train"]).expect("a train");
    done.fails_with(1, &["rank", "engine.json"]).expect("a clear failure");
}

#[test]
fn a_database_that_is_down_is_named_without_its_password() {
    let port = e2e::http::free_port().expect("a port");
    let pio = pio().with("DATABASE_URL", &format!("postgres://someone:se%20cret@127.0.0.1:{port}/events"));
    let engine = recommendation("AnyApp");
    for command in
        [&["app", "list"][..], &["status"], &["train"], &["deploy"], &["eventserver", "--port", "0"]]
    {
        let done = pio.run_in(engine.path(), command).expect("a command");
        let done = done.fails_with(1, &["127.0.0.1"]).expect("a clear failure");
        let all = format!("{}{}", done.stdout, done.stderr);
        assert!(!all.contains("se%20cret") && !all.contains("se cret"), "the password was printed: {all}");
    }
}
