//! How the names of the tables begin, as PIO's configurations say.

use std::{borrow::Cow, collections::BTreeMap};

use super::errors::DatabaseUrlError;
use crate::vars;

/// With the longest ending (`_<app>_<channel>_entity`) an identifier of `PostgreSQL` has no more room.
const MAX_PREFIX_BYTES: usize = 34;

/// How the names of the tables begin: `PIO_STORAGE_REPOSITORIES_…_NAME`, in lower case, as `PostgreSQL` folds the unquoted names
/// that PIO writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    /// Of apps, access keys, channels and instances.
    pub metadata: String,
    /// Of events.
    pub eventdata: String,
    /// Of models.
    pub modeldata: String,
}

impl Default for TableNames {
    fn default() -> Self {
        let [metadata, eventdata, modeldata] = DEFAULTS.map(str::to_owned);
        Self { metadata, eventdata, modeldata }
    }
}

/// What PIO's template for its configuration has.
const DEFAULTS: [&str; 3] = ["pio_meta", "pio_event", "pio_model"];

impl TableNames {
    /// The names that the environment gives.
    ///
    /// # Errors
    /// One cannot begin the name of a table.
    pub fn from_env() -> Result<Self, DatabaseUrlError> {
        Self::from_variables(&crate::env::storage_variables())
    }

    pub(super) fn from_variables(variables: &BTreeMap<String, String>) -> Result<Self, DatabaseUrlError> {
        let name = |repository: &str, default: &str| {
            let variable = format!("{}{repository}_NAME", vars::PIO_STORAGE_REPOSITORIES);
            match variables.get(&variable).map(|name| name.trim()) {
                None | Some("") => Ok(default.to_owned()),
                Some(name) if is_valid(name) => Ok(name.to_ascii_lowercase()),
                Some(name) => Err(DatabaseUrlError::TableName { variable, given: name.to_owned() }),
            }
        };
        let [metadata, eventdata, modeldata] = DEFAULTS;
        Ok(Self {
            metadata: name("METADATA", metadata)?,
            eventdata: name("EVENTDATA", eventdata)?,
            modeldata: name("MODELDATA", modeldata)?,
        })
    }

    /// SQL in which `pio_meta_…`, `pio_event_…` and `pio_model_…` stand for the tables that these names mean.
    #[must_use]
    pub fn in_sql<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        let names = [&self.metadata, &self.eventdata, &self.modeldata];
        if names.into_iter().eq(DEFAULTS) {
            return Cow::Borrowed(sql);
        }
        let mut written = String::with_capacity(sql.len() + 64);
        let mut rest = sql;
        while let Some(at) = rest.find("pio_") {
            let (before, from) = rest.split_at(at);
            written.push_str(before);
            let meant = DEFAULTS.iter().zip(names).find(|(default, _)| {
                from.strip_prefix(**default).is_some_and(|after| after.starts_with('_'))
            });
            let (default, name) = meant.map_or(("pio_", "pio_"), |(default, name)| (*default, name.as_str()));
            written.push_str(name);
            rest = &from[default.len()..];
        }
        written.push_str(rest);
        Cow::Owned(written)
    }
}

/// Whether PIO could write it unquoted into SQL, and whether there is room for what follows it.
fn is_valid(name: &str) -> bool {
    name.len() <= MAX_PREFIX_BYTES
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::TableNames;

    #[test]
    fn only_the_beginnings_of_tables_names_are_written_anew() {
        let names = TableNames {
            metadata: "pio_event_x".to_owned(),
            eventdata: "e".to_owned(),
            modeldata: "pio_model".to_owned(),
        };
        let sql =
            "SELECT 'pio' FROM pio_meta_apps, \"pio_event_1_2\", pio_model_models, pio_schema, pio_metadata";
        let expected =
            "SELECT 'pio' FROM pio_event_x_apps, \"e_1_2\", pio_model_models, pio_schema, pio_metadata";
        assert_eq!(names.in_sql(sql), expected);
        assert_eq!(TableNames::default().in_sql(sql), sql);
    }
}
