//! Access keys: who has one may send events to its app and read them.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio_postgres::Row;

use crate::{
    Storage, apps, changes,
    errors::{Result, StorageError},
    schema,
    session::Session,
};

/// The column holds no more characters.
const LONGEST_KEY: usize = 64;

/// An access key.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
pub struct AccessKey {
    /// The key itself; a secret.
    pub key: String,
    /// The app it opens.
    pub app_id: i32,
    /// The names of the events it may send; all where there are none.
    pub events: Vec<String>,
    /// What it may do at all; everything where nothing is said, as in PIO.
    pub permissions: Option<Permissions>,
}

/// What an access key may do. One that has them may do it with its events only, where it has a list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Permissions {
    /// Read events.
    pub read: bool,
    /// Send events.
    pub write: bool,
    /// Delete events.
    pub delete: bool,
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("key", &"***")
            .field("app_id", &self.app_id)
            .field("events", &self.events)
            .field("permissions", &self.permissions)
            .finish()
    }
}

/// An access key to be made.
#[derive(Clone, Default)]
pub struct NewAccessKey {
    /// The key itself; one is made where it is not given.
    pub key: Option<String>,
    /// The app it opens.
    pub app_id: i32,
    /// The names of the events it may send; all where there are none.
    pub events: Vec<String>,
    /// What it may do at all; everything where nothing is said.
    pub permissions: Option<Permissions>,
}

const SELECT: &str = "SELECT accesskey, appid, events, may_read, may_write, may_delete \
    FROM pio_meta_accesskeys k LEFT JOIN pio_meta_permissions USING (accesskey)";

/// The access keys in the database.
pub struct AccessKeys<'a> {
    pub(crate) storage: &'a Storage,
}

impl AccessKeys<'_> {
    /// Makes an access key for an app that exists.
    ///
    /// # Errors
    /// The key is taken, the app is not there, a value cannot be stored, or the database failed.
    pub async fn create(&self, new: &NewAccessKey) -> Result<AccessKey> {
        let key = given_or_generated(new.key.as_deref())?;
        let key =
            AccessKey { key, app_id: new.app_id, events: new.events.clone(), permissions: new.permissions };
        let mut session = self.storage.session().await?;
        session.begin().await?;
        if apps::get_in(&mut session, key.app_id).await?.is_none() {
            return Err(StorageError::NoSuchApp { app: key.app_id.to_string() });
        }
        insert(&mut session, &key).await?;
        changes::announce(&mut session).await?;
        session.commit().await?;
        Ok(key)
    }

    /// The access key, if there is such a one. A key of an app that was deleted is still one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn get(&self, key: &str) -> Result<Option<AccessKey>> {
        if key.contains('\0') {
            return Ok(None);
        }
        let sql = format!("{SELECT} WHERE accesskey = $1");
        self.storage.session().await?.query_opt(&sql, &[&key]).await?.as_ref().map(access_key).transpose()
    }

    /// All access keys, by app and in the order in which they were made.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list(&self) -> Result<Vec<AccessKey>> {
        let sql = format!("{SELECT} ORDER BY appid, k.ctid");
        let rows = self.storage.session().await?.query(&sql, &[]).await?;
        rows.iter().map(access_key).collect()
    }

    /// The access keys of an app in the order in which they were made: the first one came with the app.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list_of(&self, app_id: i32) -> Result<Vec<AccessKey>> {
        let sql = format!("{SELECT} WHERE appid = $1 ORDER BY k.ctid");
        let rows = self.storage.session().await?.query(&sql, &[&app_id]).await?;
        rows.iter().map(access_key).collect()
    }

    /// Deletes an access key. Tells whether it was there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete(&self, key: &str) -> Result<bool> {
        schema::check_text("the access key", key)?;
        let mut session = self.storage.session().await?;
        session.begin().await?;
        let deleted =
            session.execute("DELETE FROM pio_meta_accesskeys WHERE accesskey = $1", &[&key]).await?;
        session.execute("DELETE FROM pio_meta_permissions WHERE accesskey = $1", &[&key]).await?;
        changes::announce(&mut session).await?;
        session.commit().await?;
        Ok(deleted > 0)
    }
}

/// Inserts a key within a transaction.
pub(crate) async fn insert(session: &mut Session, key: &AccessKey) -> Result<()> {
    let events = stored_events(&key.events)?;
    let sql = "INSERT INTO pio_meta_accesskeys (accesskey, appid, events) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    if session.execute(sql, &[&key.key, &key.app_id, &events]).await? == 0 {
        return Err(StorageError::AccessKeyTaken);
    }
    // PIO, which does not know them, may have deleted the key that had them.
    session.execute("DELETE FROM pio_meta_permissions WHERE accesskey = $1", &[&key.key]).await?;
    if let Some(Permissions { read, write, delete }) = key.permissions {
        let sql = "INSERT INTO pio_meta_permissions (accesskey, may_read, may_write, may_delete) VALUES ($1, $2, $3, $4)";
        session.execute(sql, &[&key.key, &read, &write, &delete]).await?;
    }
    Ok(())
}

/// Deletes the keys of an app within a transaction.
pub(crate) async fn delete_of_app(session: &mut Session, app_id: i32) -> Result<()> {
    let sql = "DELETE FROM pio_meta_permissions WHERE accesskey IN \
               (SELECT accesskey FROM pio_meta_accesskeys WHERE appid = $1)";
    session.execute(sql, &[&app_id]).await?;
    session.execute("DELETE FROM pio_meta_accesskeys WHERE appid = $1", &[&app_id]).await?;
    Ok(())
}

/// The key that the user chose, or 64 random characters that can stand in a URL.
pub(crate) fn given_or_generated(given: Option<&str>) -> Result<String> {
    let Some(key) = given.filter(|key| !key.is_empty()) else { return Ok(generated()) };
    schema::check_text("the access key", key)?;
    match key.chars().count() {
        0..=LONGEST_KEY => Ok(key.to_owned()),
        length => Err(StorageError::invalid(
            "the access key",
            format!("it has {length} characters, and {LONGEST_KEY} are the most there may be"),
        )),
    }
}

/// A key does not start with `-`, so that it can be given to a command.
fn generated() -> String {
    loop {
        let key = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 48]>());
        if !key.starts_with('-') {
            return key;
        }
    }
}

/// The names joined by commas, as PIO stores them; nothing where all events are allowed.
fn stored_events(events: &[String]) -> Result<Option<String>> {
    for name in events {
        schema::check_text("the event name", name)?;
        if name.is_empty() || name.contains(',') {
            return Err(StorageError::invalid("the event name", "it is empty or holds a comma"));
        }
    }
    Ok((!events.is_empty()).then(|| events.join(",")))
}

fn access_key(row: &Row) -> Result<AccessKey> {
    let events: Option<&str> = row.try_get(2)?;
    let events =
        events.unwrap_or_default().split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let read: Option<bool> = row.try_get(3)?;
    let permissions = match read {
        Some(read) => Some(Permissions { read, write: row.try_get(4)?, delete: row.try_get(5)? }),
        None => None,
    };
    Ok(AccessKey { key: row.try_get(0)?, app_id: row.try_get(1)?, events, permissions })
}
