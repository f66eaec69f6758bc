//! Evaluation instances: one for each evaluation.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::status::InstanceStatus;
use super::{pairs, time};
use crate::{Storage, errors::Result, schema::check_text};

/// An evaluation and its results.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EvaluationInstance {
    /// Its id.
    pub id: String,
    /// What became of it.
    pub status: InstanceStatus,
    /// When it began.
    pub start_time: DateTime<Utc>,
    /// When it ended.
    pub end_time: DateTime<Utc>,
    /// The class that was evaluated.
    pub evaluation_class: String,
    /// The class that made the parameters that were tried.
    pub engine_params_generator_class: String,
    /// A label.
    pub batch: String,
    /// The environment it ran in.
    pub env: BTreeMap<String, String>,
    /// The configuration of Spark.
    pub spark_conf: BTreeMap<String, String>,
    /// The results in one line.
    pub evaluator_results: String,
    /// The results as a page.
    pub evaluator_results_html: String,
    /// The results as JSON.
    pub evaluator_results_json: Option<String>,
}

/// The evaluation instances in the database.
pub struct EvaluationInstances<'a> {
    pub(crate) storage: &'a Storage,
}

const SELECT: &str = "SELECT id, status, starttime, endtime, evaluationclass, engineparamsgeneratorclass, batch, env, \
    sparkconf, evaluatorresults, evaluatorresultshtml, evaluatorresultsjson FROM pio_meta_evaluationinstances";

impl EvaluationInstances<'_> {
    /// The instance with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn get(&self, id: &str) -> Result<Option<EvaluationInstance>> {
        check_text("the evaluation instance ID", id)?;
        let sql = format!("{SELECT} WHERE id = $1");
        self.storage.session().await?.query_opt(&sql, &[&id]).await?.as_ref().map(instance).transpose()
    }

    /// The evaluations that ran to the end, the latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list_completed(&self) -> Result<Vec<EvaluationInstance>> {
        let sql = format!("{SELECT} WHERE status = 'EVALCOMPLETED' ORDER BY starttime DESC, id");
        let rows = self.storage.session().await?.query(&sql, &[]).await?;
        rows.iter().map(instance).collect()
    }
}

fn instance(row: &Row) -> Result<EvaluationInstance> {
    Ok(EvaluationInstance {
        id: row.try_get("id")?,
        status: InstanceStatus::from(row.try_get::<_, String>("status")?),
        start_time: time(row, "starttime")?,
        end_time: time(row, "endtime")?,
        evaluation_class: row.try_get("evaluationclass")?,
        engine_params_generator_class: row.try_get("engineparamsgeneratorclass")?,
        batch: row.try_get("batch")?,
        env: pairs(row.try_get("env")?),
        spark_conf: pairs(row.try_get("sparkconf")?),
        evaluator_results: row.try_get("evaluatorresults")?,
        evaluator_results_html: row.try_get("evaluatorresultshtml")?,
        evaluator_results_json: row.try_get("evaluatorresultsjson")?,
    })
}
