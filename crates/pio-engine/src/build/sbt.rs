//! Runs sbt once in the staged build.

use std::fmt::Write as _;
use std::fs::Permissions;
use std::io::{PipeWriter, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use pio_closure::closure::Closure;
use pio_closure::flags;
use pio_process::child::Child;
use pio_process::command::Command;
use pio_settings::redact::Redactor;
use pio_settings::{dirs, env, memory, vars};

use super::build_loop::Goal;
use super::jdk::Jdk;
use super::options::BuildOptions;
use super::output::Log;
use super::sbt_home;
use crate::build_event::{BuildEvent, Listener};
use crate::errors::BuildError;

/// The Scala and Spark versions that engines are built for.
const SCALA_VERSION: &str = "2.12.18";
const SPARK_VERSION: &str = "3.5.9";
const RUNTIME_JAVA: u32 = 21;

/// Maximum heap of sbt in MiB, enough for an ordinary engine; less if the container has less memory.
const HEAP: u64 = 1024;

/// Repositories used in addition to those of the engine's build.
const REPOSITORIES: &str = "[repositories]\nlocal\nmaven-central\n";

/// The answer to sbt's prompt after a build failed to load.
const QUIT: &[u8] = b"q\n";

pub(crate) struct Run<'a> {
    /// The closure with sbt.
    pub(crate) closure: &'a Closure,
    /// The staged build.
    pub(crate) stage: &'a Path,
    /// The JDK for Java sources.
    pub(crate) jdk: Option<&'a Jdk>,
    /// The user's build options.
    pub(crate) options: &'a BuildOptions,
    pub(crate) goal: Goal,
}

/// The folder where sbt writes the lists of jars.
pub(crate) fn export_folder(folder: &Path) -> PathBuf {
    folder.join("export")
}

impl Run<'_> {
    /// Runs sbt and returns all of its output.
    pub(crate) fn sbt(&self, folder: &Path, listener: &Listener) -> Result<Log, BuildError> {
        let export = export_folder(folder);
        if export.exists() {
            fs_err::remove_dir_all(&export)?;
        }
        fs_err::create_dir_all(&export)?;
        let config = folder.join("build.properties");
        fs_err::write(&config, self.config(folder)?)?;
        let lines = Arc::new(Mutex::new(Vec::new()));
        // sbt creates its socket in this folder, or else in one shared by all users of the machine. Socket
        // paths must be short.
        let sockets =
            tempfile::Builder::new().prefix("pio-").permissions(Permissions::from_mode(0o700)).tempdir()?;
        let command = self.command(&config, sockets.path())?.env("XDG_RUNTIME_DIR", sockets.path());
        let (mut child, _lifeline) = start(command, Arc::clone(&lines), listener)?;
        let status = child.wait()?;
        drop(child.tail());
        let lines = std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner));
        let log = Log { lines, succeeded: status.success() };
        fs_err::write(folder.join("sbt.log"), log.lines.join("\n") + "\n")?;
        Ok(log)
    }

    fn command(&self, config: &Path, private_folder: &Path) -> Result<Command, BuildError> {
        let state = dirs::cache().join("sbt");
        let (options, commands) = self.extra();
        let mut options = flags::without_secrets(options, private_folder, &Redactor::from_env())?;
        options.push(format!("-Dpio.build={}", config.display()));
        options.extend([
            "-Dsbt.ci=true".to_owned(),
            "-Dfile.encoding=UTF-8".to_owned(),
            repositories(&state)?,
        ]);
        let sbt = pio_closure::sbt::Sbt {
            closure: self.closure,
            global_base: state.join("global"),
            state,
            options,
        };
        Ok(sbt.command()?.current_dir(self.stage).args(commands).args(self.tasks()).own_group())
    }

    fn tasks(&self) -> [&'static str; 2] {
        match self.goal {
            Goal::Jars => ["pioPrepare", "pioExport"],
            Goal::Tests => ["pioPrepare", "test"],
        }
    }

    /// Returns additional JVM flags and sbt commands. The default heap limit comes first.
    fn extra(&self) -> (Vec<String>, Vec<String>) {
        let allowed = memory::plan().heap.map_or(HEAP, |heap| heap / (1024 * 1024));
        let mut java = vec![format!("-Xmx{}m", allowed.min(HEAP))];
        let mut commands = Vec::new();
        for word in &self.options.sbt_extra {
            match word.strip_prefix("-J") {
                Some(flag) => java.push(flag.to_owned()),
                None if word.starts_with("-D") || word.starts_with("-X") => java.push(word.clone()),
                None => commands.push(word.clone()),
            }
        }
        (java, commands)
    }

    fn config(&self, folder: &Path) -> Result<String, BuildError> {
        let jars = folder.join("class-path.txt");
        let mut list = String::new();
        for jar in self.closure.class_path()? {
            let _ = writeln!(list, "{}", jar.display());
        }
        fs_err::write(&jars, list)?;
        let mut text = String::new();
        let mut set = |name: &str, value: &str| {
            let _ = writeln!(text, "{name}={}", value.replace('\\', "\\\\"));
        };
        set("pio.version", env!("CARGO_PKG_VERSION"));
        set("stage", &self.stage.display().to_string());
        set("engine.name", &engine_name(folder));
        set("scala.version", SCALA_VERSION);
        set("spark.version", SPARK_VERSION);
        set("runtime.java", &RUNTIME_JAVA.to_string());
        set("jars", &jars.display().to_string());
        set("bridge", &sbt_home::bridge(self.closure)?.display().to_string());
        set("export", &export_folder(folder).display().to_string());
        set("uber", &self.options.uber_jar.to_string());
        set("tests", &(self.goal == Goal::Tests).to_string());
        set("test.java.options", &pio_closure::jvm::spark_flags(self.closure).join("\t"));
        if let Some(jdk) = self.jdk {
            set("java.home", &jdk.home.display().to_string());
            set("java.version", &jdk.version.to_string());
        }
        Ok(text)
    }
}

/// The name of the folder above `target/pio`.
fn engine_name(folder: &Path) -> String {
    let name = folder.ancestors().nth(2).and_then(Path::file_name);
    name.map_or_else(|| "engine".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Starts sbt. sbt exits when the other end of its standard input is closed.
fn start(
    command: Command,
    lines: Arc<Mutex<Vec<String>>>,
    listener: &Listener,
) -> Result<(Child, PipeWriter), BuildError> {
    let (input, mut lifeline) = std::io::pipe()?;
    lifeline.write_all(QUIT)?;
    let listener = Arc::clone(listener);
    let on_line = move |_, line: &str| {
        listener(notice(line));
        lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    };
    Ok((command.stdin(input).on_line(on_line).spawn()?, lifeline))
}

/// The option for the list of repositories: the user's own file if there is one, else ours.
fn repositories(state: &Path) -> Result<String, BuildError> {
    let theirs = env::get(vars::HOME).map(|home| Path::new(&home).join(".sbt/repositories"));
    if let Some(file) = theirs.filter(|file| file.is_file()) {
        return Ok(format!("-Dsbt.repository.config={}", file.display()));
    }
    let file = state.join("repositories");
    if !fs_err::read_to_string(&file).is_ok_and(|text| text == REPOSITORIES) {
        fs_err::create_dir_all(state)?;
        fs_err::write(&file, REPOSITORIES)?;
    }
    Ok(format!("-Dsbt.repository.config={}", file.display()))
}

/// Converts a line of sbt's output to an event.
fn notice(line: &str) -> BuildEvent {
    let words = line.strip_prefix("[info] ").unwrap_or_default();
    if let Some(note) = words.strip_prefix("pio: ") {
        return BuildEvent::Info(note.to_owned());
    }
    match words.strip_prefix("compiling ").and_then(|rest| rest.split(" to ").next()) {
        Some(what) => BuildEvent::Step(format!("Compiling {what}")),
        None => BuildEvent::Output(line.to_owned()),
    }
}
