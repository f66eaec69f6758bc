//! What goes wrong for users: each time they are told what happened, why, and what to do.

use pio_test_support::container::Container;

use crate::classic::App;
use crate::jail::Place;
use crate::{apps, database};

/// An app with the recommendation engine and a database.
fn engine() -> App {
    let mut app = App::recommendation();
    app.set("DATABASE_URL", &database::fresh());
    app
}

/// The same, built.
fn pushed() -> App {
    let mut app = engine();
    app.push(Place::Offline).ended.ok();
    app
}

#[test]
fn a_broken_engine_json_fails_the_build_at_its_line() {
    let mut app = engine();
    apps::write(&app.source.join("engine.json"), "{\n  \"engineFactory\": \"a.B\"\n  \"x\" 1\n}\n");
    let log = app.push(Place::Offline).ended.refused(&["engine.json cannot be used.", "line 3, column 7"]);
    assert!(!log.contains("Building the engine"), "{log}");
}

#[test]
fn a_mistake_in_the_source_fails_the_build_with_its_place() {
    let mut app = engine();
    apps::write(&app.source.join("src/main/scala/Broken.scala"), "object Broken { val x: Int = \"text\" }\n");
    app.push(Place::Offline).ended.refused(&[
        "Broken.scala:1",
        "type mismatch",
        "The engine could not be built.",
    ]);
}

#[test]
fn a_library_that_cannot_be_had_fails_the_build_with_its_name() {
    let mut app = engine();
    let file = app.source.join("build.sbt");
    let text = fs_err::read_to_string(&file).expect("build.sbt");
    apps::write(
        &file,
        &format!("{text}\nlibraryDependencies += \"org.nowhere\" % \"nothing\" % \"1.2.3\"\n"),
    );
    app.push(Place::Offline).ended.refused(&["org.nowhere", "The engine could not be built."]);
}

#[test]
fn a_release_without_a_database_says_how_to_get_one() {
    let mut app = engine();
    app.unset("DATABASE_URL");
    app.push(Place::Offline).ended.ok();
    app.release().refused(&["The database is missing.", "heroku addons:create heroku-postgresql"]);
}

#[test]
fn a_training_that_fails_fails_the_release() {
    let mut app = pushed();
    app.set("PIO_EVENTSERVER_APP_NAME", "nosuchapp");
    let log = app.release().refused(&["Training failed, so this release is not deployed.", "pio app new"]);
    assert!(log.contains("PIO_EVENTSERVER_APP_NAME is nosuchapp"), "{log}");
    assert!(log.contains("demo"), "the app that engine.json names is not told:\n{log}");
    app.run("pio app new demo").ok();
    app.set("PIO_EVENTSERVER_APP_NAME", "demo");
    let warned = "The app demo has no events yet, so an engine that reads it has nothing to learn from.";
    app.release().refused(&[warned, "Training failed"]);
}

#[test]
fn a_database_url_that_makes_no_sense_is_told_without_its_password() {
    let mut app = pushed();
    app.set("DATABASE_URL", "postgres://owner:p@ss/w0rd@127.0.0.1:5432/d");
    let log = app.release().refused(&["The database's address cannot be understood.", "%40"]);
    assert!(!log.contains("w0rd"), "{log}");
    app.set("DATABASE_URL", "postgres://owner:geheim@127.0.0.1:1/d");
    let log = app.release().refused(&["The database cannot be used.", "heroku pg:wait"]);
    assert!(!log.contains("geheim"), "{log}");
}

#[test]
fn a_container_that_is_too_small_for_java_is_told() {
    let app = pushed();
    let container = Container::new(128).expect("a control group");
    for kind in ["web", "train", "release"] {
        let ended =
            app.run_in(Place::Container(&container.processes()), &format!("PORT=5000 pio-launcher {kind}"));
        ended.refused(&["The memory is too small for an engine: 128 MB.", "heroku ps:resize"]);
    }
}

#[test]
fn a_web_process_without_a_port_is_told() {
    pushed().run("web").refused(&["There is no port to listen on.", "PORT"]);
}

#[test]
fn settings_of_the_app_that_fail_are_told_and_not_used() {
    let mut app = engine();
    apps::write(&app.source.join("config/pio-env.sh"), "export PIO_TOLD=half\nfalse || exit 3\n");
    app.push(Place::Offline).ended.ok();
    let said = app.run("pio version; echo \"told: $PIO_TOLD.\"").ok();
    for line in
        [" !     config/pio-env.sh failed, so nothing of it is used.", " !     What to do:", "told: ."]
    {
        assert!(said.contains(line), "{line:?} is missing in:\n{said}");
    }
}

#[test]
fn an_application_that_wants_another_java_is_told() {
    let mut app = engine();
    apps::write(&app.source.join("system.properties"), "java.runtime.version=1.8\n");
    let log = app.push(Place::Offline).ended.ok();
    assert!(log.contains(" !     system.properties asks for Java 1.8"), "{log}");
}

#[test]
fn a_distribution_that_is_not_the_one_is_refused() {
    let mut app = App::new();
    apps::write(&app.source.join("README.md"), "Nothing here.\n");
    let file = app.jail.path("other.tar.gz");
    apps::write(&file, "not a tarball");
    let url = format!("file://{}", file.display());
    app.set("PREDICTIONIO_DIST_URL", &url);
    app.push(Place::Offline).ended.refused(&["is damaged", "neither a .tar.gz nor a .tar.zst"]);
    app.set("PREDICTIONIO_DIST_URL", &format!("{url}#sha256={}", "0".repeat(64)));
    app.push(Place::Offline).ended.refused(&["is not the one that its digest names"]);
    app.set("PREDICTIONIO_DIST_URL", "https://127.0.0.1:1/x.tar.gz");
    app.push(Place::Offline).ended.refused(&["could not be fetched.", "onnection refused"]);
    app.set("PREDICTIONIO_DIST_URL", "ftp://example/x.tar.gz");
    app.push(Place::Offline).ended.refused(&["PREDICTIONIO_DIST_URL cannot be used."]);
}
