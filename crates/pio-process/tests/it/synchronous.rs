use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pio_process::output::Stream;

use crate::{eventually, runs, shell};

#[test]
fn output_is_what_the_child_prints() {
    assert_eq!(shell("echo hello; echo talk >&2").output().unwrap(), b"hello\n");
}

#[test]
fn each_line_is_told_as_it_comes() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    let child = shell("echo one; sleep 0.1; echo two >&2");
    child.on_line(move |stream, line| ear.lock().unwrap().push((stream, line.to_owned()))).run().unwrap();
    let heard = heard.lock().unwrap();
    assert_eq!(*heard, [(Stream::Stdout, "one".to_owned()), (Stream::Stderr, "two".to_owned())]);
}

#[test]
fn an_end_of_a_socket_pair_can_be_standard_input() {
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    let child = shell("read line; echo \"heard $line\" >&0").stdin(OwnedFd::from(theirs)).spawn().unwrap();
    ours.write_all(b"hello\n").unwrap();
    let mut answer = String::new();
    ours.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "heard hello\n");
    child.success().unwrap();
}

#[test]
fn a_willing_child_ends_on_request() {
    let mut child =
        shell("trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done").captured().spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(child.terminate(Duration::from_secs(10)).unwrap().code(), Some(5));
}

#[test]
fn an_unwilling_child_is_killed_after_the_grace() {
    let mut child = shell("trap '' TERM; while :; do sleep 0.05; done").own_group().spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    assert!(!child.terminate(Duration::from_millis(200)).unwrap().success());
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[test]
fn dropping_the_handle_kills_the_child_and_its_group() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let line = format!("sleep 60 & echo $! > {}; wait", file.display());
    let child = shell(&line).own_group().spawn().unwrap();
    let pid = child.id().to_string();
    assert!(eventually(|| std::fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n'))));
    let grandchild = std::fs::read_to_string(&file).unwrap();
    assert!(runs(&pid) && runs(&grandchild));
    drop(child);
    assert!(eventually(|| !runs(&pid) && !runs(&grandchild)));
}

#[test]
fn a_detached_child_lives_on() {
    let child = shell("sleep 30").spawn().unwrap();
    let pid = child.id().to_string();
    child.detach();
    std::thread::sleep(Duration::from_millis(100));
    assert!(runs(&pid));
    shell(&format!("kill {pid}")).run().unwrap();
}

#[test]
fn a_grandchild_that_holds_the_pipe_does_not_hang_the_parent() {
    let start = Instant::now();
    shell("sleep 30 & exit 0").own_group().captured().run().unwrap();
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn output_that_never_ends_a_line_is_told_in_pieces() {
    let (sender, lengths) = std::sync::mpsc::channel();
    let script = "head -c 200000 /dev/zero | tr '\\0' x";
    let listener = move |_, line: &str| sender.send(line.len()).unwrap();
    shell(script).on_line(listener).run().unwrap();
    let lengths: Vec<usize> = lengths.iter().collect();
    assert!(lengths.len() > 1 && lengths.iter().all(|length| *length <= 64 * 1024), "{lengths:?}");
    assert_eq!(lengths.iter().sum::<usize>(), 200_000);
}
