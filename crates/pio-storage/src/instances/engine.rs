//! Engine instances: one for each training.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::status::InstanceStatus;
use super::{pairs, time};
use crate::{Storage, errors::Result, schema::check_text};

/// A training: what was trained, from which parameters, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EngineInstance {
    /// Its id; the model has the same.
    pub id: String,
    /// What became of it.
    pub status: InstanceStatus,
    /// When it began.
    pub start_time: DateTime<Utc>,
    /// When it ended.
    pub end_time: DateTime<Utc>,
    /// Which engine.
    pub engine_id: String,
    /// Which build of the engine.
    pub engine_version: String,
    /// Which variant of the engine.
    pub engine_variant: String,
    /// The class that makes the engine.
    pub engine_factory: String,
    /// A label.
    pub batch: String,
    /// The environment it ran in.
    pub env: BTreeMap<String, String>,
    /// The configuration of Spark.
    pub spark_conf: BTreeMap<String, String>,
    /// The parameters of the data source, JSON.
    pub data_source_params: String,
    /// The parameters of the preparator, JSON.
    pub preparator_params: String,
    /// The parameters of the algorithms, JSON.
    pub algorithms_params: String,
    /// The parameters of the serving, JSON.
    pub serving_params: String,
}

/// The engine instances in the database.
pub struct EngineInstances<'a> {
    pub(crate) storage: &'a Storage,
}

const SELECT: &str = "SELECT id, status, starttime, endtime, engineid, engineversion, enginevariant, enginefactory, \
    batch, env, sparkconf, datasourceparams, preparatorparams, algorithmsparams, servingparams \
    FROM pio_meta_engineinstances";

impl EngineInstances<'_> {
    /// The instance with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn get(&self, id: &str) -> Result<Option<EngineInstance>> {
        check_text("the engine instance ID", id)?;
        let sql = format!("{SELECT} WHERE id = $1");
        self.storage.session().await?.query_opt(&sql, &[&id]).await?.as_ref().map(instance).transpose()
    }

    /// All instances, the latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list(&self) -> Result<Vec<EngineInstance>> {
        let rows = self
            .storage
            .session()
            .await?
            .query(&format!("{SELECT} ORDER BY starttime DESC, id"), &[])
            .await?;
        rows.iter().map(instance).collect()
    }

    /// The latest instance of an engine's variant that was trained to the end, of any build or of this one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn latest_completed(
        &self,
        engine_id: &str,
        engine_version: Option<&str>,
        engine_variant: &str,
    ) -> Result<Option<EngineInstance>> {
        check_text("the engine ID", engine_id)?;
        check_text("the engine variant", engine_variant)?;
        let sql = format!(
            "{SELECT} WHERE status = 'COMPLETED' AND engineid = $1 AND enginevariant = $2 \
             AND ($3::text IS NULL OR engineversion = $3) ORDER BY starttime DESC, id LIMIT 1"
        );
        let mut session = self.storage.session().await?;
        let found = session.query_opt(&sql, &[&engine_id, &engine_variant, &engine_version]).await?;
        found.as_ref().map(instance).transpose()
    }
}

fn instance(row: &Row) -> Result<EngineInstance> {
    Ok(EngineInstance {
        id: row.try_get("id")?,
        status: InstanceStatus::from(row.try_get::<_, String>("status")?),
        start_time: time(row, "starttime")?,
        end_time: time(row, "endtime")?,
        engine_id: row.try_get("engineid")?,
        engine_version: row.try_get("engineversion")?,
        engine_variant: row.try_get("enginevariant")?,
        engine_factory: row.try_get("enginefactory")?,
        batch: row.try_get("batch")?,
        env: pairs(row.try_get("env")?),
        spark_conf: pairs(row.try_get("sparkconf")?),
        data_source_params: row.try_get("datasourceparams")?,
        preparator_params: row.try_get("preparatorparams")?,
        algorithms_params: row.try_get("algorithmsparams")?,
        serving_params: row.try_get("servingparams")?,
    })
}
