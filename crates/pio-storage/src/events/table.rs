//! The table that holds the events of an app or channel.

use std::fmt;

use crate::{errors::Result, session::Session};

/// How the names of event tables begin by default.
const PREFIX: &str = "pio_event_";

/// Names the table `pio_event_<app>[_<channel>]`. It is made of numbers only, so that no name from outside gets into SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventTable {
    app_id: i32,
    channel_id: Option<i32>,
}

impl EventTable {
    /// The table of an app's default channel.
    #[must_use]
    pub fn of_app(app_id: i32) -> Self {
        Self { app_id, channel_id: None }
    }

    /// The table of one of an app's channels.
    #[must_use]
    pub fn of_channel(app_id: i32, channel_id: i32) -> Self {
        Self { app_id, channel_id: Some(channel_id) }
    }

    /// The name as an SQL identifier.
    pub(crate) fn quoted(self) -> String {
        format!("\"{self}\"")
    }

    /// Reads a table's name, as it is by default; nothing where it is not one for events.
    fn from_name(name: &str) -> Option<Self> {
        let numbers = name.strip_prefix(PREFIX)?;
        let table = match numbers.split_once('_') {
            Some((app, channel)) => Self::of_channel(app.parse().ok()?, channel.parse().ok()?),
            None => Self::of_app(numbers.parse().ok()?),
        };
        (table.to_string() == name).then_some(table)
    }
}

impl fmt::Display for EventTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pio_event_{}", self.app_id)?;
        self.channel_id.map_or(Ok(()), |channel| write!(f, "_{channel}"))
    }
}

/// Makes the table with its indexes. One that exists is left as it is: indexes on it must not block writers.
pub(crate) async fn create(session: &mut Session, table: EventTable) -> Result<()> {
    if exists(session, table).await? {
        return Ok(());
    }
    let name = table.quoted();
    let columns = "
        id varchar(32) PRIMARY KEY,
        event text NOT NULL,
        entitytype text NOT NULL,
        entityid text NOT NULL,
        targetentitytype text,
        targetentityid text,
        properties text,
        eventtime timestamp DEFAULT CURRENT_TIMESTAMP,
        eventtimezone varchar(50) NOT NULL,
        tags text,
        prid text,
        creationtime timestamp DEFAULT CURRENT_TIMESTAMP,
        creationtimezone varchar(50) NOT NULL";
    session.batch(&format!("CREATE TABLE {name} ({columns})")).await?;
    for index in super::indexes::of(table) {
        session.batch(&index.statement("")).await?;
    }
    Ok(())
}

/// Deletes the table, if it is there.
pub(crate) async fn drop(session: &mut Session, table: EventTable) -> Result<()> {
    session.batch(&format!("DROP TABLE IF EXISTS {}", table.quoted())).await
}

/// Empties the table, or makes it where it is missing.
pub(crate) async fn clear(session: &mut Session, table: EventTable) -> Result<()> {
    if exists(session, table).await? {
        return session.batch(&format!("TRUNCATE {}", table.quoted())).await;
    }
    create(session, table).await
}

/// All event tables there are, in order.
pub(crate) async fn all(session: &mut Session) -> Result<Vec<EventTable>> {
    let sql = "SELECT substr(relname::text, length($1) + 1) FROM pg_class \
               WHERE relkind IN ('r', 'p') AND starts_with(relname::text, $1) AND pg_table_is_visible(oid)";
    let prefix = session.table_name(PREFIX);
    let rows = session.query(sql, &[&prefix]).await?;
    let mut tables = Vec::new();
    for row in &rows {
        let numbers: &str = row.try_get(0)?;
        tables.extend(EventTable::from_name(&format!("{PREFIX}{numbers}")));
    }
    tables.sort_unstable();
    Ok(tables)
}

/// The tables of an app and of its channels, those too that somebody left behind.
pub(crate) async fn of_app(session: &mut Session, app_id: i32) -> Result<Vec<EventTable>> {
    Ok(all(session).await?.into_iter().filter(|table| table.app_id == app_id).collect())
}

async fn exists(session: &mut Session, table: EventTable) -> Result<bool> {
    let sql = "SELECT 1 WHERE to_regclass($1) IS NOT NULL";
    let name = session.table_name(&table.quoted());
    Ok(session.query_opt(sql, &[&name]).await?.is_some())
}

#[cfg(test)]
mod tests {
    use super::EventTable;

    #[test]
    fn only_names_made_of_numbers_are_event_tables() {
        assert_eq!(EventTable::from_name("pio_event_12"), Some(EventTable::of_app(12)));
        assert_eq!(EventTable::from_name("pio_event_1_22"), Some(EventTable::of_channel(1, 22)));
        for name in
            ["pio_event_", "pio_event_x", "pio_event_1_", "pio_event_01", "pio_event_1_2_3", "pio_event_1_+2"]
        {
            assert_eq!(EventTable::from_name(name), None, "{name}");
        }
    }
}
