//! The process types of an app without a Procfile.

use crate::app::App;

/// A process type and its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// The name of the type.
    pub name: &'static str,
    /// The launcher's role argument.
    pub role: &'static str,
}

const ENGINE: &[Process] = &[
    Process { name: "web", role: "web" },
    Process { name: "train", role: "train" },
    Process { name: "release", role: "release" },
];

const EVENT_SERVER: &[Process] = &[Process { name: "web", role: "eventserver" }];

/// The names are part of the private network's addresses: `1.master.$name.app.localspace`.
const CLUSTER: &[Process] = &[
    Process { name: "web", role: "spark-web" },
    Process { name: "master", role: "spark-master" },
    Process { name: "worker", role: "spark-worker" },
];

/// The processes of this kind of app.
#[must_use]
pub fn of(app: &App) -> &'static [Process] {
    match app {
        App::Engine { .. } => ENGINE,
        App::EventServer => EVENT_SERVER,
        App::Cluster => CLUSTER,
    }
}

/// Formats a Procfile, which is also the YAML map of `bin/release`.
#[must_use]
pub fn procfile(processes: &[Process]) -> String {
    let lines = processes.iter().map(|process| format!("{}: pio-launcher {}\n", process.name, process.role));
    lines.collect::<Vec<_>>().concat()
}

/// The output of `bin/release`.
#[must_use]
pub fn release_yaml(processes: &[Process]) -> String {
    let lines: Vec<String> = procfile(processes).lines().map(|line| format!("  {line}\n")).collect();
    format!("---\ndefault_process_types:\n{}", lines.concat())
}

#[cfg(test)]
mod tests {
    use super::{ENGINE, procfile, release_yaml};

    #[test]
    fn a_procfile_has_a_line_a_type() {
        assert_eq!(
            procfile(ENGINE),
            "web: pio-launcher web\ntrain: pio-launcher train\nrelease: pio-launcher release\n"
        );
    }

    #[test]
    fn bin_release_prints_a_map() {
        let expected = "---\ndefault_process_types:\n  web: pio-launcher web\n";
        assert_eq!(release_yaml(&ENGINE[..1]), expected);
    }
}
