//! A classic platform: Heroku, or Dokku's herokuish.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use e2e::server::Server;
use fs_err as fs;

use crate::jail::{Ended, Jail, Place};
use crate::janitor::Janitor;
use crate::private_network::Machine;
use crate::{apps, release};

/// `PORT` on the machines of a private network.
const PRIVATE_PORT: u16 = 5000;

/// An app on the platform.
pub(crate) struct App {
    pub(crate) jail: Jail,
    /// What is pushed.
    pub(crate) source: PathBuf,
    config: BTreeMap<String, String>,
    builds: u32,
}

/// A build that has ended.
pub(crate) struct Built {
    pub(crate) ended: Ended,
    pub(crate) elapsed: Duration,
}

impl App {
    pub(crate) fn new() -> Self {
        let jail = Jail::new();
        let source = jail.folder("source");
        Self { jail, source, config: BTreeMap::new(), builds: 0 }
    }

    /// The recommendation engine, learning from the app `demo`; it was pushed before, so that another push has little to do.
    pub(crate) fn recommendation() -> Self {
        static CACHE: OnceLock<(PathBuf, Janitor)> = OnceLock::new();
        let (cache, _) = CACHE.get_or_init(|| {
            let mut app = Self::new();
            apps::engine("recommendation", "demo", &app.source);
            app.push(Place::Offline).ended.ok();
            let kept = tempfile::Builder::new().prefix("build-cache-").tempdir().expect("a folder").keep();
            copy(&app.jail.path("cache"), &kept.join("cache"));
            let janitor = Janitor::engage("rm -rf $1", &[&kept.display().to_string()]);
            (kept.join("cache"), janitor)
        });
        let app = Self::new();
        apps::engine("recommendation", "demo", &app.source);
        copy(cache, &app.jail.path("cache"));
        app
    }

    /// `heroku config:set`.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.config.insert(name.to_owned(), value.to_owned());
    }

    /// `heroku config:unset`.
    pub(crate) fn unset(&mut self, name: &str) {
        self.config.remove(name);
    }

    /// `git push`: detects and compiles in a folder that no one knows beforehand, then moves the app to where it will run.
    pub(crate) fn push(&mut self, place: Place) -> Built {
        let build_dir = self.lay_out();
        let detected = Self::phase("detect", &[&build_dir], place);
        assert!(detected.success && !detected.output.trim().is_empty(), "detect: {}", detected.output);
        let built = self.compile("compile", &build_dir, place);
        if built.ended.success {
            self.as_herokuish_and_heroku_ask(&build_dir, place);
            self.publish(&build_dir);
        }
        built
    }

    /// Both run `bin/release` before the app moves, herokuish with one argument more.
    fn as_herokuish_and_heroku_ask(&self, build_dir: &Path, place: Place) {
        let herokuish = Self::phase("release", &[build_dir, &self.jail.path("cache")], place).ok();
        assert_eq!(herokuish, Self::phase("release", &[build_dir], place).ok());
        assert!(herokuish.contains("default_process_types:"), "{herokuish}");
    }

    /// Heroku CI: prepares the tests in one place and runs them in another.
    pub(crate) fn test(&mut self, place: Place) -> Ended {
        let build_dir = self.lay_out();
        let compiled = self.compile("test-compile", &build_dir, place).ended;
        if !compiled.success {
            return compiled;
        }
        self.publish(&build_dir);
        Self::phase("test", &[&self.home(), &self.env_dir()], place)
    }

    /// What `bin/release` prints.
    pub(crate) fn release_yaml(&self) -> String {
        Self::phase("release", &[&self.home()], Place::Offline).ok()
    }

    /// The release phase.
    pub(crate) fn release(&self) -> Ended {
        self.run("release")
    }

    /// A one-off process: a process type, or any command.
    pub(crate) fn run(&self, command: &str) -> Ended {
        self.run_in(Place::Open, command)
    }

    /// A one-off process at a place of its own.
    pub(crate) fn run_in(&self, place: Place, command: &str) -> Ended {
        let words = ["bash", "-c", &self.script(command)];
        Jail::run(&words, &self.home(), &self.at_run_time(None), place)
    }

    /// A one-off process on a machine of a private network.
    pub(crate) fn run_on(&self, machine: &Machine, command: &str) -> Ended {
        let variables = machine.tell(self.at_run_time(None));
        let words = ["bash", "-c", &self.script(command)];
        Jail::run(&words, &self.home(), &variables, Place::Machine(&machine.name))
    }

    /// Starts the web process on a free port.
    pub(crate) fn web(&self) -> Server {
        let port = e2e::http::free_port().expect("a port");
        let script = self.script("web");
        let variables = self.at_run_time(Some(port));
        let command = Jail::command(&["bash", "-c", &script], &self.home(), &variables, Place::Open);
        Server::start(command.own_group(), "web", port).expect("a web process")
    }

    /// Starts a process type on a machine of a private network.
    pub(crate) fn start_on(&self, machine: &Machine, kind: &str) -> Server {
        let variables = machine.tell(self.at_run_time(Some(PRIVATE_PORT)));
        let (words, place) = (["bash", "-c", &self.script(kind)], Place::Machine(&machine.name));
        let command = Jail::command(&words, &self.home(), &variables, place);
        let mut server = Server::start(command.own_group(), kind, PRIVATE_PORT).expect("a process");
        server.url = format!("http://{}:{PRIVATE_PORT}", machine.address);
        server
    }

    /// Where the app runs.
    pub(crate) fn home(&self) -> PathBuf {
        self.jail.path("app")
    }

    /// The size of the slug as the platform keeps it, in bytes.
    pub(crate) fn slug_size(&self) -> u64 {
        let slug = self.jail.path("slug.tgz");
        let tar = pio_process::command::Command::new("tar")
            .arg("-czf")
            .arg(&slug)
            .arg("-C")
            .arg(self.home())
            .arg(".");
        tar.run().expect("a slug");
        fs::metadata(&slug).expect("a slug").len()
    }

    fn lay_out(&mut self) -> PathBuf {
        self.builds += 1;
        let build_dir = self.jail.path(&format!("build_{:x}", 0x00ab_cd00 + self.builds));
        copy(&self.source, &build_dir);
        Jail::give(&build_dir);
        let env_dir = self.jail.folder("env");
        fs::remove_dir_all(&env_dir).expect("no config vars");
        let env_dir = self.jail.folder("env");
        for (name, value) in &self.config {
            fs::write(env_dir.join(name), value).expect("a config var");
        }
        Jail::give(&env_dir);
        self.jail.folder("cache");
        build_dir
    }

    fn compile(&self, phase: &str, build_dir: &Path, place: Place) -> Built {
        let start = Instant::now();
        let ended = Self::phase(phase, &[build_dir, &self.jail.path("cache"), &self.env_dir()], place);
        Built { ended, elapsed: start.elapsed() }
    }

    /// The build folder moves, and its old path is gone.
    fn publish(&self, build_dir: &Path) {
        let home = self.home();
        if home.exists() {
            fs::remove_dir_all(&home).expect("no earlier release");
        }
        fs::rename(build_dir, &home).expect("a moved app");
    }

    fn phase(name: &str, folders: &[&Path], place: Place) -> Ended {
        let program = release::buildpack().join("bin").join(name);
        let words: Vec<String> = std::iter::once(program.as_path())
            .chain(folders.iter().copied())
            .map(|path| path.display().to_string())
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let variables = [
            ("HOME", "/app"),
            ("APP_DIR", "/app"),
            ("STACK", "heroku-24"),
            ("REQUEST_ID", "r1"),
            ("SOURCE_VERSION", "abc"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Jail::run(&words, folders[0], &variables.into(), place)
    }

    fn env_dir(&self) -> PathBuf {
        self.jail.path("env")
    }

    /// What a dyno does before a command: `.profile.d`, then the process type's command or what was typed.
    fn script(&self, command: &str) -> String {
        let procfile = fs::read_to_string(self.home().join("Procfile")).expect("a Procfile");
        let of_type = procfile.lines().find_map(|line| line.strip_prefix(&format!("{command}:")));
        format!(
            "for script in .profile.d/*.sh; do . \"$script\"; done; {}",
            of_type.unwrap_or(command).trim()
        )
    }

    fn at_run_time(&self, port: Option<u16>) -> BTreeMap<String, String> {
        let mut variables = self.config.clone();
        variables.insert("HOME".to_owned(), self.home().display().to_string());
        variables.insert("DYNO".to_owned(), "run.1".to_owned());
        if let Some(port) = port {
            variables.insert("PORT".to_owned(), port.to_string());
        }
        variables
    }
}

fn copy(from: &Path, to: &Path) {
    let cp = pio_process::command::Command::new("cp").arg("-a").arg(from).arg(to);
    cp.run().expect("a copy");
}
