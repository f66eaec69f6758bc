use super::clients::LocalFiles;
use super::{World, artifact};

#[test]
fn a_closure_is_made_once_and_then_left_alone() {
    let world = World::new();
    let clients = LocalFiles::good();
    let folder = world.vendor(&clients).unwrap();
    assert_eq!(fs_err::read_to_string(folder.join("jars/one.jar")).unwrap(), "one");
    assert!(folder.join("RELEASE").is_file() && folder.join("conf/log4j2.properties").is_file());
    assert_eq!(world.vendor(&clients).unwrap(), folder);
    assert_eq!(clients.count(), 2);
    assert_eq!(world.closures().len(), 1);
}

#[test]
fn a_wrong_digest_stops_with_both_digests_and_the_next_run_repairs() {
    let world = World::new();
    let words = format!("{:#}", world.vendor(&LocalFiles::good().but("two", Some("2wo"))).unwrap_err());
    assert!(words.contains("org.example:two:jar:1"), "{words}");
    assert!(words.contains(&artifact("two").sha256) && words.contains(&artifact("2wo").sha256), "{words}");
    assert_eq!(world.stored(), [artifact("one").sha256]);
    assert!(world.closures().is_empty());
    let good = LocalFiles::good();
    world.vendor(&good).unwrap();
    assert_eq!(good.count(), 1);
}

#[test]
fn a_truncated_file_is_not_kept() {
    let world = World::new();
    let words = format!("{:#}", world.vendor(&LocalFiles::good().but("one", Some("on"))).unwrap_err());
    assert!(words.contains("3 bytes") && words.contains("2 bytes"), "{words}");
    world.vendor(&LocalFiles::good()).unwrap();
}

#[test]
fn without_a_network_what_came_is_kept_and_the_rest_is_told() {
    let world = World::new();
    let words = format!("{:#}", world.vendor(&LocalFiles::good().but("two", None)).unwrap_err());
    assert!(words.contains("1 of the closure's files could not be fetched"), "{words}");
    assert!(words.contains("Check the network") && words.contains("the network is down"), "{words}");
    assert_eq!(world.stored(), [artifact("one").sha256]);
}

#[test]
fn a_run_that_was_killed_while_assembling_leaves_nothing_in_the_way() {
    let world = World::new();
    let folder = world.vendor(&LocalFiles::good()).unwrap();
    let unfinished =
        folder.with_file_name(format!("{}.unfinished", folder.file_name().unwrap().to_str().unwrap()));
    fs_err::rename(&folder, &unfinished).unwrap();
    fs_err::remove_file(unfinished.join("jars/one.jar")).unwrap();
    assert_eq!(world.vendor(&LocalFiles::good()).unwrap(), folder);
    assert_eq!(fs_err::read_to_string(folder.join("jars/one.jar")).unwrap(), "one");
    assert_eq!(world.closures().len(), 1);
}

#[test]
fn what_a_run_that_was_killed_while_fetching_left_is_swept_away() {
    let world = World::new();
    fs_err::create_dir_all(world.cache.path().join("fetching-x")).unwrap();
    world.vendor(&LocalFiles::good()).unwrap();
    assert!(!world.cache.path().join("fetching-x").exists());
}

#[test]
fn a_file_that_vanished_from_the_closure_comes_back() {
    let world = World::new();
    let folder = world.vendor(&LocalFiles::good()).unwrap();
    fs_err::remove_file(folder.join("jars/one.jar")).unwrap();
    let clients = LocalFiles::good();
    world.vendor(&clients).unwrap();
    assert!(folder.join("jars/one.jar").is_file());
    assert_eq!(clients.count(), 0, "it comes from the cache");
}

#[test]
fn a_file_that_was_damaged_in_the_cache_is_found_out_removed_and_fetched_again() {
    let world = World::new();
    let folder = world.vendor(&LocalFiles::good()).unwrap();
    fs_err::remove_dir_all(&folder).unwrap();
    let damaged = world.cache.path().join("artifacts").join(artifact("one").sha256);
    fs_err::remove_file(&damaged).unwrap();
    fs_err::write(&damaged, "0ne").unwrap();
    let words = format!("{:#}", world.vendor(&LocalFiles::good()).unwrap_err());
    assert!(
        words.contains(&artifact("0ne").sha256) && words.contains("run `cargo xtask vendor` again"),
        "{words}"
    );
    let clients = LocalFiles::good();
    world.vendor(&clients).unwrap();
    assert_eq!(clients.count(), 1);
}

#[test]
fn two_runs_at_once_make_one_closure() {
    let world = World::new();
    let clients = LocalFiles::good();
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| world.vendor(&clients).unwrap())).collect();
        let folders: Vec<_> = runs.into_iter().map(|run| run.join().unwrap()).collect();
        assert!(folders.iter().all(|folder| folder == &folders[0]));
    });
    assert_eq!(clients.count(), 2);
}

#[test]
fn another_lock_shares_what_was_fetched() {
    let world = World::new();
    world.vendor(&LocalFiles::good()).unwrap();
    let clients = LocalFiles::good();
    super::super::vendor(&world.lock, "another text", world.cache.path(), &clients).unwrap();
    assert_eq!(clients.count(), 0);
    assert_eq!(world.closures().len(), 2);
}
