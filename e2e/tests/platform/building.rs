//! What a build honours.

use crate::classic::App;
use crate::jail::Place;
use crate::{apps, database, release};

#[test]
fn a_custom_procfile_and_the_apps_own_environment_are_honoured() {
    let mut app = App::recommendation();
    apps::write(&app.source.join("Procfile"), "web: pio-launcher web\ntell: echo $PIO_TOLD; pio version\n");
    apps::write(
        &app.source.join("config/pio-env.sh"),
        "export PIO_TOLD='told by pio-env'\nPIO_SECRET=hidden\n",
    );
    app.push(Place::Offline).ended.ok();
    let said = app.run("tell").ok();
    assert!(said.contains("told by pio-env") && said.contains("0.16.0"), "{said}");
    assert!(!app.run("env").ok().contains("PIO_SECRET"));
}

#[test]
fn another_distribution_is_taken_from_a_url_and_kept() {
    let mut app = App::new();
    apps::write(&app.source.join("README.md"), "Nothing here.\n");
    app.set("DATABASE_URL", &database::fresh());
    app.set("PREDICTIONIO_DIST_URL", &format!("file://{}", release::tarball().display()));
    let log = app.push(Place::Offline).ended.ok();
    assert!(log.contains("-----> Taking PredictionIO from file://"), "{log}");
    let log = app.push(Place::Offline).ended.ok();
    assert!(log.contains("It has not changed"), "{log}");
    app.run("pio app list").ok();
}

#[test]
fn no_path_of_the_build_is_left_in_the_app() {
    let mut app = App::recommendation();
    app.push(Place::Offline).ended.ok();
    let grep = ["grep", "-rIl", "build_abcd", "."];
    let found = crate::jail::Jail::run(&grep, &app.home(), &[].into(), Place::Offline);
    assert_eq!(found.output, "", "these files name the folder of the build");
}

#[test]
fn the_tests_of_an_engine_run_in_heroku_ci() {
    let mut app = App::recommendation();
    let file = app.source.join("build.sbt");
    let text = fs_err::read_to_string(&file).expect("build.sbt");
    apps::write(
        &file,
        &format!("{text}\nlibraryDependencies += \"org.scalatest\" %% \"scalatest\" % \"3.2.19\" % Test\n"),
    );
    let suite = |right: &str| {
        format!(
            "class SumTest extends org.scalatest.funsuite.AnyFunSuite {{ test(\"sum\") {{ assert(1 + 1 == {right}) }} }}\n"
        )
    };
    let place = app.source.join("src/test/scala/SumTest.scala");
    apps::write(&place, &suite("2"));
    let log = app.test(Place::Open).ok();
    assert!(log.contains("SumTest"), "{log}");
    apps::write(&place, &suite("3"));
    app.test(Place::Open).refused(&["The tests of the engine failed."]);
}
