//! Columns that a database of an older PIO lacks.

use crate::{errors::Result, events::table, session::Session};

/// Columns that came to the metadata tables over PIO's versions. Those that must not be null get an empty text.
const COLUMNS: &str = "
ALTER TABLE pio_meta_apps ADD COLUMN IF NOT EXISTS description text;
ALTER TABLE pio_meta_accesskeys ADD COLUMN IF NOT EXISTS events text;
ALTER TABLE pio_meta_engineinstances
    ADD COLUMN IF NOT EXISTS batch text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS env text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS sparkconf text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS enginefactory text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS datasourceparams text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS preparatorparams text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS algorithmsparams text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS servingparams text NOT NULL DEFAULT '';
ALTER TABLE pio_meta_evaluationinstances
    ADD COLUMN IF NOT EXISTS batch text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS env text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS sparkconf text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS evaluatorresults text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS evaluatorresultshtml text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS evaluatorresultsjson text;
";

/// Columns that an event table of an older PIO may lack. A constant default does not rewrite the table.
const EVENT_COLUMNS: &str = "
    ADD COLUMN IF NOT EXISTS targetentitytype text,
    ADD COLUMN IF NOT EXISTS targetentityid text,
    ADD COLUMN IF NOT EXISTS properties text,
    ADD COLUMN IF NOT EXISTS eventtimezone varchar(50) NOT NULL DEFAULT 'UTC',
    ADD COLUMN IF NOT EXISTS tags text,
    ADD COLUMN IF NOT EXISTS prid text,
    ADD COLUMN IF NOT EXISTS creationtime timestamp DEFAULT CURRENT_TIMESTAMP,
    ADD COLUMN IF NOT EXISTS creationtimezone varchar(50) NOT NULL DEFAULT 'UTC'";

/// How many columns an event table has.
const EVENT_COLUMN_COUNT: i64 = 13;

/// Adds what is missing. Tables that are whole are left alone, because even looking for a column locks out writers.
pub(super) async fn add_missing_columns(session: &mut Session) -> Result<()> {
    session.batch(COLUMNS).await?;
    for table in table::all(session).await? {
        let sql = "SELECT count(*) FROM pg_attribute \
                   WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped";
        let name = session.table_name(&table.to_string());
        let row = session.query_opt(sql, &[&name]).await?;
        let columns = row.map(|row| row.try_get::<_, i64>(0)).transpose()?.unwrap_or(EVENT_COLUMN_COUNT);
        if columns < EVENT_COLUMN_COUNT {
            session.batch(&format!("ALTER TABLE {} {EVENT_COLUMNS}", table.quoted())).await?;
        }
    }
    Ok(())
}
