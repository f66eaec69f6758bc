use pio_process::command::Command;

use crate::{Ended, Platform, run};

/// Runs a phase as the lifecycle does, in the app's folder.
fn phase(platform: &Platform, name: &str, paths: &[&str]) -> Ended {
    platform.write("plan.toml", "");
    platform.write("platform/env/PIO_VERBOSE", "true");
    let command = Command::new(platform.path("buildpack/bin").join(name))
        .args(paths.iter().map(|path| platform.path(path)));
    run_with(&command, platform)
}

fn run_with(command: &Command, platform: &Platform) -> Ended {
    let variables = [
        ("CNB_BUILDPACK_DIR", platform.path("buildpack").display().to_string()),
        ("CNB_TARGET_OS", "linux".to_owned()),
        ("CNB_TARGET_ARCH", "amd64".to_owned()),
        ("CNB_TARGET_DISTRO_NAME", "ubuntu".to_owned()),
        ("CNB_TARGET_DISTRO_VERSION", "24.04".to_owned()),
    ];
    let words: Vec<String> = command.words().iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let assignments = variables.iter().map(|(name, value)| format!("{name}={value}"));
    let with_variables = Command::new("env").args(assignments).args(&words).current_dir(platform.path("app"));
    run(with_variables, &[])
}

fn build(platform: &Platform) -> Ended {
    fs_err::create_dir_all(platform.path("layers")).unwrap();
    phase(platform, "build", &["layers", "platform", "plan.toml"])
}

#[test]
fn detect_takes_engines_and_who_says_pio_but_nobody_else() {
    let engine = Platform::with_engine();
    assert!(phase(&engine, "detect", &["platform", "plan.toml"]).success);
    let other = Platform::new();
    assert!(!phase(&other, "detect", &["platform", "plan.toml"]).success);
    other.write("app/Procfile", "web: pio eventserver --port $PORT\n");
    assert!(phase(&other, "detect", &["platform", "plan.toml"]).success);
}

#[test]
fn build_makes_layers_and_process_types() {
    let platform = Platform::with_engine();
    let log = build(&platform).ok();
    assert!(log.contains("pio build --verbose in app"), "{log}");
    assert!(platform.exists("layers/predictionio/bin/pio"));
    assert!(platform.exists("layers/predictionio/exec.d/pio-environment"));
    assert!(!platform.exists("layers/predictionio/closure/sbt"));
    assert!(platform.exists("app/target/pio/lib/engine.jar") && !platform.exists("app/target/pio/stage"));
    let launch = platform.read("layers/launch.toml");
    for part in ["type = \"web\"", "type = \"train\"", "type = \"release\"", "default = true"] {
        assert!(launch.contains(part), "{launch}");
    }
    let layer = platform.read("layers/predictionio.toml");
    assert!(
        layer.contains("launch = true") && layer.contains("cache = false") && layer.contains("build = false"),
        "{layer}"
    );
}

#[test]
fn a_rebuild_takes_everything_from_the_layers() {
    let platform = Platform::with_engine();
    build(&platform).ok();
    let made = platform.read("layers/predictionio.toml");
    restore(&platform);
    let log = build(&platform).ok();
    assert!(
        log.contains("Nothing has changed") && log.contains("PredictionIO is in the image already"),
        "{log}"
    );
    assert_eq!(platform.read("layers/predictionio.toml"), made);
    assert!(!platform.exists("layers/predictionio"), "the platform takes it from the last image");
}

#[test]
fn another_release_makes_the_layer_anew() {
    let platform = Platform::with_engine();
    build(&platform).ok();
    platform.write("buildpack/dist/contents.sha256", "another");
    restore(&platform);
    build(&platform).ok();
    assert!(platform.exists("layers/predictionio/bin/pio"));
}

/// Lays out what the lifecycle gives to the next build: the source, the layers that are cached, and of the layer that is only in the
/// image what is known of it, without its types.
fn restore(platform: &Platform) {
    fs_err::remove_dir_all(platform.path("app/target")).unwrap();
    fs_err::remove_dir_all(platform.path("layers/predictionio")).unwrap();
    let known = platform.read("layers/predictionio.toml");
    platform.write("layers/predictionio.toml", &known[known.find("[metadata]").unwrap()..]);
}

#[test]
fn a_procfile_of_the_former_buildpack_finds_its_commands() {
    let platform = Platform::new();
    platform.write("app/Procfile", "web: bin/heroku-buildpack-pio-web\n");
    assert!(phase(&platform, "detect", &["platform", "plan.toml"]).success);
    let log = build(&platform).ok();
    assert!(log.contains(" !     web in the Procfile is heroku-buildpack-pio-web"), "{log}");
    let link = fs_err::read_link(platform.path("app/bin/heroku-buildpack-pio-web")).unwrap();
    assert!(link.ends_with("layers/predictionio/bin/pio-launcher"), "{}", link.display());
}

#[test]
fn a_broken_engine_json_fails_the_build() {
    let platform = Platform::with_engine();
    platform.write("app/engine.json", "{");
    assert!(build(&platform).refused().contains("engine.json cannot be used."));
}
