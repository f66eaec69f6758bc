//! The embedded server, in whatever state it was left.

use std::{
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use fs_err as fs;
use pio_settings::database::DatabaseSettings;
use pio_storage::{
    Storage,
    embedded::{self, Status, errors::EmbeddedError},
    test_support::{PrivateServer, postgres_dir, reachable_folder, run_sql},
};
use tempfile::TempDir;

use crate::sample::app;

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn make_app(settings: &DatabaseSettings) {
    block_on(async {
        Storage::connect(settings).await.unwrap().apps().create(&app("Kept")).await.map(drop).unwrap();
    });
}

fn has_app(settings: &DatabaseSettings) -> bool {
    block_on(async { Storage::connect(settings).await.unwrap().apps().find("Kept").await.unwrap().is_some() })
}

fn server_folder(server: &PrivateServer) -> PathBuf {
    server.home().join("postgres/server")
}

#[test]
fn data_survive_a_stop_and_a_crash() {
    let server = PrivateServer::start();
    let settings = server.ensure_running();
    make_app(&settings);
    server.stop();
    assert_eq!(embedded::status(server.home()), Status::Stopped);
    assert!(!embedded::stop(server.home()).unwrap(), "it was stopped already");
    assert_eq!(server.ensure_running(), settings, "port and password stay");
    assert!(has_app(&settings));
    server.kill();
    assert!(has_app(&server.ensure_running()));
    assert_eq!(embedded::status(server.home()), Status::Running(Box::new(settings)));
}

#[test]
fn it_is_reachable_from_this_machine_only_and_with_its_password() {
    let server = PrivateServer::start();
    let mut settings = server.ensure_running();
    let file = server.home().join("postgres/connection.json");
    assert_eq!(fs::metadata(file).unwrap().mode() & 0o777, 0o600);
    assert_eq!(settings.host, "127.0.0.1");
    let listening = fs::read_to_string("/proc/net/tcp").unwrap();
    let local = format!("0100007F:{:04X}", settings.port);
    assert!(listening.lines().any(|line| line.contains(&local)));
    assert!(!listening.contains(&format!("00000000:{:04X}", settings.port)));
    settings.password = pio_settings::secret::Secret::new("guess");
    assert!(block_on(Storage::connect(&settings)).is_err());
}

#[test]
fn a_process_id_that_another_process_has_now_is_not_taken_for_the_server() {
    let server = PrivateServer::start();
    let settings = server.ensure_running();
    make_app(&settings);
    server.kill();
    // The file still names the crashed server's process. Another one of the same user gets that number.
    let file = server_folder(&server).join("data/postmaster.pid");
    let mut other = Command::new("sleep").arg("60").spawn().unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let (_, rest) = text.split_once('\n').unwrap();
    fs::write(&file, format!("{}\n{rest}", other.id())).unwrap();
    assert_eq!(embedded::status(server.home()), Status::Stopped);
    assert!(has_app(&server.ensure_running()));
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_port_that_was_taken_meanwhile_is_replaced() {
    let server = PrivateServer::start();
    let settings = server.ensure_running();
    make_app(&settings);
    server.stop();
    let _taken = TcpListener::bind(("127.0.0.1", settings.port)).unwrap();
    assert_eq!(embedded::status(server.home()), Status::Stopped);
    let moved = server.ensure_running();
    assert_ne!(moved.port, settings.port);
    assert!(has_app(&moved));
}

#[test]
fn a_file_that_names_another_port_is_put_right() {
    let server = PrivateServer::start();
    let settings = server.ensure_running();
    // Something answers there, but it is not the server.
    let other = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let file = server.home().join("postgres/connection.json");
    let text = fs::read_to_string(&file).unwrap();
    let (from, to) = (format!(":{},", settings.port), format!(":{},", other.local_addr().unwrap().port()));
    assert!(text.contains(&from), "{text}");
    fs::write(&file, text.replace(&from, &to)).unwrap();
    assert_eq!(embedded::status(server.home()), Status::Stopped);
    assert_eq!(server.ensure_running(), settings);
    assert_eq!(embedded::status(server.home()), Status::Running(Box::new(settings)));
}

#[test]
fn a_server_that_is_still_starting_is_waited_for() {
    let server = PrivateServer::start();
    let settings = server.ensure_running();
    let pid = server.pid();
    let file = server_folder(&server).join("data/postmaster.pid");
    let ready = fs::read_to_string(&file).unwrap();
    // In one step: a file that is empty for a moment would mean that there is no server.
    let replace = move |text: &str| {
        fs::write(file.with_extension("new"), text).unwrap();
        fs::rename(file.with_extension("new"), &file).unwrap();
    };
    replace(&ready.replace("ready   ", "starting"));
    assert_eq!(embedded::status(server.home()), Status::Stopped);
    let becomes_ready = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        replace(&ready);
    });
    let start = Instant::now();
    assert_eq!(server.ensure_running(), settings);
    assert!(start.elapsed() >= Duration::from_millis(200), "{:?}", start.elapsed());
    assert_eq!(server.pid(), pid, "it is the same server");
    becomes_ready.join().unwrap();
}

#[test]
fn what_a_user_does_in_the_data_folder_goes_on() {
    let server = PrivateServer::start();
    server.kill();
    let data = server_folder(&server).join("data");
    let mut other = Command::new("sleep").arg("60").current_dir(data).spawn().unwrap();
    let start = Instant::now();
    make_app(&server.ensure_running());
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    assert!(other.try_wait().unwrap().is_none(), "it was killed");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn an_interrupted_initialization_is_done_anew() {
    let server = PrivateServer::start();
    server.stop();
    let folder = server_folder(&server);
    // As if the first start had been cut off: files here and there, and no data under their real name.
    fs::rename(folder.join("data"), folder.join("unfinished")).unwrap();
    fs::remove_file(folder.join("unfinished/PG_VERSION")).unwrap();
    make_app(&server.ensure_running());
    assert!(!folder.join("unfinished").exists());
    assert!(!server.home().join("postgres/password").exists(), "no password lies about");
}

#[test]
fn a_lost_password_is_replaced() {
    let server = PrivateServer::start();
    let settings = server.ensure_running();
    make_app(&settings);
    fs::write(server.home().join("postgres/connection.json"), "{").unwrap();
    let renewed = server.ensure_running();
    assert_ne!(renewed.password, settings.password);
    assert!(has_app(&renewed));
}

#[test]
fn many_commands_at_once_share_one_server() {
    let server = PrivateServer::start();
    server.stop();
    let home = server.home().to_owned();
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let home = home.clone();
            thread::spawn(move || embedded::ensure_running(&postgres_dir(), &home).unwrap())
        })
        .collect();
    let settings: Vec<_> = starts.into_iter().map(|start| start.join().unwrap()).collect();
    assert!(settings.iter().all(|one| *one == settings[0]));
    make_app(&settings[0]);
}

#[test]
fn a_running_server_costs_next_to_nothing() {
    let server = PrivateServer::start();
    let _ = server.ensure_running();
    let start = Instant::now();
    for _ in 0..100 {
        let _ = server.ensure_running();
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?} for 100", start.elapsed());
}

#[test]
fn a_server_that_does_not_start_says_why() {
    let server = PrivateServer::start();
    server.stop();
    let file = server_folder(&server).join("data/postgresql.auto.conf");
    let settings = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{settings}no_such_setting = 1\n")).unwrap();
    let error = embedded::ensure_running(&postgres_dir(), server.home()).unwrap_err().to_string();
    assert!(error.contains("no_such_setting"), "{error}");
    fs::write(&file, settings).unwrap();
    let _ = server.ensure_running();
}

#[test]
fn a_log_that_has_grown_large_is_put_aside() {
    let server = PrivateServer::start();
    let log = server_folder(&server).join("server.log");
    for (megabytes, is_aside) in [(9, false), (11, true)] {
        server.stop();
        fs::OpenOptions::new().write(true).open(&log).unwrap().set_len(megabytes * 1024 * 1024).unwrap();
        let _ = server.ensure_running();
        assert_eq!(log.with_extension("log.old").exists(), is_aside, "{megabytes} MiB");
    }
    assert!(fs::metadata(&log).unwrap().len() < 1024 * 1024, "a new one is begun");
}

#[test]
fn what_a_crashed_server_left_and_does_not_end_is_killed() {
    let server = PrivateServer::start();
    make_app(&server.ensure_running());
    let children = server.freeze_children();
    server.kill();
    assert!(has_app(&server.ensure_running()));
    for child in children {
        assert!(!Path::new(&format!("/proc/{child}/cwd")).exists(), "{child} is still there");
    }
}

#[test]
fn data_of_another_version_are_left_alone() {
    let server = PrivateServer::start();
    server.stop();
    fs::write(server_folder(&server).join("data/PG_VERSION"), "9\n").unwrap();
    let error = embedded::ensure_running(&postgres_dir(), server.home()).unwrap_err();
    assert!(matches!(&error, EmbeddedError::Version { found, .. } if found == "9"), "{error}");
}

#[test]
fn missing_programs_are_named() {
    let home = TempDir::new().unwrap();
    let error = embedded::ensure_running(Path::new("/nowhere"), home.path()).unwrap_err();
    assert!(error.to_string().contains("/nowhere/bin/postgres is missing"), "{error}");
    embedded::remove(home.path()).unwrap();
}

/// Where the programs lie that run under a home.
fn programs_of(home: &Path) -> PathBuf {
    let file = home.join("postgres/server/data/postmaster.pid");
    let text = fs::read_to_string(file).unwrap();
    let program = fs::read_link(format!("/proc/{}/exe", text.lines().next().unwrap())).unwrap();
    program.ancestors().nth(2).unwrap().to_owned()
}

#[test]
fn programs_that_the_servers_user_cannot_reach_are_copied_once() {
    let hidden = TempDir::new().unwrap();
    fs::set_permissions(hidden.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let programs = hidden.path().join("postgres");
    assert!(Command::new("cp").arg("-a").args([&postgres_dir(), &programs]).status().unwrap().success());
    let homes = [reachable_folder(), reachable_folder()];
    let starts = homes.each_ref().map(|home| {
        let (programs, home) = (programs.clone(), home.path().to_owned());
        thread::spawn(move || embedded::ensure_running(&programs, &home).unwrap())
    });
    for start in starts {
        make_app(&start.join().unwrap());
    }
    let running = homes.each_ref().map(|home| programs_of(home.path()));
    assert_eq!(running[0], running[1], "both run the same copy");
    if rustix::process::geteuid().is_root() {
        assert!(running[0].starts_with("/var/lib/pio"), "{}", running[0].display());
        assert!(!running[0].starts_with(fs::canonicalize(hidden.path()).unwrap()));
        let same = Command::new("diff").arg("-r").args([&programs, &running[0]]).output().unwrap();
        assert!(same.status.success(), "{}", String::from_utf8_lossy(&same.stdout));
        let mode = |name: &str| fs::metadata(running[0].join(name)).unwrap().mode() & 0o777;
        assert_eq!((mode("bin/postgres"), mode("share/postgresql/postgres.bki")), (0o755, 0o644));
    }
    for home in &homes {
        embedded::remove(home.path()).unwrap();
    }
    fs::set_permissions(hidden.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(embedded::ensure_running(&programs, homes[0].path()).unwrap().host, "127.0.0.1");
    assert_eq!(programs_of(homes[0].path()), fs::canonicalize(&programs).unwrap(), "no copy is needed");
    embedded::remove(homes[0].path()).unwrap();
    if rustix::process::geteuid().is_root() {
        fs::remove_dir_all(&running[0]).unwrap();
    }
}

#[test]
fn a_folder_that_others_cannot_reach_stays_as_it_is() {
    let home = TempDir::new().unwrap();
    fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let settings = embedded::ensure_running(&postgres_dir(), home.path()).unwrap();
    make_app(&settings);
    assert_eq!(fs::metadata(home.path()).unwrap().mode() & 0o777, 0o700);
    let place = fs::canonicalize(home.path().join("postgres")).unwrap();
    // Root's server runs as another user and needs another place; everyone else's does not.
    assert_eq!(place.starts_with("/var/lib/pio"), rustix::process::geteuid().is_root());
    block_on(run_sql(&settings, "DO $$ BEGIN ASSERT current_setting('fsync') = 'on'; END $$"));
    assert!(embedded::stop(home.path()).unwrap());
    assert!(has_app(&embedded::ensure_running(&postgres_dir(), home.path()).unwrap()));
    embedded::remove(home.path()).unwrap();
    assert!(!place.exists() && !home.path().join("postgres").exists());
}

#[test]
fn it_outlives_the_command_and_holds_none_of_its_pipes() {
    let server = PrivateServer::start();
    server.stop();
    // A command that starts the server and whose output is read to the end: that end must come with the command's.
    let start = Instant::now();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "embedded::start_for_another_test", "--ignored", "--nocapture"])
        .env("PIO_HOME", server.home())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(start.elapsed() < Duration::from_secs(30));
    assert!(matches!(embedded::status(server.home()), Status::Running(_)));
    let session = fs::read_to_string(format!("/proc/{}/stat", server.pid())).unwrap();
    let fields: Vec<_> = session.rsplit(") ").next().unwrap().split(' ').collect();
    assert_eq!(fields[3], server.pid().to_string(), "it leads a session of its own");
}

/// Not a test: what another test runs as a command of its own.
#[test]
#[ignore = "run by another test"]
fn start_for_another_test() {
    let home = pio_settings::dirs::pio_home();
    embedded::ensure_running(&postgres_dir(), &home).unwrap();
}
