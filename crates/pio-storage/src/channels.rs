//! Channels: an app's events kept apart by source.

use tokio_postgres::Row;

use crate::{
    Storage, apps, changes,
    errors::{Result, StorageError},
    events::{table, table::EventTable},
    schema,
    session::Session,
};

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Channel {
    /// Its number, part of its event table's name.
    pub id: i32,
    /// Its name, unique within its app.
    pub name: String,
    /// The app it belongs to.
    pub app_id: i32,
}

/// The channels in the database.
pub struct Channels<'a> {
    pub(crate) storage: &'a Storage,
}

/// Whether a name may be a channel's: letters, digits and `-`, from 1 to 16 of them.
#[must_use]
pub fn is_valid_name(name: &str) -> bool {
    (1..=16).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

impl Channels<'_> {
    /// Makes a channel and its event table: both or nothing.
    ///
    /// # Errors
    /// The name is taken or none for a channel, the app is not there, or the database failed.
    pub async fn create(&self, app_id: i32, name: &str) -> Result<Channel> {
        if !is_valid_name(name) {
            return Err(StorageError::ChannelName { name: name.to_owned() });
        }
        let mut session = self.storage.session().await?;
        session.begin().await?;
        session.batch("LOCK TABLE pio_meta_channels IN SHARE ROW EXCLUSIVE MODE").await?;
        if apps::get_in(&mut session, app_id).await?.is_none() {
            return Err(StorageError::NoSuchApp { app: app_id.to_string() });
        }
        if find_in(&mut session, app_id, name).await?.is_some() {
            return Err(StorageError::ChannelTaken { name: name.to_owned() });
        }
        let channel = Channel { id: next_id(&mut session).await?, name: name.to_owned(), app_id };
        let sql = "INSERT INTO pio_meta_channels (id, name, appid) VALUES ($1, $2, $3)";
        session.execute(sql, &[&channel.id, &channel.name, &app_id]).await?;
        table::create(&mut session, EventTable::of_channel(app_id, channel.id)).await?;
        changes::announce(&mut session).await?;
        session.commit().await?;
        Ok(channel)
    }

    /// The app's channel of this name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, app_id: i32, name: &str) -> Result<Option<Channel>> {
        schema::check_text("the channel name", name)?;
        find_in(&mut self.storage.session().await?, app_id, name).await
    }

    /// The channels of an app, by id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list_of(&self, app_id: i32) -> Result<Vec<Channel>> {
        let sql = "SELECT id, name, appid FROM pio_meta_channels WHERE appid = $1 ORDER BY id";
        let rows = self.storage.session().await?.query(sql, &[&app_id]).await?;
        rows.iter().map(channel).collect()
    }

    /// Deletes a channel with its events: both or nothing. Tells whether it was there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete(&self, channel: &Channel) -> Result<bool> {
        let mut session = self.storage.session().await?;
        session.begin().await?;
        let sql = "DELETE FROM pio_meta_channels WHERE id = $1 AND appid = $2";
        let deleted = session.execute(sql, &[&channel.id, &channel.app_id]).await?;
        table::drop(&mut session, EventTable::of_channel(channel.app_id, channel.id)).await?;
        changes::announce(&mut session).await?;
        session.commit().await?;
        Ok(deleted > 0)
    }
}

async fn find_in(session: &mut Session, app_id: i32, name: &str) -> Result<Option<Channel>> {
    let sql =
        "SELECT id, name, appid FROM pio_meta_channels WHERE appid = $1 AND name = $2 ORDER BY id LIMIT 1";
    session.query_opt(sql, &[&app_id, &name]).await?.as_ref().map(channel).transpose()
}

async fn next_id(session: &mut Session) -> Result<i32> {
    let sql = "SELECT nextval(pg_get_serial_sequence('pio_meta_channels', 'id'))::int";
    loop {
        let id: i32 = match session.query_opt(sql, &[]).await? {
            Some(row) => row.try_get(0)?,
            None => return Err(StorageError::Unexpected { detail: "no next channel id".to_owned() }),
        };
        if session.query_opt("SELECT 1 FROM pio_meta_channels WHERE id = $1", &[&id]).await?.is_none() {
            return Ok(id);
        }
    }
}

fn channel(row: &Row) -> Result<Channel> {
    Ok(Channel { id: row.try_get(0)?, name: row.try_get(1)?, app_id: row.try_get(2)? })
}
