//! What waits for its commit, line by line.

use std::collections::{HashMap, VecDeque};

use pio_storage::events::table::EventTable;

use crate::writer::{Job, MAX_COMMIT};

/// How many commits to one table run at a time: while one waits for the disk, the other one's rows are inserted.
const COMMITS_TO_A_TABLE: usize = 2;

/// A second commit is begun for no fewer events than this: many small commits cost more than they gain.
const WORTH_A_SECOND: usize = 32;

/// Jobs that wait, by their lines.
#[derive(Default)]
pub(super) struct Waiting {
    lines: HashMap<QueueKey, TableQueue>,
    /// Lines of which a commit may begin now, the longest waiting first.
    order: VecDeque<QueueKey>,
}

/// Which line a job waits in. Events whose clients gave them ids have a line of their own: one of them waits where another transaction,
/// such as an import, has stored its id and not committed yet, and the others must not wait with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct QueueKey {
    pub(super) table: EventTable,
    has_ids: bool,
}

impl QueueKey {
    fn of(job: &Job) -> Self {
        Self { table: job.table, has_ids: job.has_ids }
    }
}

/// What waits in one line, and what is being written of it.
#[derive(Default)]
struct TableQueue {
    jobs: VecDeque<Job>,
    events: usize,
    /// How many commits run.
    commits: usize,
    /// How many events the last one took.
    taken: usize,
    is_in_order: bool,
}

impl TableQueue {
    /// Whether a commit may begin: the first one at once, a second one with about as many events as the first.
    fn is_ready(&self) -> bool {
        match self.commits {
            0 => self.events > 0,
            commits => commits < COMMITS_TO_A_TABLE && self.events >= WORTH_A_SECOND.max(self.taken / 2),
        }
    }

    /// What one commit takes. A job is never divided: its events are stored together, or none of them is.
    fn take(&mut self) -> Vec<Job> {
        let mut events = 0;
        let mut count = 0;
        for job in &self.jobs {
            if count > 0 && events + job.events.len() > MAX_COMMIT {
                break;
            }
            events += job.events.len();
            count += 1;
        }
        self.taken = events;
        self.events -= events;
        self.jobs.drain(..count).collect()
    }
}

impl Waiting {
    pub(super) fn push(&mut self, job: Job) {
        let key = QueueKey::of(&job);
        let line = self.lines.entry(key).or_default();
        line.events += job.events.len();
        line.jobs.push_back(job);
        self.enqueue(key);
    }

    /// The next line to write, with what waits in it. The last free connection goes to a table that nobody writes to: one that is
    /// locked must not hold up the others.
    pub(super) fn next(&mut self, is_last_connection: bool) -> Option<(QueueKey, Vec<Job>)> {
        let may_begin = |key: &QueueKey| !is_last_connection || !self.is_written(key.table);
        let key = self.order.remove(self.order.iter().position(may_begin)?)?;
        let line = self.lines.get_mut(&key)?;
        line.is_in_order = false;
        line.commits += 1;
        let jobs = line.take();
        self.enqueue(key);
        Some((key, jobs))
    }

    fn is_written(&self, table: EventTable) -> bool {
        let keys = [true, false].map(|has_ids| QueueKey { table, has_ids });
        keys.iter().any(|key| self.lines.get(key).is_some_and(|line| line.commits > 0))
    }

    /// A commit of the line has ended.
    pub(super) fn has_ended(&mut self, key: QueueKey) {
        let Some(line) = self.lines.get_mut(&key) else { return };
        line.commits -= 1;
        if line.commits == 0 && line.jobs.is_empty() {
            self.lines.remove(&key);
        } else {
            self.enqueue(key);
        }
    }

    fn enqueue(&mut self, key: QueueKey) {
        let Some(line) = self.lines.get_mut(&key) else { return };
        if line.is_ready() && !line.is_in_order {
            line.is_in_order = true;
            self.order.push_back(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use pio_http::budget::Share;
    use pio_storage::events::NewEvent;
    use pio_storage::events::table::EventTable;
    use tokio::sync::{Semaphore, oneshot};

    use super::{QueueKey, WORTH_A_SECOND, Waiting};
    use crate::writer::{Claim, Job, MAX_COMMIT};

    fn job(app: i32, events: usize) -> Job {
        let (answer, _) = oneshot::channel();
        Job {
            table: EventTable::of_app(app),
            events: vec![NewEvent::default(); events],
            came: Instant::now(),
            claim: Claim::default(),
            answer,
            has_ids: false,
            places: Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap(),
            share: Share::default(),
        }
    }

    fn next(waiting: &mut Waiting, is_last_connection: bool) -> Option<(EventTable, usize)> {
        let (key, jobs) = waiting.next(is_last_connection)?;
        Some((key.table, jobs.iter().map(|job| job.events.len()).sum()))
    }

    fn without_ids(table: EventTable) -> QueueKey {
        QueueKey { table, has_ids: false }
    }

    #[test]
    fn events_with_ids_of_their_clients_keep_no_others_waiting() {
        let mut waiting = Waiting::default();
        waiting.push(Job { has_ids: true, ..job(1, 1) });
        assert!(next(&mut waiting, false).is_some());
        waiting.push(job(1, 1));
        assert_eq!(next(&mut waiting, true), None, "the last connection is for other tables");
        assert!(next(&mut waiting, false).is_some());
    }

    #[test]
    fn a_second_commit_waits_until_it_is_worth_it() {
        let mut waiting = Waiting::default();
        let table = EventTable::of_app(1);
        waiting.push(job(1, 1));
        assert_eq!(next(&mut waiting, false), Some((table, 1)));
        waiting.push(job(1, WORTH_A_SECOND - 1));
        assert_eq!(next(&mut waiting, false), None);
        waiting.push(job(1, 1));
        assert_eq!(next(&mut waiting, false), Some((table, WORTH_A_SECOND)));
        waiting.push(job(1, 1000));
        assert_eq!(next(&mut waiting, false), None, "two commits at a time are enough");
        waiting.has_ended(without_ids(table));
        assert_eq!(next(&mut waiting, false), Some((table, 1000)));
    }

    #[test]
    fn a_batch_is_never_divided_between_commits() {
        let mut waiting = Waiting::default();
        let table = EventTable::of_app(1);
        for _ in 0..3 {
            waiting.push(job(1, MAX_COMMIT / 2 - 1));
        }
        assert_eq!(next(&mut waiting, false), Some((table, 2 * (MAX_COMMIT / 2 - 1))));
        waiting.has_ended(without_ids(table));
        assert_eq!(next(&mut waiting, false), Some((table, MAX_COMMIT / 2 - 1)), "the rest goes next");
        assert_eq!(next(&mut waiting, false), None);
    }

    #[test]
    fn the_last_connection_is_kept_for_a_table_that_nobody_writes_to() {
        let mut waiting = Waiting::default();
        waiting.push(job(1, 1));
        next(&mut waiting, false);
        waiting.push(job(1, 100));
        waiting.push(job(2, 1));
        assert_eq!(next(&mut waiting, true), Some((EventTable::of_app(2), 1)));
        assert_eq!(next(&mut waiting, true), None);
        assert_eq!(next(&mut waiting, false), Some((EventTable::of_app(1), 100)));
    }

    #[test]
    fn what_waits_is_written_when_the_commit_before_it_ends() {
        let mut waiting = Waiting::default();
        let table = EventTable::of_app(1);
        waiting.push(job(1, 1));
        next(&mut waiting, false);
        waiting.push(job(1, 1));
        assert_eq!(next(&mut waiting, false), None);
        waiting.has_ended(without_ids(table));
        assert_eq!(next(&mut waiting, false), Some((table, 1)));
        waiting.has_ended(without_ids(table));
        assert!(waiting.lines.is_empty(), "nothing is kept of tables that nobody writes to");
    }
}
