//! One borrowed connection, with a time limit on everything it does.

use std::{pin::pin, time::Duration};

use deadpool_postgres::{ClientWrapper, Object, PoolError, TimeoutType};
use futures_util::future;
use pio_settings::database::tables::TableNames;
use tokio::time::timeout;
use tokio_postgres::{
    Error as PgError, Row, RowStream,
    binary_copy::BinaryCopyInWriter,
    types::{ToSql, Type},
};

use crate::{
    errors::{Result, StorageError, UnavailableCause},
    params::{Params, typed, untyped},
};

/// A connection that was sent more than this at a time is closed after its use.
const MOST_BYTES_KEPT: usize = 4 * 1024 * 1024;

/// What is said where the server did not answer in time.
const NO_ANSWER: &str = "no answer within the time limit";

/// A connection from the pool. Where an operation was cut short (time limit, cancelled request, failed transaction), the
/// connection is closed instead of being given back, so that nobody waits behind what the server still does for it.
pub(crate) struct Session {
    object: Option<Object>,
    limit: Duration,
    busy: bool,
    transaction: Transaction,
    is_bloated: bool,
    statements: Statements,
}

/// Whether a session is in a transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Transaction {
    None,
    BeginsWithNext,
    Open,
}

/// How statements are written and sent.
pub(crate) struct Statements {
    /// Statements name tables as PIO does by default; these are the names in force.
    pub(crate) tables: TableNames,
    /// Whether a pooler may give each transaction another connection of the server: nothing is prepared then.
    pub(crate) is_pooled: bool,
}

/// Begins a transaction through a pooler, where what was set for the session belongs to whoever has its connection: an
/// acknowledged commit must be on the server's disk, whatever the database's default is.
const BEGIN_POOLED: &str = "BEGIN; SELECT CASE WHEN current_setting('synchronous_commit') = 'off' \
    THEN set_config('synchronous_commit', 'on', true) END";

impl Session {
    pub(crate) fn new(object: Object, limit: Duration, statements: Statements) -> Self {
        Self {
            object: Some(object),
            limit,
            busy: false,
            transaction: Transaction::None,
            is_bloated: false,
            statements,
        }
    }

    /// The name in force of what PIO calls so by default.
    pub(crate) fn table_name(&self, default: &str) -> String {
        self.statements.tables.in_sql(default).into_owned()
    }

    /// How the tables' names begin, where that is not the default.
    pub(crate) fn other_names(&self) -> Option<String> {
        let TableNames { metadata, eventdata, modeldata } = &self.statements.tables;
        (self.statements.tables != TableNames::default())
            .then(|| format!("{metadata} {eventdata} {modeldata}"))
    }

    /// Whether a pooler may give each transaction another connection of the server.
    pub(crate) fn is_pooled(&self) -> bool {
        self.statements.is_pooled
    }

    /// So many bytes are about to be sent. A connection keeps the room that it once needed, so it is not used again after many.
    pub(crate) fn will_send(&mut self, bytes: usize) {
        self.is_bloated |= bytes > MOST_BYTES_KEPT;
    }

    /// Runs a statement and gives its rows.
    pub(crate) async fn query(&mut self, sql: &str, params: Params<'_>) -> Result<Vec<Row>> {
        let begin = self.starts();
        let sql = &*self.statements.tables.in_sql(sql);
        let client = self.client()?;
        let is_pooled = self.statements.is_pooled;
        let work = async {
            if is_pooled {
                return client.query_typed(sql, &typed(params)).await;
            }
            client.query(&client.prepare_cached(sql).await?, &untyped(params)).await
        };
        let outcome = within(self.limit, begun(client, begin, work)).await;
        self.finish_transaction(outcome)
    }

    /// Runs a statement that gives one row or none.
    pub(crate) async fn query_opt(&mut self, sql: &str, params: Params<'_>) -> Result<Option<Row>> {
        Ok(self.query(sql, params).await?.into_iter().next())
    }

    /// Runs a statement and gives the number of rows it touched.
    pub(crate) async fn execute(&mut self, sql: &str, params: Params<'_>) -> Result<u64> {
        let begin = self.starts();
        let sql = &*self.statements.tables.in_sql(sql);
        let client = self.client()?;
        let is_pooled = self.statements.is_pooled;
        let work = async {
            if is_pooled {
                return client.execute_typed(sql, &typed(params)).await;
            }
            client.execute(&client.prepare_cached(sql).await?, &untyped(params)).await
        };
        let outcome = within(self.limit, begun(client, begin, work)).await;
        self.finish_transaction(outcome)
    }

    /// Copies rows into a table, all of them or none. The driver prepares the statement, so not through a pooler.
    pub(crate) async fn copy<'a, const N: usize>(
        &mut self,
        sql: &str,
        types: &[Type; N],
        rows: impl Iterator<Item = [&'a (dyn ToSql + Sync); N]>,
    ) -> Result<()> {
        let begin = self.starts();
        let sql = &*self.statements.tables.in_sql(sql);
        let client = self.client()?;
        let work = async {
            let sink = client.copy_in(&client.prepare_cached(sql).await?).await?;
            let mut writer = pin!(BinaryCopyInWriter::new(sink, types));
            for row in rows {
                writer.as_mut().write(&row).await?;
            }
            writer.finish().await
        };
        let outcome = within(self.limit, begun(client, begin, work)).await;
        self.finish_transaction(outcome).map(drop)
    }

    /// Runs statements without placeholders in one go; outside a transaction they are one of their own.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<()> {
        self.busy = true;
        let sql = self.statements.tables.in_sql(sql);
        let outcome = within(self.limit, self.client()?.batch_execute(&sql)).await;
        self.finish_transaction(outcome)
    }

    /// Runs a statement that may take as long as it needs, such as building an index.
    pub(crate) async fn batch_unlimited(&mut self, sql: &str) -> Result<()> {
        self.busy = true;
        let sql = self.statements.tables.in_sql(sql);
        let outcome = self.client()?.batch_execute(&sql).await.map_err(StorageError::from);
        self.finish_transaction(outcome)
    }

    /// Starts a statement whose rows are fetched as they are asked for.
    pub(crate) async fn stream(&mut self, sql: &str, params: Params<'_>) -> Result<RowStream> {
        self.busy = true;
        let sql = &*self.statements.tables.in_sql(sql);
        let client = self.client()?;
        let work = async {
            if self.statements.is_pooled {
                return client.query_typed_raw(sql, typed(params)).await;
            }
            let statement = client.prepare_cached(sql).await?;
            client.query_raw(&statement, untyped(params)).await
        };
        // Until the last row was read the connection stays busy; see `rows_read`.
        within(self.limit, work).await
    }

    /// The next row of a stream, or nothing after the last one.
    pub(crate) async fn next(&mut self, rows: &mut std::pin::Pin<Box<RowStream>>) -> Result<Option<Row>> {
        use futures_util::TryStreamExt as _;
        let row = within(self.limit, rows.try_next()).await?;
        if row.is_none() {
            self.busy = false;
        }
        Ok(row)
    }

    /// Starts a transaction. Without a [`Session::commit`] nothing of it stays.
    pub(crate) async fn begin(&mut self) -> Result<()> {
        self.batch(self.begin_sql()).await?;
        self.transaction = Transaction::Open;
        Ok(())
    }

    /// Starts a transaction with the next statement: both take one exchange with the server.
    pub(crate) fn begin_with_next(&mut self) {
        self.transaction = Transaction::BeginsWithNext;
    }

    /// Ends the transaction; what it did is durable afterwards. [`StorageError::OutcomeUnknown`] says that the server did not
    /// answer; after any other error nothing of the transaction stays.
    pub(crate) async fn commit(&mut self) -> Result<()> {
        self.commit_within(self.limit).await
    }

    /// As [`Session::commit`], with a time limit of its own.
    pub(crate) async fn commit_within(&mut self, limit: Duration) -> Result<()> {
        self.busy = true;
        let outcome = match timeout(limit, self.client()?.batch_execute("COMMIT")).await {
            Ok(Err(error)) => Err(StorageError::of_commit(error)),
            Ok(Ok(())) => Ok(()),
            Err(_) => Err(StorageError::outcome_unknown(NO_ANSWER)),
        };
        self.finish_transaction(outcome)?;
        self.transaction = Transaction::None;
        Ok(())
    }

    /// Undoes the transaction, so that another one may begin.
    pub(crate) async fn rollback(&mut self) -> Result<()> {
        if self.transaction == Transaction::Open {
            self.batch("ROLLBACK").await?;
        }
        self.transaction = Transaction::None;
        Ok(())
    }

    fn begin_sql(&self) -> &'static str {
        if self.statements.is_pooled { BEGIN_POOLED } else { "BEGIN" }
    }

    /// Notes that a statement is sent. Gives what is sent before it where it begins a transaction.
    fn starts(&mut self) -> Option<&'static str> {
        self.busy = true;
        let begins = self.transaction == Transaction::BeginsWithNext;
        if begins {
            self.transaction = Transaction::Open;
        }
        begins.then(|| self.begin_sql())
    }

    /// The connection; it is there until drop.
    fn client(&self) -> Result<&Object> {
        self.object
            .as_ref()
            .ok_or_else(|| StorageError::Unexpected { detail: "a session without connection".to_owned() })
    }

    fn finish_transaction<T>(&mut self, outcome: Result<T>) -> Result<T> {
        // Where the server is well, its answer leaves the connection usable, an error too.
        self.busy = outcome.as_ref().is_err_and(StorageError::is_unavailable);
        outcome
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(object) = self.object.take() else { return };
        if self.busy || self.transaction == Transaction::Open || self.is_bloated {
            drop(Object::take(object));
        }
    }
}

/// Does the work, behind what begins its transaction.
async fn begun<T>(
    client: &ClientWrapper,
    begin: Option<&str>,
    work: impl Future<Output = std::result::Result<T, PgError>>,
) -> std::result::Result<T, PgError> {
    let Some(begin) = begin else { return work.await };
    // `join` polls the first one first, so it is sent first.
    let (started, outcome) = future::join(client.batch_execute(begin), work).await;
    started?;
    outcome
}

/// Waits no longer than the limit.
async fn within<T>(
    limit: Duration,
    work: impl Future<Output = std::result::Result<T, PgError>>,
) -> Result<T> {
    match timeout(limit, work).await {
        Ok(outcome) => Ok(outcome?),
        Err(_) => Err(StorageError::timed_out(NO_ANSWER)),
    }
}

impl From<PoolError> for StorageError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            PoolError::Timeout(TimeoutType::Wait) => Self::Unavailable {
                reason: UnavailableCause::Busy,
                detail: "all connections of this process are in use".to_owned(),
            },
            PoolError::Timeout(_) => Self::timed_out("no connection within the time limit"),
            other => Self::Unexpected { detail: other.to_string() },
        }
    }
}
