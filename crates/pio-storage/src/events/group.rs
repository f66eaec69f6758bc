//! Storing events of several clients in one commit, each of them with an outcome of its own.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use super::{Events, Insertion, NewEvent, insert::insert, table::EventTable};
use crate::{
    errors::{Result, StorageError},
    session::Session,
};

/// What became of one event: it was taken, or left out for its own fault.
pub type EventOutcome = std::result::Result<Insertion, Arc<StorageError>>;

/// How long a group of events may take.
#[derive(Debug, Clone, Copy)]
pub struct GroupLimits {
    /// For everything before the commit. Beyond it none of the events is stored.
    pub rows: Duration,
    /// For the answer to the commit. Beyond it the outcome is unknown.
    pub commit: Duration,
}

/// A group of events that was written.
#[derive(Debug)]
pub struct Group {
    /// What became of each event, in their order. It holds only if the group was committed.
    pub outcomes: Vec<EventOutcome>,
    /// Why it is not known whether the group was committed; nothing where it was, and is durable.
    pub unknown: Option<StorageError>,
}

impl Events<'_> {
    /// Stores events in one transaction, all of them but those that cannot be stored. Before its COMMIT is sent the transaction can be
    /// given up for certain, whatever the server does, so the outcome is unknown only where a COMMIT has no answer.
    ///
    /// # Errors
    /// The table is not there, or the database failed. None of the events is stored then.
    pub async fn insert_group(
        &self,
        table: EventTable,
        events: &[NewEvent],
        limits: GroupLimits,
    ) -> Result<Group> {
        if events.is_empty() {
            return Ok(Group { outcomes: Vec::new(), unknown: None });
        }
        let (mut session, outcomes) = timeout(limits.rows, self.write(table, events))
            .await
            .map_err(|_| StorageError::timed_out("the events were not written within the time limit"))??;
        match session.commit_within(limits.commit).await {
            Ok(()) => Ok(Group { outcomes, unknown: None }),
            Err(error @ StorageError::OutcomeUnknown { .. }) => Ok(Group { outcomes, unknown: Some(error) }),
            Err(error) => Err(error),
        }
    }

    /// Writes the events without the commit.
    async fn write(&self, table: EventTable, events: &[NewEvent]) -> Result<(Session, Vec<EventOutcome>)> {
        let mut session = self.storage.session().await?;
        session.begin_with_next();
        let outcomes = match insert(&mut session, table, events).await {
            Ok(insertions) => insertions.into_iter().map(Ok).collect(),
            Err(error) if error.is_fault_of_a_value() => {
                session.rollback().await?;
                write_each(&mut session, table, events).await?
            }
            Err(error) => return Err(error),
        };
        Ok((session, outcomes))
    }
}

/// Writes the events in one transaction. Where one of them cannot be stored, halves are tried until it stands alone.
async fn write_each(
    session: &mut Session,
    table: EventTable,
    events: &[NewEvent],
) -> Result<Vec<EventOutcome>> {
    session.begin().await?;
    let mut outcomes = Vec::with_capacity(events.len());
    let mut parts = vec![events];
    while let Some(part) = parts.pop() {
        session.batch("SAVEPOINT part").await?;
        match insert(session, table, part).await {
            Ok(insertions) => {
                session.batch("RELEASE part").await?;
                outcomes.extend(insertions.into_iter().map(Ok));
            }
            Err(error) if error.is_fault_of_a_value() => {
                session.batch("ROLLBACK TO part; RELEASE part").await?;
                if part.len() == 1 {
                    outcomes.push(Err(Arc::new(error)));
                } else {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcomes)
}
