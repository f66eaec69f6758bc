//! SQL for what no verb of the console does.

use anyhow::Result;
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// The address of a server with another database in it.
#[must_use]
pub fn with_name(url: &str, name: &str) -> String {
    match url.rsplit_once('/') {
        Some((server, _)) => format!("{server}/{name}"),
        None => url.to_owned(),
    }
}

/// Runs SQL statements and returns the values of the rows that they give.
///
/// # Errors
/// When the server cannot be reached or refuses one of them.
pub fn sql(url: &str, statements: &str) -> Result<Vec<Vec<Option<String>>>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        let connection = tokio::spawn(connection);
        let messages = client.simple_query(statements).await;
        drop(client);
        connection.await??;
        Ok(messages?.iter().filter_map(values).collect())
    })
}

fn values(message: &SimpleQueryMessage) -> Option<Vec<Option<String>>> {
    let SimpleQueryMessage::Row(row) = message else { return None };
    Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect())
}
