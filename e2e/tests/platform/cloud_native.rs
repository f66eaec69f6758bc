//! A Cloud Native platform: what the lifecycle does, as the buildpack specification has it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use e2e::server::Server;
use fs_err as fs;
use toml::{Table, Value};

use crate::jail::{Ended, Jail, Place};
use crate::release;

/// The exit code of a buildpack that does not want an app.
const NOT_MINE: &str = "exit 100";

/// An app on the platform.
pub(crate) struct App {
    pub(crate) jail: Jail,
    /// The app's folder, in which it is also built and run.
    pub(crate) workspace: PathBuf,
    config: BTreeMap<String, String>,
}

impl App {
    pub(crate) fn new() -> Self {
        let jail = Jail::new();
        let workspace = jail.folder("workspace");
        Self { jail, workspace, config: BTreeMap::new() }
    }

    /// Sets a variable for build and run.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.config.insert(name.to_owned(), value.to_owned());
    }

    /// Asks the buildpack whether it wants the app.
    pub(crate) fn detect(&self) -> bool {
        let plan = self.jail.folder("plan").join("build-plan.toml");
        fs::write(&plan, "").expect("a file");
        Jail::give(&self.jail.path("plan"));
        let ended = self.phase("detect", &[&self.platform(), &plan]);
        assert!(ended.success || ended.output.contains(NOT_MINE), "detect: {}", ended.output);
        ended.success
    }

    /// Builds the app.
    pub(crate) fn build(&self) -> Ended {
        let plan = self.jail.folder("plan").join("plan.toml");
        fs::write(&plan, "").expect("a file");
        Jail::give(&self.jail.path("plan"));
        Jail::give(&self.workspace);
        let layers = self.jail.folder("layers");
        let ended = self.phase("build", &[&layers, &self.platform(), &plan]);
        if ended.success {
            self.take_from_the_last_image();
        }
        ended
    }

    /// A layer for launch that a build leaves alone is that of the last image.
    fn take_from_the_last_image(&self) {
        for (file, table) in self.layer_files() {
            let name = file.file_stem().expect("a name");
            let last = self.jail.folder("last-image").join(name);
            if is_of_type(&table, "launch") && !file.with_extension("").exists() {
                fs::rename(last, file.with_extension("")).expect("a layer in the last image");
            }
        }
    }

    /// The files that describe layers.
    fn layer_files(&self) -> Vec<(PathBuf, Table)> {
        let entries =
            fs::read_dir(self.layers()).expect("layers").map(|entry| entry.expect("an entry").path());
        let is_layer = |file: &PathBuf| {
            file.extension().is_some_and(|extension| extension == "toml")
                && !["launch.toml", "store.toml", "build.toml"].iter().any(|name| file.ends_with(name))
        };
        entries.filter(is_layer).map(|file| (file.clone(), read_toml(&file))).collect()
    }

    /// What the lifecycle lays out for the next build: layers that are cached, and of those that are for launch only what is known of
    /// them; both without their types.
    pub(crate) fn restore(&self) {
        let image = self.jail.folder("last-image");
        for (file, mut table) in self.layer_files() {
            let layer = file.with_extension("");
            let (is_cached, is_launched) = (is_of_type(&table, "cache"), is_of_type(&table, "launch"));
            table.remove("types");
            if is_cached || is_launched {
                fs::write(&file, table.to_string()).expect("a file");
            } else {
                fs::remove_file(&file).expect("no layer");
            }
            if is_launched && !is_cached {
                fs::rename(&layer, image.join(layer.file_name().expect("a name"))).expect("an image");
            } else if !is_cached {
                fs::remove_dir_all(&layer).expect("no layer");
            }
        }
        Jail::give(&self.layers());
    }

    /// The command of each process type with its arguments.
    pub(crate) fn processes(&self) -> BTreeMap<String, Vec<String>> {
        self.words_of_processes(&["command", "args"])
    }

    fn words_of_processes(&self, keys: &[&str]) -> BTreeMap<String, Vec<String>> {
        let launch = read_toml(&self.layers().join("launch.toml"));
        let processes = launch["processes"].as_array().expect("processes");
        let words = |process: &Value, key: &str| -> Vec<String> {
            let words = process.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
            words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
        };
        processes
            .iter()
            .map(|process| {
                let name = process["type"].as_str().expect("a type").to_owned();
                (name, keys.iter().flat_map(|key| words(process, key)).collect())
            })
            .collect()
    }

    /// `docker run IMAGE WORD…`: the words replace the arguments of the default process type.
    pub(crate) fn run_instead(&self, instead: &[&str]) -> Ended {
        let mut words = self.words_of_processes(&["command"])["web"].clone();
        words.extend(instead.iter().map(|&word| word.to_owned()));
        self.run_words(&words)
    }

    /// Runs a process type to its end.
    pub(crate) fn run(&self, kind: &str) -> Ended {
        self.run_words(&self.processes()[kind])
    }

    fn run_words(&self, words: &[String]) -> Ended {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Jail::run(&words, &self.workspace, &self.at_launch(None), Place::Open)
    }

    /// Starts the web process on a free port.
    pub(crate) fn web(&self) -> Server {
        let port = e2e::http::free_port().expect("a port");
        let words = self.processes()["web"].clone();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let command = Jail::command(&words, &self.workspace, &self.at_launch(Some(port)), Place::Open);
        Server::start(command.own_group(), "web", port).expect("a web process")
    }

    /// Where the layers are.
    pub(crate) fn layers(&self) -> PathBuf {
        self.jail.path("layers")
    }

    fn platform(&self) -> PathBuf {
        let folder = self.jail.folder("platform/env");
        for (name, value) in &self.config {
            fs::write(folder.join(name), value).expect("a variable");
        }
        self.jail.path("platform")
    }

    fn phase(&self, name: &str, paths: &[&Path]) -> Ended {
        let buildpack = release::buildpack();
        let program = buildpack.join("bin").join(name).display().to_string();
        let mut words = vec![
            "sh".to_owned(),
            "-c".to_owned(),
            "\"$@\" || { echo exit $?; false; }".to_owned(),
            "sh".to_owned(),
            program,
        ];
        words.extend(paths.iter().map(|path| path.display().to_string()));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let variables = [
            ("CNB_BUILDPACK_DIR", buildpack.display().to_string()),
            ("CNB_TARGET_OS", "linux".to_owned()),
            ("CNB_TARGET_ARCH", "amd64".to_owned()),
            ("CNB_TARGET_DISTRO_NAME", "ubuntu".to_owned()),
            ("CNB_TARGET_DISTRO_VERSION", "24.04".to_owned()),
            ("HOME", "/home/cnb".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        Jail::run(&words, &self.workspace, &variables.into(), Place::Offline)
    }

    /// What the launcher sets: the layers' `bin` on the PATH, then what their `exec.d` programs tell on file descriptor 3.
    fn at_launch(&self, port: Option<u16>) -> BTreeMap<String, String> {
        let mut variables = self.config.clone();
        let layer = self.layers().join("predictionio");
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", layer.join("bin").display());
        variables.insert("PATH".to_owned(), path);
        variables.insert("HOME".to_owned(), "/home/cnb".to_owned());
        for entry in fs::read_dir(layer.join("exec.d")).expect("exec.d") {
            let program = entry.expect("an entry").path().display().to_string();
            let words = ["sh", "-c", "\"$1\" 3>&1 >/dev/null", "sh", &program];
            let told: Table =
                Jail::run(&words, &self.workspace, &variables, Place::Offline).ok().parse().expect("TOML");
            variables.extend(
                told.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned())),
            );
        }
        if let Some(port) = port {
            variables.insert("PORT".to_owned(), port.to_string());
        }
        variables
    }
}

fn is_of_type(layer: &Table, kind: &str) -> bool {
    layer.get("types").and_then(|types| types.get(kind)).and_then(Value::as_bool) == Some(true)
}

fn read_toml(file: &Path) -> Table {
    fs::read_to_string(file).expect("a file").parse().expect("TOML")
}
