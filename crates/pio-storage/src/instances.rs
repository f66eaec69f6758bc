//! What was trained and what was evaluated. The JVM writes it; here it is read.

pub mod engine;
pub mod evaluation;
pub mod status;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use tokio_postgres::Row;

use crate::errors::Result;

/// Reads pairs as PIO writes them: `k=v,k=v`. A part without `=` belongs to the value before it, which held a comma.
fn pairs(text: &str) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    let mut last: Option<String> = None;
    for part in text.split(',').filter(|part| !part.is_empty()) {
        match (part.split_once('='), &last) {
            (Some((name, value)), _) => {
                pairs.insert(name.to_owned(), value.to_owned());
                last = Some(name.to_owned());
            }
            (None, Some(name)) => {
                if let Some(value) = pairs.get_mut(name) {
                    *value = format!("{value},{part}");
                }
            }
            (None, None) => {}
        }
    }
    pairs
}

/// A time that is stored without a zone, in UTC.
fn time(row: &Row, column: &str) -> Result<DateTime<Utc>> {
    let instant: Option<NaiveDateTime> = row.try_get(column)?;
    Ok(instant.unwrap_or_default().and_utc())
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn pairs_keep_commas_and_equal_signs_of_values() {
        let pairs = pairs("a=1,b=x=y,master=local,[2],c=");
        let expected = [("a", "1"), ("b", "x=y"), ("c", ""), ("master", "local,[2]")];
        assert_eq!(
            pairs.into_iter().collect::<Vec<_>>(),
            expected.map(|(k, v)| (k.to_owned(), v.to_owned()))
        );
    }
}
