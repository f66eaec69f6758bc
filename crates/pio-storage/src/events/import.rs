//! Storing many events, all of them or none.

use super::{Events, Insertion, NewEvent, insert, table::EventTable};
use crate::{errors::Result, session::Session};

/// Events on their way into a table. Without [`Import::commit`] none of them is stored.
pub struct Import {
    session: Session,
    table: EventTable,
}

impl Events<'_> {
    /// Starts to store many events in one transaction. Other imports into the table may run at the same time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn import(&self, table: EventTable) -> Result<Import> {
        self.start(table, "pg_advisory_xact_lock_shared").await
    }

    /// The same, but waits for other imports into the table, and they for this one: for an import that depends on which events are
    /// there. Event servers go on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn import_alone(&self, table: EventTable) -> Result<Import> {
        self.start(table, "pg_advisory_xact_lock").await
    }

    async fn start(&self, table: EventTable, lock: &str) -> Result<Import> {
        let mut session = self.storage.session().await?;
        session.begin().await?;
        session
            .batch_unlimited(&format!("SELECT {lock}(hashtext('pio import'), hashtext('{table}'))"))
            .await?;
        Ok(Import { session, table })
    }
}

impl Import {
    /// Stores a batch of events; some thousands at a time are best. What became of each is told in their order.
    ///
    /// # Errors
    /// An event cannot be stored, the table is not there, or the database failed. Nothing more can be added then.
    pub async fn add(&mut self, events: &[NewEvent]) -> Result<Vec<Insertion>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        insert::insert(&mut self.session, self.table, events).await
    }

    /// Whether no event is there.
    ///
    /// # Errors
    /// The table is not there, or the database failed.
    pub async fn is_empty(&mut self) -> Result<bool> {
        let sql = format!("SELECT 1 FROM {} LIMIT 1", self.table.quoted());
        let any = self.session.query_opt(&sql, &[]).await;
        Ok(any.map_err(|error| error.in_table(self.session.table_name(&self.table.to_string())))?.is_none())
    }

    /// Deletes the events that are there so far. Others see them until the commit; those that others store meanwhile stay.
    ///
    /// # Errors
    /// The table is not there, or the database failed.
    pub async fn clear(&mut self) -> Result<()> {
        // A TRUNCATE would make readers wait, and those that began before it would find nothing.
        let sql = format!("DELETE FROM {}", self.table.quoted());
        let deleted = self.session.batch_unlimited(&sql).await;
        deleted.map_err(|error| error.in_table(self.session.table_name(&self.table.to_string())))
    }

    /// Makes all of it durable.
    ///
    /// # Errors
    /// The database failed. Nothing is stored then, unless the error is
    /// [`StorageError::OutcomeUnknown`](crate::errors::StorageError::OutcomeUnknown): then all of it is, or nothing.
    pub async fn commit(mut self) -> Result<()> {
        self.session.commit().await
    }
}
