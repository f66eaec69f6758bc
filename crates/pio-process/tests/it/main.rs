//! Behaviour of child processes, tried on real ones.

mod asynchronous;
mod faults;
mod synchronous;

/// A shell that runs one line.
fn shell(line: &str) -> pio_process::command::Command {
    pio_process::command::Command::new("sh").arg("-c").arg(line)
}

/// Whether a process still runs (one that has ended and waits to be reaped does not).
fn runs(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()))
        .is_ok_and(|stat| !stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')))
}

/// Waits up to two seconds for something to become true.
fn eventually(condition: impl Fn() -> bool) -> bool {
    (0..200).any(|_| {
        condition() || {
            std::thread::sleep(std::time::Duration::from_millis(10));
            false
        }
    })
}
