//! One borrowed connection, with a time limit on everything it does.

use std::{pin::pin, time::Duration};

use deadpool_postgres::{Object, PoolError, TimeoutType};
use pio_settings::database::tables::TableNames;
use tokio::time::timeout;
use tokio_postgres::{
    Error as PgError, Row, RowStream,
    binary_copy::BinaryCopyInWriter,
    types::{ToSql, Type},
};

use crate::{
    errors::{Reason, Result, StorageError},
    params::{Params, typed, untyped},
};

/// A connection that was sent more than this at a time is closed after its use.
const MOST_BYTES_KEPT: usize = 4 * 1024 * 1024;

/// A connection from the pool. Where an operation was cut short (time limit, cancelled request, failed transaction), the
/// connection is closed instead of being given back, so that nobody waits behind what the server still does for it.
pub(crate) struct Session {
    object: Option<Object>,
    limit: Duration,
    busy: bool,
    in_transaction: bool,
    is_bloated: bool,
    statements: Statements,
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
            in_transaction: false,
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
        self.busy = true;
        let sql = &*self.statements.tables.in_sql(sql);
        let client = self.client()?;
        let is_pooled = self.statements.is_pooled;
        let work = async {
            if is_pooled {
                return client.query_typed(sql, &typed(params)).await;
            }
            client.query(&client.prepare_cached(sql).await?, &untyped(params)).await
        };
        let outcome = within(self.limit, work).await;
        self.settle(outcome)
    }

    /// Runs a statement that gives one row or none.
    pub(crate) async fn query_opt(&mut self, sql: &str, params: Params<'_>) -> Result<Option<Row>> {
        Ok(self.query(sql, params).await?.into_iter().next())
    }

    /// Runs a statement and gives the number of rows it touched.
    pub(crate) async fn execute(&mut self, sql: &str, params: Params<'_>) -> Result<u64> {
        self.busy = true;
        let sql = &*self.statements.tables.in_sql(sql);
        let client = self.client()?;
        let is_pooled = self.statements.is_pooled;
        let work = async {
            if is_pooled {
                return client.execute_typed(sql, &typed(params)).await;
            }
            client.execute(&client.prepare_cached(sql).await?, &untyped(params)).await
        };
        let outcome = within(self.limit, work).await;
        self.settle(outcome)
    }

    /// Copies rows into a table, all of them or none. The driver prepares the statement, so not through a pooler.
    pub(crate) async fn copy<'a, const N: usize>(
        &mut self,
        sql: &str,
        types: &[Type; N],
        rows: impl Iterator<Item = [&'a (dyn ToSql + Sync); N]>,
    ) -> Result<()> {
        self.busy = true;
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
        let outcome = within(self.limit, work).await;
        self.settle(outcome).map(drop)
    }

    /// Runs statements without placeholders in one go; outside a transaction they are one of their own.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<()> {
        self.busy = true;
        let sql = self.statements.tables.in_sql(sql);
        let outcome = within(self.limit, self.client()?.batch_execute(&sql)).await;
        self.settle(outcome)
    }

    /// Runs a statement that may take as long as it needs, such as building an index.
    pub(crate) async fn batch_unlimited(&mut self, sql: &str) -> Result<()> {
        self.busy = true;
        let sql = self.statements.tables.in_sql(sql);
        let outcome = self.client()?.batch_execute(&sql).await.map_err(StorageError::from);
        self.settle(outcome)
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
        self.batch(if self.statements.is_pooled { BEGIN_POOLED } else { "BEGIN" }).await?;
        self.in_transaction = true;
        Ok(())
    }

    /// Ends the transaction; what it did is durable afterwards.
    pub(crate) async fn commit(&mut self) -> Result<()> {
        self.batch("COMMIT").await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Starts a transaction around statements which are one each where no pooler is in between; see [`BEGIN_POOLED`].
    pub(crate) async fn begin_if_pooled(&mut self) -> Result<()> {
        if self.statements.is_pooled { self.begin().await } else { Ok(()) }
    }

    /// Ends what [`Session::begin_if_pooled`] began.
    pub(crate) async fn commit_if_pooled(&mut self) -> Result<()> {
        if self.statements.is_pooled { self.commit().await } else { Ok(()) }
    }

    /// The connection; it is there until drop.
    fn client(&self) -> Result<&Object> {
        self.object
            .as_ref()
            .ok_or_else(|| StorageError::Unexpected { detail: "a session without connection".to_owned() })
    }

    fn settle<T>(&mut self, outcome: Result<T>) -> Result<T> {
        // Where the server is well, its answer leaves the connection usable, an error too.
        self.busy = outcome.as_ref().is_err_and(StorageError::is_unavailable);
        outcome
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(object) = self.object.take() else { return };
        if self.busy || self.in_transaction || self.is_bloated {
            drop(Object::take(object));
        }
    }
}

/// Waits no longer than the limit.
async fn within<T>(
    limit: Duration,
    work: impl Future<Output = std::result::Result<T, PgError>>,
) -> Result<T> {
    match timeout(limit, work).await {
        Ok(outcome) => Ok(outcome?),
        Err(_) => Err(StorageError::timed_out("no answer within the time limit")),
    }
}

impl From<PoolError> for StorageError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            PoolError::Timeout(TimeoutType::Wait) => Self::Unavailable {
                reason: Reason::Busy,
                detail: "all connections of this process are in use".to_owned(),
            },
            PoolError::Timeout(_) => Self::timed_out("no connection within the time limit"),
            other => Self::Unexpected { detail: other.to_string() },
        }
    }
}
