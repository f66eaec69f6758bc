use crate::Platform;

/// The log without the numbers that differ from time to time.
fn steady(log: &str) -> String {
    let lines =
        log.lines().filter(|line| !line.contains("Size before compression") && !line.contains("Done in"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_whole_log_of_an_engine_and_then_from_the_cache() {
    let platform = Platform::with_engine();
    insta::assert_snapshot!("compiled", steady(&platform.compile().ok()));
    insta::assert_snapshot!("compiled_again", steady(&platform.compile().ok()));
}

#[test]
fn a_slug_holds_what_runs_the_engine_and_nothing_else() {
    let platform = Platform::with_engine();
    platform.write("app/target/old/leftover.class", "x");
    platform.write("app/project/target/x", "x");
    platform.compile().ok();
    for there in [
        "pio-engine/engine.json",
        "pio-engine/target/pio/build.json",
        "pio-engine/target/pio/lib/engine.jar",
        "lib/postgresql_jdbc.jar",
        ".pio/bin/pio",
        ".pio/bin/pio-launcher",
        ".pio/closure/jars/spark.jar",
        "engine.json",
    ] {
        assert!(platform.exists(&format!("build/{there}")), "{there} is missing");
    }
    for gone in [
        "pio-engine/target/pio/stage",
        "pio-engine/target/old",
        "target",
        "project/target",
        "pio-engine/project/target",
        ".pio/closure/sbt",
        ".pio/bin/pio-buildpack",
    ] {
        assert!(!platform.exists(&format!("build/{gone}")), "{gone} is there");
    }
    let procfile = "web: pio-launcher web\ntrain: pio-launcher train\nrelease: pio-launcher release\n";
    assert_eq!(platform.read("build/Procfile"), procfile);
}

#[test]
fn an_app_without_an_engine_is_an_event_server_that_needs_no_java() {
    let platform = Platform::new();
    let log = platform.compile().ok();
    assert!(log.contains("kind: event server") && !log.contains("Building"), "{log}");
    assert!(platform.exists("build/.pio/bin/pio") && platform.exists("build/lib/postgresql_jdbc.jar"));
    assert!(!platform.exists("build/.pio/closure"));
    assert_eq!(platform.read("build/Procfile"), "web: pio-launcher eventserver\n");
}

#[test]
fn a_cluster_has_the_process_types_that_its_addresses_name() {
    let platform = Platform::new();
    platform.write("env/PIO_RUN_AS_SPARK_CLUSTER", "true");
    platform.compile().ok();
    assert!(platform.exists("build/.pio/closure/jars/spark.jar"));
    let procfile =
        "web: pio-launcher spark-web\nmaster: pio-launcher spark-master\nworker: pio-launcher spark-worker\n";
    assert_eq!(platform.read("build/Procfile"), procfile);
}

#[test]
fn config_vars_reach_the_build_but_the_database_does_not() {
    let platform = Platform::with_engine();
    platform.write("env/MY_REPOSITORY_USER", "someone");
    platform.write("env/DATABASE_URL", "postgres://u:p@h/d");
    platform.write("env/PATH", "/nowhere");
    platform.write("env/PIO_VERBOSE", "true");
    let log = platform.compile().ok();
    assert!(log.contains("MY_REPOSITORY_USER is someone") && log.contains("pio build --verbose"), "{log}");
    assert!(!log.contains("DATABASE_URL is set"), "{log}");
}

#[test]
fn a_procfile_of_the_apps_own_stays() {
    let platform = Platform::with_engine();
    platform.write("app/Procfile", "web: my-own\n");
    assert!(platform.compile().ok().contains("       Using the app's own Procfile"));
    assert_eq!(platform.read("build/Procfile"), "web: my-own\n");
}

#[test]
fn an_engine_in_a_folder_of_that_name_stays_there() {
    let platform = Platform::new();
    platform.write("app/pio-engine/engine.json", r#"{"engineFactory": "a.B"}"#);
    platform.write("app/pio-engine/src/Main.scala", "object Main");
    platform.compile().ok();
    assert!(platform.exists("build/pio-engine/target/pio/lib/engine.jar"));
}

#[test]
fn a_build_that_fails_says_what_to_do_and_spoils_nothing() {
    let platform = Platform::with_engine();
    platform.compile().ok();
    platform.write("app/src/Main.scala", "a mistake");
    let log = platform.compile().refused();
    assert!(
        log.contains("       [error] src/Main.scala:1: mistake") && log.contains("PIO_VERBOSE=true"),
        "{log}"
    );
    platform.write("app/src/Main.scala", "object Main");
    assert!(platform.compile().ok().contains("Nothing has changed"));
}

#[test]
fn a_broken_engine_json_is_told_before_anything_is_built() {
    let platform = Platform::with_engine();
    platform.write("app/engine.json", "{");
    let log = platform.compile().refused();
    assert!(log.contains(" !     engine.json cannot be used.") && !log.contains("Building"), "{log}");
    assert!(log.contains("engine.json, line 1, column 2: this is not JSON."), "{log}");
}

#[test]
fn an_engine_json_that_pio_takes_is_taken() {
    let platform = Platform::with_engine();
    platform.write("app/engine.json", "\u{feff}{\"engineFactory\": \"a.B\"\n \"datasource\": {},\n}");
    platform.compile().ok();
}

#[test]
fn the_wish_for_another_java_is_answered() {
    let platform = Platform::with_engine();
    platform.write("app/system.properties", "java.runtime.version=11\n");
    assert!(platform.compile().ok().contains(" !     system.properties asks for Java 11, but"));
    platform.write("app/system.properties", "java.runtime.version=21\n");
    assert!(platform.compile().ok().contains("       Java 21, as system.properties asks"));
}

#[test]
fn later_buildpacks_find_pio_on_their_path() {
    let platform = Platform::new();
    platform.compile().ok();
    let build = platform.path("build").canonicalize().unwrap();
    let expected = format!("export PATH='{}/.pio/bin':\"$PATH\"\n", build.display());
    assert_eq!(platform.read("buildpack/export"), expected);
}

#[test]
fn what_starts_an_app_names_no_folder_of_its_build() {
    let platform = Platform::with_engine();
    platform.compile().ok();
    let profile = platform.read("build/.profile.d/predictionio.sh");
    assert!(!profile.contains(&platform.path("").display().to_string()), "{profile}");
    assert!(profile.contains("pio-launcher environment"));
}

#[test]
fn a_procfile_of_the_former_buildpack_finds_its_commands() {
    let platform = Platform::with_engine();
    platform.write("app/bin/heroku-buildpack-pio-train", "the app's own");
    platform.write(
        "app/Procfile",
        "web: bin/heroku-buildpack-pio-web\nload: bin/heroku-buildpack-pio-load-data\n",
    );
    let log = platform.compile().ok();
    for told in [
        " !     web in the Procfile is heroku-buildpack-pio-web, as the former buildpack called it.",
        " !     It starts `pio-launcher web` here",
        " !     load in the Procfile is heroku-buildpack-pio-load-data, which is not known here",
    ] {
        assert!(log.contains(told), "{log}");
    }
    // The app moves afterwards.
    fs_err::rename(platform.path("build"), platform.path("moved")).unwrap();
    for name in ["web", "release", "eventserver"] {
        let link = platform.path(&format!("moved/bin/heroku-buildpack-pio-{name}"));
        assert_eq!(
            link.canonicalize().unwrap(),
            platform.path("moved/.pio/bin/pio-launcher").canonicalize().unwrap()
        );
    }
    assert_eq!(platform.read("moved/bin/heroku-buildpack-pio-train"), "the app's own");
}

#[test]
fn a_file_called_bin_stays() {
    let platform = Platform::with_engine();
    platform.write("app/bin", "a file");
    platform.compile().ok();
    assert_eq!(platform.read("build/bin"), "a file");
}

#[test]
fn the_closure_is_there_once_and_nobody_can_write_to_what_is_shared() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let platform = Platform::with_engine();
    platform.compile().ok();
    let metadata = |name: &str| fs_err::metadata(platform.path(name)).unwrap();
    for file in ["closure/jars/spark.jar", "bin/pio"] {
        let (own, app) =
            (metadata(&format!("buildpack/dist/{file}")), metadata(&format!("build/.pio/{file}")));
        assert_eq!(own.ino(), app.ino(), "{file} is there twice");
        assert_eq!(app.permissions().mode() & 0o222, 0, "{file}");
    }
    // What the app changes stays in the app: files are replaced, not written to.
    platform.compile().ok();
    assert_eq!(platform.read("buildpack/dist/closure/RELEASE"), "one");
}
