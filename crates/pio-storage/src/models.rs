//! Trained models. The JVM writes and reads them; here it is only asked whether they are there.

use crate::{Storage, errors::Result, schema};

/// The models in the database.
pub struct Models<'a> {
    pub(crate) storage: &'a Storage,
}

impl Models<'_> {
    /// Whether the model of an engine instance is there, in one piece or in chunks.
    ///
    /// # Errors
    /// The database failed.
    pub async fn exists(&self, id: &str) -> Result<bool> {
        schema::check_text("the engine instance ID", id)?;
        let sql = "SELECT 1 FROM pio_model_models m WHERE id = $1 \
                   AND (octet_length(models) > 0 OR EXISTS (SELECT 1 FROM pio_model_chunks c WHERE c.id = m.id))";
        Ok(self.storage.session().await?.query_opt(sql, &[&id]).await?.is_some())
    }
}
