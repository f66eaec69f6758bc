//! Apps: each has its own events, access keys and channels.

use tokio_postgres::Row;

use crate::{
    Storage,
    access_keys::{self, AccessKey},
    changes,
    errors::{Result, StorageError},
    events::{table, table::EventTable},
    schema,
    session::Session,
};

/// An app.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct App {
    /// Its number, part of its event tables' names.
    pub id: i32,
    /// Its name, unique among apps.
    pub name: String,
    /// What its owner says of it.
    pub description: Option<String>,
}

/// An app to be made.
#[derive(Debug, Clone, Default)]
pub struct NewApp {
    /// Its number; the next free one where it is not given. Given, it may be that of an event table that exists.
    pub id: Option<i32>,
    /// Its name.
    pub name: String,
    /// What its owner says of it.
    pub description: Option<String>,
    /// Its first access key; one is made where it is not given.
    pub access_key: Option<String>,
}

/// The apps in the database.
pub struct Apps<'a> {
    pub(crate) storage: &'a Storage,
}

impl Apps<'_> {
    /// Makes an app with its first access key and its event table: all of it or nothing.
    ///
    /// # Errors
    /// Name, id or access key are taken or cannot be stored, or the database failed.
    pub async fn create(&self, new: &NewApp) -> Result<(App, AccessKey)> {
        check_name(&new.name)?;
        schema::check_text("the description", new.description.as_deref().unwrap_or_default())?;
        let key = access_keys::given_or_generated(new.access_key.as_deref())?;
        let mut session = self.storage.session().await?;
        session.begin().await?;
        // Writers wait here for each other, readers do not: neither id nor name can be taken in between.
        session.batch("LOCK TABLE pio_meta_apps IN SHARE ROW EXCLUSIVE MODE").await?;
        if find_in(&mut session, &new.name).await?.is_some() {
            return Err(StorageError::AppNameTaken { name: new.name.clone() });
        }
        let id = match new.id {
            Some(id) => free_id(&mut session, id).await?,
            None => next_id(&mut session).await?,
        };
        let sql = "INSERT INTO pio_meta_apps (id, name, description) VALUES ($1, $2, $3)";
        session.execute(sql, &[&id, &new.name, &new.description]).await?;
        let key = AccessKey { key, app_id: id, events: Vec::new(), permissions: None };
        access_keys::insert(&mut session, &key).await?;
        table::create(&mut session, EventTable::of_app(id)).await?;
        changes::announce(&mut session).await?;
        session.commit().await?;
        Ok((App { id, name: new.name.clone(), description: new.description.clone() }, key))
    }

    /// The app with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn get(&self, id: i32) -> Result<Option<App>> {
        get_in(&mut self.storage.session().await?, id).await
    }

    /// The app of this name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, name: &str) -> Result<Option<App>> {
        schema::check_text("the name", name)?;
        find_in(&mut self.storage.session().await?, name).await
    }

    /// All apps, by id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list(&self) -> Result<Vec<App>> {
        let sql = "SELECT id, name, description FROM pio_meta_apps ORDER BY id";
        let rows = self.storage.session().await?.query(sql, &[]).await?;
        rows.iter().map(app).collect()
    }

    /// Deletes an app with its access keys, channels and all its events: all of it or nothing. Tells whether it was there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete(&self, id: i32) -> Result<bool> {
        let mut session = self.storage.session().await?;
        session.begin().await?;
        let deleted = delete_in(&mut session, id).await?;
        session.commit().await?;
        Ok(deleted)
    }

    /// Deletes an app that has no events, those of channels left aside, and leaves every other one alone. Tells whether it was deleted.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_if_empty(&self, id: i32) -> Result<bool> {
        let mut session = self.storage.session().await?;
        session.begin().await?;
        let table = EventTable::of_app(id).quoted();
        // Events that are being stored come before the look at the table; later ones find no app.
        session.batch(&format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")).await?;
        if session.query_opt(&format!("SELECT 1 FROM {table} LIMIT 1"), &[]).await?.is_some() {
            session.rollback().await?;
            return Ok(false);
        }
        let deleted = delete_in(&mut session, id).await?;
        session.commit().await?;
        Ok(deleted)
    }

    /// Deletes all events of an app or its channels, of all of them or none, and leaves them ready for new ones.
    ///
    /// # Errors
    /// The database failed.
    pub async fn clear_data(&self, tables: &[EventTable]) -> Result<()> {
        let mut session = self.storage.session().await?;
        session.begin().await?;
        for table in tables {
            table::clear(&mut session, *table).await?;
        }
        session.commit().await
    }
}

/// Deletes an app with all that belongs to it. Tells whether it was there.
async fn delete_in(session: &mut Session, id: i32) -> Result<bool> {
    let deleted = session.execute("DELETE FROM pio_meta_apps WHERE id = $1", &[&id]).await?;
    access_keys::delete_of_app(session, id).await?;
    session.execute("DELETE FROM pio_meta_channels WHERE appid = $1", &[&id]).await?;
    for table in table::of_app(session, id).await? {
        table::drop(session, table).await?;
    }
    changes::announce(session).await?;
    Ok(deleted > 0)
}

/// The app with this id, within a session.
pub(crate) async fn get_in(session: &mut Session, id: i32) -> Result<Option<App>> {
    let sql = "SELECT id, name, description FROM pio_meta_apps WHERE id = $1";
    session.query_opt(sql, &[&id]).await?.as_ref().map(app).transpose()
}

async fn find_in(session: &mut Session, name: &str) -> Result<Option<App>> {
    let sql = "SELECT id, name, description FROM pio_meta_apps WHERE name = $1 ORDER BY id LIMIT 1";
    session.query_opt(sql, &[&name]).await?.as_ref().map(app).transpose()
}

/// The id that the user chose, if nobody has it.
async fn free_id(session: &mut Session, id: i32) -> Result<i32> {
    if id < 1 {
        return Err(StorageError::invalid("the app ID", "it must be 1 or more"));
    }
    match get_in(session, id).await? {
        Some(app) => Err(StorageError::AppIdTaken { id, name: app.name }),
        None => Ok(id),
    }
}

/// The next id that neither an app has nor an event table that somebody left behind: its events are not this app's.
async fn next_id(session: &mut Session) -> Result<i32> {
    let sql = "SELECT nextval(pg_get_serial_sequence('pio_meta_apps', 'id'))::int";
    loop {
        let id: i32 = match session.query_opt(sql, &[]).await? {
            Some(row) => row.try_get(0)?,
            None => return Err(StorageError::Unexpected { detail: "no next app id".to_owned() }),
        };
        let taken = get_in(session, id).await?.is_some() || !table::of_app(session, id).await?.is_empty();
        if !taken {
            return Ok(id);
        }
    }
}

fn check_name(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(StorageError::invalid("the app name", "it is empty"));
    }
    schema::check_text("the app name", name)
}

fn app(row: &Row) -> Result<App> {
    Ok(App { id: row.try_get(0)?, name: row.try_get(1)?, description: row.try_get(2)? })
}
