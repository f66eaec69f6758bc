//! Reading and deleting events.

use futures_util::{Stream, stream};
use tokio_postgres::Row;

use super::{
    Event, Events,
    filter::{Filter, Select},
    row,
    table::EventTable,
};
use crate::errors::Result;

/// The length of an event's texts, of which any may be long. That of a long one is known without reading it.
const BYTES: &str = "octet_length(properties) + octet_length(entityid) + octet_length(entitytype) + octet_length(event) \
                     + coalesce(octet_length(targetentityid), 0) + coalesce(octet_length(targetentitytype), 0) \
                     + coalesce(octet_length(prid), 0)";

impl Events<'_> {
    /// The event with this id.
    ///
    /// # Errors
    /// The table is not there, or the database failed.
    pub async fn get(&self, table: EventTable, id: &str) -> Result<Option<Event>> {
        if id.contains('\0') {
            return Ok(None);
        }
        let sql = format!("SELECT {} FROM {} WHERE id = $1", row::COLUMNS, table.quoted());
        let mut session = self.storage.session().await?;
        let found = session
            .query_opt(&sql, &[&id])
            .await
            .map_err(|e| e.in_table(session.table_name(&table.to_string())))?;
        found.as_ref().map(row::event).transpose()
    }

    /// How many bytes the texts of the event with this id have; none where it is not there.
    ///
    /// # Errors
    /// The table is not there, or the database failed.
    pub async fn size(&self, table: EventTable, id: &str) -> Result<usize> {
        if id.contains('\0') {
            return Ok(0);
        }
        let sql = format!("SELECT {BYTES} FROM {} WHERE id = $1", table.quoted());
        let mut session = self.storage.session().await?;
        let found = session
            .query_opt(&sql, &[&id])
            .await
            .map_err(|e| e.in_table(session.table_name(&table.to_string())))?;
        found.as_ref().map_or(Ok(0), size)
    }

    /// How many bytes the texts of the largest event have among those that a filter means.
    ///
    /// # Errors
    /// A value in the filter cannot be stored, the table is not there, or the database failed.
    pub async fn largest(&self, table: EventTable, filter: &Filter) -> Result<usize> {
        let select = Select::new(table, filter)?;
        let sql = format!("SELECT max({BYTES}) FROM ({}) AS found", select.sql);
        let mut session = self.storage.session().await?;
        let rows = session
            .query(&sql, &select.params())
            .await
            .map_err(|e| e.in_table(session.table_name(&table.to_string())))?;
        rows.first().map_or(Ok(0), size)
    }

    /// Deletes the event with this id. Tells whether it was there.
    ///
    /// # Errors
    /// The table is not there, or the database failed. Nothing was deleted then, unless the error is
    /// [`StorageError::OutcomeUnknown`](crate::errors::StorageError::OutcomeUnknown).
    pub async fn delete(&self, table: EventTable, id: &str) -> Result<bool> {
        if id.contains('\0') {
            return Ok(false);
        }
        let sql = format!("DELETE FROM {} WHERE id = $1", table.quoted());
        let mut session = self.storage.session().await?;
        session.begin_with_next();
        let deleted = session
            .execute(&sql, &[&id])
            .await
            .map_err(|e| e.in_table(session.table_name(&table.to_string())))?;
        session.commit().await?;
        Ok(deleted > 0)
    }

    /// The events that a filter means, all at once. Without a limit, [`Events::stream`] needs less memory.
    ///
    /// # Errors
    /// A value in the filter cannot be stored, the table is not there, or the database failed.
    pub async fn find(&self, table: EventTable, filter: &Filter) -> Result<Vec<Event>> {
        let select = Select::new(table, filter)?;
        let mut session = self.storage.session().await?;
        let rows = session
            .query(&select.sql, &select.params())
            .await
            .map_err(|e| e.in_table(session.table_name(&table.to_string())))?;
        rows.iter().map(row::event).collect()
    }

    /// The events that a filter means, fetched as they are asked for. It holds a connection until it ends or is dropped.
    ///
    /// # Errors
    /// A value in the filter cannot be stored, the table is not there, or the database failed.
    pub async fn stream(
        &self,
        table: EventTable,
        filter: &Filter,
    ) -> Result<impl Stream<Item = Result<Event>> + Send + use<>> {
        let select = Select::new(table, filter)?;
        let mut session = self.storage.session().await?;
        let rows = session
            .stream(&select.sql, &select.params())
            .await
            .map_err(|e| e.in_table(session.table_name(&table.to_string())))?;
        Ok(stream::try_unfold((session, Box::pin(rows)), async |(mut session, mut rows)| {
            let Some(row) = session.next(&mut rows).await? else { return Ok(None) };
            Ok(Some((row::event(&row)?, (session, rows))))
        }))
    }
}

fn size(row: &Row) -> Result<usize> {
    let size: Option<i32> = row.try_get(0)?;
    Ok(size.and_then(|size| usize::try_from(size).ok()).unwrap_or(0))
}
