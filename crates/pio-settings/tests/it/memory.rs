//! Memory of a container.

use std::path::Path;

use fs_err as fs;
use pio_settings::memory::kills::{KillCause, Kills};
use pio_settings::memory::{limit_under, plan_for};
use tempfile::TempDir;

const MIB: u64 = 1024 * 1024;

/// A root folder with these files.
fn root(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    for (name, content) in files {
        let file = root.path().join(name);
        fs::create_dir_all(file.parent().unwrap_or(Path::new("/"))).unwrap();
        fs::write(file, content).unwrap();
    }
    root
}

#[test]
fn heap_and_flags_follow_the_limit() {
    let cases: [(u64, u64, &[&str]); 7] = [
        (8, 16, &["-Xmx16m", "-Xss512k", "-XX:CICompilerCount=2"]),
        (256, 150, &["-Xmx150m", "-Xss512k", "-XX:CICompilerCount=2"]),
        (512, 300, &["-Xmx300m", "-Xss512k", "-XX:CICompilerCount=2"]),
        (768, 485, &["-Xmx485m"]),
        (1024, 671, &["-Xmx671m"]),
        (2560, 2048, &["-Xmx2048m"]),
        (14 * 1024, 11468, &["-Xmx11468m"]),
    ];
    for (limit, heap, flags) in cases {
        let plan = plan_for(Some(limit * MIB));
        assert_eq!(
            (plan.heap, plan.flags.as_slice()),
            (Some(heap * MIB), flags.map_strings().as_slice()),
            "{limit} MiB"
        );
    }
}

#[test]
fn without_a_limit_java_decides() {
    let plan = plan_for(None);
    assert_eq!((plan.limit, plan.heap, plan.flags.len()), (None, None, 0));
}

#[test]
fn a_limit_of_version_2_is_found_in_the_group_and_above_it() {
    let in_container = root(&[("proc/self/cgroup", "0::/\n"), ("sys/fs/cgroup/memory.max", "536870912\n")]);
    assert_eq!(limit_under(in_container.path()), Some(512 * MIB));
    let on_host = root(&[
        ("proc/self/cgroup", "0::/user.slice/app\n"),
        ("sys/fs/cgroup/user.slice/memory.max", "1073741824\n"),
        ("sys/fs/cgroup/user.slice/app/memory.max", "max\n"),
    ]);
    assert_eq!(limit_under(on_host.path()), Some(1024 * MIB));
}

#[test]
fn a_limit_of_version_1_is_found_where_the_path_is_the_hosts() {
    let root = root(&[
        ("proc/self/cgroup", "4:memory:/docker/12ab\n3:cpu,cpuacct:/docker/12ab\n"),
        ("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n"),
    ]);
    assert_eq!(limit_under(root.path()), Some(1024 * MIB));
}

#[test]
fn a_large_limit_is_one() {
    let fourteen_gib = root(&[("sys/fs/cgroup/memory/memory.limit_in_bytes", "15032385536\n")]);
    assert_eq!(limit_under(fourteen_gib.path()), Some(14 * 1024 * MIB));
}

#[test]
fn no_limit_is_none_in_either_version() {
    for says_nothing in ["max\n", "0\n"] {
        let none = root(&[("proc/self/cgroup", "0::/\n"), ("sys/fs/cgroup/memory.max", says_nothing)]);
        assert_eq!(limit_under(none.path()), None);
    }
    let huge = root(&[
        ("proc/self/cgroup", "4:memory:/\n"),
        ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
    ]);
    assert_eq!(limit_under(huge.path()), None);
    assert_eq!(limit_under(root(&[]).path()), None);
}

/// Literals as the strings that a plan has.
trait MapStrings {
    fn map_strings(&self) -> Vec<String>;
}

impl MapStrings for &[&str] {
    fn map_strings(&self) -> Vec<String> {
        self.iter().map(|&text| text.to_owned()).collect()
    }
}

#[test]
fn a_kill_for_want_of_memory_is_told_from_another() {
    let counts = |container: &str, machine: &str| {
        Kills::under(
            root(&[
                ("proc/self/cgroup", "4:memory:/app\n"),
                ("sys/fs/cgroup/memory/app/memory.oom_control", container),
                ("proc/vmstat", machine),
            ])
            .path(),
        )
    };
    let before = counts("under_oom 0\noom_kill 1\n", "pgfault 9\noom_kill 5\n");
    assert_eq!(before.reason(&before), KillCause::Other);
    assert_eq!(before.reason(&counts("oom_kill 2\n", "oom_kill 6\n")), KillCause::Memory);
    assert_eq!(
        before.reason(&counts("oom_kill 1\n", "oom_kill 6\n")),
        KillCause::Unknown,
        "elsewhere, perhaps"
    );
    assert_eq!(before.reason(&counts("", "")), KillCause::Unknown, "nothing can be read");
    let version_2 = |count: &str| {
        let text = format!("oom 7\noom_kill {count}\n");
        Kills::under(root(&[("proc/self/cgroup", "0::/\n"), ("sys/fs/cgroup/memory.events", &text)]).path())
    };
    assert_eq!(version_2("0").reason(&version_2("1")), KillCause::Memory);
}
