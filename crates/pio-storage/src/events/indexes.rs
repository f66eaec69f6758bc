//! The indexes of event tables: made with the tables that are made here, added to those that PIO made.

use super::{
    Events,
    table::{self, EventTable},
};
use crate::{
    errors::{Result, StorageError},
    session::Session,
};

/// Held while indexes are added, so that only one process does it. Asked for without waiting: a process that waited would
/// hold a snapshot, for which the other's index would wait in turn. A transaction holds it, which lasts through a pooler too;
/// the indexes are made on another connection, because they cannot be made within a transaction.
const LOCK: i64 = 0x7069_6f5f_696e_6478;

/// The expression of which the index by entity is made.
pub(super) const ENTITY: &str = "hashtextextended(entityid, 0)";

/// An index that look-ups need.
pub(super) struct Index {
    table: EventTable,
    suffix: &'static str,
    columns: String,
}

/// The indexes of a table: look-ups by entity, and reading in the order of time. An entity's id may be longer than an
/// index can hold, and its hash is small; a query must ask for both, see [`ENTITY`].
pub(super) fn of(table: EventTable) -> [Index; 2] {
    [
        Index { table, suffix: "entity", columns: format!("{ENTITY}, eventtime") },
        Index { table, suffix: "time", columns: "eventtime".to_owned() },
    ]
}

impl Index {
    /// The statement that makes it, with `CONCURRENTLY` or what else belongs there.
    pub(super) fn statement(&self, how: &str) -> String {
        let Self { table, columns, .. } = self;
        format!("CREATE INDEX {how} \"{}\" ON {} ({columns})", self.name(), table.quoted())
    }

    fn name(&self) -> String {
        format!("{}_{}", self.table, self.suffix)
    }
}

impl Events<'_> {
    /// Adds the indexes that tables made by PIO lack, without blocking those who write to them, and makes anew what an
    /// interrupted run left unfinished. Gives the names of the indexes it made; takes as long as it takes, and two connections.
    ///
    /// # Errors
    /// The database failed, or its role does not own the tables.
    pub async fn create_missing_indexes(&self) -> Result<Vec<String>> {
        let mut holder = self.storage.session().await?;
        holder.begin().await?;
        let row = holder.query_opt("SELECT pg_try_advisory_xact_lock($1)", &[&LOCK]).await?;
        if !row.map(|row| row.try_get::<_, bool>(0)).transpose()?.unwrap_or(false) {
            return holder.commit().await.map(|()| Vec::new());
        }
        // Another statement also ends the snapshot of the one before it, for which the indexes would wait.
        holder.batch("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
        let made = create_missing(&mut self.storage.session().await?).await?;
        holder.commit().await?;
        Ok(made)
    }
}

async fn create_missing(session: &mut Session) -> Result<Vec<String>> {
    let mut made = Vec::new();
    for table in table::all(session).await? {
        for index in of(table) {
            match make(session, &index).await {
                Ok(true) => made.push(session.table_name(&index.name())),
                // The table was deleted meanwhile.
                Ok(false) | Err(StorageError::NoEventTable { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(made)
}

/// Makes the index unless there is a valid one. Tells whether it did.
async fn make(session: &mut Session, index: &Index) -> Result<bool> {
    let name = index.name();
    match state(session, &name).await? {
        State::Valid => return Ok(false),
        State::Broken => {
            session.batch_unlimited(&format!("DROP INDEX CONCURRENTLY IF EXISTS \"{name}\"")).await?;
        }
        State::Missing => {}
    }
    session.batch_unlimited(&index.statement("CONCURRENTLY")).await?;
    Ok(true)
}

enum State {
    Missing,
    Valid,
    /// Making it was interrupted.
    Broken,
}

async fn state(session: &mut Session, name: &str) -> Result<State> {
    let sql = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)";
    let name = session.table_name(&format!("\"{name}\""));
    let row = session.query_opt(sql, &[&name]).await?;
    Ok(match row.map(|row| row.try_get(0)).transpose()? {
        Some(true) => State::Valid,
        Some(false) => State::Broken,
        None => State::Missing,
    })
}
