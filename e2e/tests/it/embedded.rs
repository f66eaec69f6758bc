//! The embedded PostgreSQL, as users of the console meet it.

use std::time::Duration;

use fs_err as fs;

use crate::support::{eventually, pio_at_home, processes_with};

#[test]
fn data_survive_a_stop_and_a_crash_and_two_commands_may_start_it_at_once() {
    let home = tempfile::tempdir().expect("a home");
    let pio = pio_at_home(home.path());
    let both: Vec<_> = ["One", "Two"]
        .map(|name| {
            let pio = pio.clone();
            std::thread::spawn(move || pio.new_app(name).expect("a new app"))
        })
        .into_iter()
        .collect();
    for started in both {
        started.join().expect("an app");
    }
    pio.run(&["stop-all"]).expect("a stop");
    assert_eq!(names(&pio), ["One", "Two"]);

    let data = fs::canonicalize(home.path().join("postgres")).expect("the database's folder");
    let postmaster = fs::read_to_string(data.join("server/data/postmaster.pid")).expect("a running server");
    let process = postmaster.lines().next().expect("a process id").to_owned();
    pio_process::command::Command::new("kill").args(["-9", &process]).run().expect("a kill");
    assert_eq!(names(&pio), ["One", "Two"]);

    pio.run(&["stop-all"]).expect("a stop");
    let folder = data.to_string_lossy().into_owned();
    eventually("no server after stop-all", Duration::from_secs(10), || processes_with(&folder).is_empty());
}

fn names(pio: &e2e::pio::Pio) -> Vec<String> {
    let listed = pio.run(&["app", "list", "--json"]).expect("a list").json().expect("JSON");
    let mut names: Vec<String> = listed
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|app| Some(app["name"].as_str()?.to_owned()))
        .collect();
    names.sort();
    names
}
