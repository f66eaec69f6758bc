//! What happens in one round, drawn from a seed.

use std::fmt;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

/// What this machine allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Abilities {
    /// The database's disk can be filled.
    pub(crate) full_disk: bool,
    /// The servers can be put into a container.
    pub(crate) container: bool,
    /// An engine is deployed.
    pub(crate) engine: bool,
}

/// One round.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) log: Log,
    /// The event server lives in a container of 64 MiB.
    pub(crate) in_container: bool,
    /// How many file descriptors the event server may have.
    pub(crate) descriptors: Option<u32>,
    pub(crate) bystanders: Bystanders,
    pub(crate) steps: Vec<Step>,
}

/// Where the event server's log goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Log {
    File,
    /// A pipe whose reader is gone.
    Broken,
    /// A pipe that nobody reads.
    Unread,
    /// A full disk.
    Full,
}

/// Clients that only take room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bystanders {
    pub(crate) silent: usize,
    pub(crate) half_heads: usize,
    pub(crate) half_bodies: usize,
    pub(crate) unread_answers: usize,
}

/// A fault, and for how long the load runs before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) after: Duration,
    pub(crate) fault: Fault,
}

/// What goes wrong. A time says for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    KillServer,
    StopServer,
    FreezeServer(Duration),
    KillDatabase,
    FreezeDatabase(Duration),
    LockTable(Duration),
    TerminateConnections,
    FillDisk(Duration),
    KillWorker,
    FreezeWorker(Duration),
    Reload,
    KillFront,
}

impl Fault {
    /// Whether queries may be refused because of it.
    pub(crate) fn is_of_the_engine(self) -> bool {
        matches!(self, Self::KillWorker | Self::FreezeWorker(_) | Self::KillFront)
    }
}

impl Plan {
    /// The round of a seed.
    pub(crate) fn draw(seed: u64, abilities: Abilities) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        // All is drawn in the same order whatever this machine allows, so that a seed means the same everywhere.
        let log = *[Log::File, Log::File, Log::Broken, Log::Unread, Log::Full]
            .choose(&mut random)
            .unwrap_or(&Log::File);
        let in_container = random.random_bool(0.4) && abilities.container;
        let descriptors = random.random_bool(0.15).then_some(96);
        let crowd = if random.random_bool(0.3) { 10 } else { 1 };
        let bystanders = Bystanders {
            silent: random.random_range(0..=30) * crowd,
            half_heads: random.random_range(0..=10),
            half_bodies: random.random_range(0..=10),
            unread_answers: random.random_range(0..=4),
        };
        let count = random.random_range(1..=3);
        let steps = (0..count).filter_map(|_| step(&mut random, abilities)).collect();
        Self { seed, log, in_container, descriptors, bystanders, steps }
    }

    /// A round in which the server is only killed.
    pub(crate) fn kill_only(seed: u64) -> Self {
        let bystanders = Bystanders { silent: 0, half_heads: 0, half_bodies: 0, unread_answers: 0 };
        let after = Duration::from_millis(150 + 13 * (seed % 17));
        let steps = vec![Step { after, fault: Fault::KillServer }; 2];
        Self { seed, log: Log::File, in_container: false, descriptors: None, bystanders, steps }
    }
}

fn step(random: &mut StdRng, abilities: Abilities) -> Option<Step> {
    let after = Duration::from_millis(random.random_range(20..=500));
    // Mostly shorter than a commit may take, sometimes longer.
    let is_long = random.random_bool(0.15);
    let time = Duration::from_millis(if is_long {
        random.random_range(5_500..=9_000)
    } else {
        random.random_range(50..=1_500)
    });
    let fault = match random.random_range(0..16) {
        0 | 1 => Fault::KillServer,
        2 => Fault::StopServer,
        3 => Fault::FreezeServer(time),
        4 | 5 => Fault::KillDatabase,
        6 | 7 => Fault::FreezeDatabase(time),
        8 | 9 => Fault::LockTable(time),
        10 | 11 => Fault::TerminateConnections,
        12 => Fault::FillDisk(time),
        13 => Fault::KillWorker,
        14 => Fault::Reload,
        _ if random.random_bool(0.3) => Fault::KillFront,
        _ => Fault::FreezeWorker(time),
    };
    let is_possible = match fault {
        Fault::FillDisk(_) => abilities.full_disk,
        Fault::Reload => abilities.engine,
        fault => abilities.engine || !fault.is_of_the_engine(),
    };
    is_possible.then_some(Step { after, fault })
}

/// The round in one line.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "log {:?}", self.log)?;
        if self.in_container {
            write!(f, ", 64 MiB")?;
        }
        if let Some(descriptors) = self.descriptors {
            write!(f, ", {descriptors} descriptors")?;
        }
        for step in &self.steps {
            write!(f, ", {:?}", step.fault)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Abilities, Plan};

    #[test]
    fn a_seed_is_always_the_same_round_and_another_seed_another() {
        let all = Abilities { full_disk: true, container: true, engine: true };
        let shown = |seed| format!("{:?}", Plan::draw(seed, all));
        assert_eq!(shown(7), shown(7));
        assert_ne!(shown(7), shown(8));
    }

    #[test]
    fn what_a_machine_does_not_allow_is_left_out() {
        let none = Abilities { full_disk: false, container: false, engine: false };
        for seed in 0..200 {
            let plan = Plan::draw(seed, none);
            assert!(!plan.in_container);
            assert!(plan.steps.iter().all(|step| !step.fault.is_of_the_engine()), "{plan}");
        }
    }
}
