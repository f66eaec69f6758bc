//! Behaviour of the buildpack as a platform sees it: the real scripts and binary, with a distribution whose `pio` only
//! tells how it was called.
#![expect(clippy::unwrap_used, reason = "a helper of tests may panic as they do")]

mod calls;
mod cloud_native;
mod compile;
mod distributions;
mod other_phases;
mod web;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use pio_process::command::Command;
use tempfile::TempDir;

/// A `pio` that builds as the real one does, as far as the buildpack knows: a build of unchanged sources is no work.
const PIO: &str = r#"#!/bin/sh
case "$1 $2" in
  "build --test") grep -q right src/Test.scala && exit 0; echo "test failed"; exit 1;;
esac
echo "pio $* in $(basename "$PWD")"
[ -z "$DATABASE_URL" ] || echo "DATABASE_URL is set"
[ -z "$MY_REPOSITORY_USER" ] || echo "MY_REPOSITORY_USER is $MY_REPOSITORY_USER"
if grep -qs mistake src/Main.scala; then echo "[error] src/Main.scala:1: mistake" >&2; exit 1; fi
mkdir -p target/pio/lib target/pio/stage "$XDG_CACHE_HOME/pio"
if cmp -s src/Main.scala target/pio/stage/Main.scala; then echo "Nothing has changed"; exit 0; fi
cp src/Main.scala target/pio/stage/Main.scala
echo jar > target/pio/lib/engine.jar
echo '{}' > target/pio/build.json
echo "Compiled"
"#;

/// A platform with one app.
struct Platform {
    folder: TempDir,
}

/// How a phase ended.
struct Ended {
    success: bool,
    output: String,
}

impl Platform {
    fn new() -> Self {
        let platform = Self { folder: tempfile::tempdir().unwrap() };
        platform.lay_out_buildpack();
        for folder in ["app", "cache", "env"] {
            fs::create_dir(platform.path(folder)).unwrap();
        }
        platform
    }

    /// A platform whose app is an engine.
    fn with_engine() -> Self {
        let platform = Self::new();
        platform.write("app/engine.json", r#"{"engineFactory": "a.B"}"#);
        platform.write("app/src/Main.scala", "object Main");
        platform
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.path(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Pushes the app once more, from its sources alone, as a platform lays it out for each build.
    fn compile(&self) -> Ended {
        let build = self.path("build");
        if build.exists() {
            fs::remove_dir_all(&build).unwrap();
        }
        let copy = Command::new("cp").arg("-a").arg(self.path("app")).arg(&build);
        copy.run().unwrap();
        self.phase("compile", &["build", "cache", "env"])
    }

    fn phase(&self, name: &str, folders: &[&str]) -> Ended {
        self.phase_with(name, folders, &[])
    }

    /// A phase with more variables in its own environment.
    fn phase_with(&self, name: &str, folders: &[&str], variables: &[(&str, &Path)]) -> Ended {
        let command = Command::new(self.path("buildpack/bin").join(name))
            .args(folders.iter().map(|name| self.path(name)));
        run(command.current_dir(self.folder.path()), variables)
    }

    fn lay_out_buildpack(&self) {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../buildpack");
        Command::new("cp").arg("-a").arg(source).arg(self.path("buildpack")).run().unwrap();
        lay_out_distribution(&self.path("buildpack/dist"), "one");
        // A script writes the program: no file of ours is open for writing while another test starts a child.
        let copy = Command::new("cp").arg(env!("CARGO_BIN_EXE_pio-buildpack"));
        copy.arg(self.path("buildpack/dist/bin/pio-buildpack")).run().unwrap();
    }
}

/// A distribution with a closure of a few bytes, told from others by a name.
fn lay_out_distribution(folder: &Path, name: &str) {
    for (file, text) in [
        ("bin/pio", PIO),
        ("bin/pio-launcher", "#!/bin/sh\n"),
        ("closure/RELEASE", name),
        ("closure/jars/spark.jar", "jar"),
        ("closure/sbt/sbt-launch.jar", "sbt"),
        ("closure/lib/postgresql_jdbc.jar", "driver"),
    ] {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let draft = path.with_extension("draft");
        fs::write(&draft, text).unwrap();
        Command::new("cp").arg(&draft).arg(&path).run().unwrap();
        fs::remove_file(draft).unwrap();
        if file.starts_with("bin/") {
            fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
}

fn run(command: Command, variables: &[(&str, &Path)]) -> Ended {
    let mut child = command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", "/app")
        .env("STACK", "heroku-24")
        .envs(variables.iter().copied())
        .no_stdin()
        .captured()
        .spawn()
        .unwrap();
    let success = child.wait().unwrap().success();
    Ended { success, output: child.tail().lines.into_iter().collect::<Vec<_>>().join("\n") }
}

impl Ended {
    fn ok(self) -> String {
        assert!(self.success, "{}", self.output);
        self.output
    }

    fn refused(self) -> String {
        assert!(!self.success, "{}", self.output);
        // Two streams make one output, so a step may stand between the lines of the fault.
        let fault: Vec<&str> = self.output.lines().filter(|line| line.starts_with(" !")).collect();
        assert!(fault.join("\n").contains(" !     What to do:\n !     1. "), "{}", self.output);
        self.output
    }
}
