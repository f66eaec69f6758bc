//! What clients sent and were told, and whether that agrees with what is stored.

use std::collections::HashMap;

/// How a violation tells of a lost event.
pub(super) const LOST: &str = "was acknowledged and is lost";

/// What the last answer to a request said of its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Each event has a status of its own.
    Done,
    /// 503: nothing of it is stored, nor will be.
    NotStored,
    /// 503: it may be stored, and the same body again is not stored twice.
    Unknown,
    /// No answer came.
    Nothing,
}

/// A request, sent once or again with the same body.
#[derive(Debug)]
pub(crate) struct Sent {
    /// The events' entity ids, each used in this request only.
    pub(crate) entities: Vec<String>,
    /// Which of them were acknowledged.
    pub(crate) acknowledged: Vec<bool>,
    /// What each sending of it was told.
    pub(crate) told: Vec<Told>,
    /// The client gave event ids of its own.
    pub(crate) has_ids: bool,
    /// The server was another process for the last sending than for the first.
    pub(crate) saw_restart: bool,
}

/// How often each entity id is stored.
pub(crate) type Stored = HashMap<String, usize>;

impl Sent {
    /// A request that is about to be sent.
    pub(crate) fn new(entities: Vec<String>, has_ids: bool) -> Self {
        let acknowledged = vec![false; entities.len()];
        Self { entities, acknowledged, told: Vec::new(), has_ids, saw_restart: false }
    }

    /// How many of its events were acknowledged.
    pub(crate) fn count_acknowledged(&self) -> usize {
        self.acknowledged.iter().filter(|is_so| **is_so).count()
    }

    /// What is wrong with what became of it.
    pub(crate) fn violations(&self, stored: &Stored) -> Vec<String> {
        let counts: Vec<usize> =
            self.entities.iter().map(|entity| stored.get(entity).copied().unwrap_or_default()).collect();
        let mut found = Vec::new();
        for ((entity, count), is_acknowledged) in self.entities.iter().zip(&counts).zip(&self.acknowledged) {
            if *is_acknowledged && *count == 0 {
                found.push(format!("{entity} {LOST} ({:?})", self.told));
            }
            if *count > 1 && !self.may_be_doubled() {
                found.push(format!("{entity} is stored {count} times ({:?})", self.told));
            }
        }
        let some = counts.iter().filter(|count| **count > 0).count();
        if some > 0 && self.told.iter().all(|told| *told == Told::NotStored) {
            found.push(format!("{} was told as not stored, and is", self.entities[0]));
        }
        if some > 0 && some < counts.len() && self.count_acknowledged() == 0 {
            found.push(format!(
                "{some} of {} events of {} are stored ({:?})",
                counts.len(),
                self.entities[0],
                self.told
            ));
        }
        found
    }

    /// A server remembers unknown outcomes as long as its process lives.
    fn may_be_doubled(&self) -> bool {
        self.saw_restart && !self.has_ids && self.told.len() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::{Sent, Stored, Told};

    fn sent(count: usize, acknowledged: bool, told: &[Told]) -> Sent {
        let mut sent = Sent::new((0..count).map(|number| number.to_string()).collect(), false);
        sent.acknowledged.fill(acknowledged);
        sent.told = told.to_vec();
        sent
    }

    fn stored(counts: &[usize]) -> Stored {
        counts.iter().enumerate().map(|(number, count)| (number.to_string(), *count)).collect()
    }

    #[test]
    fn what_was_acknowledged_must_be_stored_once() {
        let sent = sent(2, true, &[Told::Done]);
        assert!(sent.violations(&stored(&[1, 1])).is_empty());
        assert!(sent.violations(&stored(&[1, 0]))[0].contains("is lost"));
        assert!(sent.violations(&stored(&[1, 2]))[0].contains("2 times"));
    }

    #[test]
    fn what_was_refused_must_not_be_stored() {
        assert!(
            sent(1, false, &[Told::NotStored]).violations(&stored(&[1]))[0].contains("told as not stored")
        );
        assert!(sent(1, false, &[Told::NotStored, Told::Unknown]).violations(&stored(&[1])).is_empty());
        assert!(sent(1, false, &[Told::Nothing]).violations(&stored(&[1])).is_empty());
    }

    #[test]
    fn a_batch_is_stored_whole_or_not_at_all() {
        for told in [Told::Unknown, Told::Nothing] {
            let sent = sent(3, false, &[told]);
            assert!(sent.violations(&stored(&[1, 0, 1]))[0].contains("2 of 3"));
            assert!(sent.violations(&stored(&[0, 0, 0])).is_empty());
            assert!(sent.violations(&stored(&[1, 1, 1])).is_empty());
        }
    }

    #[test]
    fn a_repeat_may_be_doubled_only_by_another_process() {
        let mut repeated = sent(1, true, &[Told::Unknown, Told::Done]);
        assert_eq!(repeated.violations(&stored(&[2])).len(), 1);
        repeated.saw_restart = true;
        assert!(repeated.violations(&stored(&[2])).is_empty());
        repeated.has_ids = true;
        assert_eq!(repeated.violations(&stored(&[2])).len(), 1);
    }
}
