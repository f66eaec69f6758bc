//! The schema: made where it is missing, adopted where PIO made it, never changed or dropped.

mod adopt;

use crate::{
    errors::{Result, StorageError},
    session::Session,
};

/// The version that this program makes. It only ever grows, and newer schemas serve older programs.
const VERSION: i32 = 2;

/// What two processes that start at once take turns with.
const LOCK: i64 = 0x7069_6f5f_6d65_7461;

/// The tables that are there from the start. Columns and types are those of PIO.
const TABLES: &str = include_str!("schema/tables.sql");

/// The table that tells the versions of tables under other names than the default ones.
const NAMED: &str = "CREATE TABLE IF NOT EXISTS pio_schemas (
    names text NOT NULL,
    version integer NOT NULL,
    applied timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (names, version)
)";

/// Brings the schema up to date; one quick question where it is.
pub(crate) async fn ensure(session: &mut Session) -> Result<()> {
    if version(session).await? >= VERSION {
        return Ok(());
    }
    session.begin().await?;
    session.batch(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    if version_in_transaction(session).await? < VERSION {
        session.batch(TABLES).await?;
        adopt::add_missing_columns(session).await?;
        match session.other_names() {
            None => {
                let sql = "INSERT INTO pio_schema (version) VALUES ($1) ON CONFLICT DO NOTHING";
                session.execute(sql, &[&VERSION]).await?;
            }
            Some(names) => {
                session.batch(NAMED).await?;
                let sql = "INSERT INTO pio_schemas (names, version) VALUES ($1, $2) ON CONFLICT DO NOTHING";
                session.execute(sql, &[&names, &VERSION]).await?;
            }
        }
    }
    session.commit().await
}

/// The version in the database, 0 where there is none yet.
async fn version(session: &mut Session) -> Result<i32> {
    let found = match session.other_names() {
        None => session.query_opt("SELECT max(version) FROM pio_schema", &[]).await,
        Some(names) => {
            session.query_opt("SELECT max(version) FROM pio_schemas WHERE names = $1", &[&names]).await
        }
    };
    match found {
        Ok(row) => Ok(row.map(|row| row.try_get::<_, Option<i32>>(0)).transpose()?.flatten().unwrap_or(0)),
        Err(StorageError::NoEventTable { .. }) => Ok(0),
        Err(error) => Err(error),
    }
}

/// As [`version`]; within a transaction no statement may fail.
async fn version_in_transaction(session: &mut Session) -> Result<i32> {
    let table = if session.other_names().is_some() { "pio_schemas" } else { "pio_schema" };
    let there = session.query_opt("SELECT 1 WHERE to_regclass($1) IS NOT NULL", &[&table]).await?;
    if there.is_some() { version(session).await } else { Ok(0) }
}

/// Text with a NUL cannot be stored by `PostgreSQL`.
pub(crate) fn check_text(field: &'static str, text: &str) -> Result<()> {
    if text.contains('\0') {
        return Err(StorageError::invalid(field, "it holds a NUL character"));
    }
    Ok(())
}
