//! Connection poolers such as `PgBouncer`: in transaction mode, each transaction may run on another connection of the server,
//! so that nothing of a session lasts: no prepared statements, no `SET`, no `LISTEN`, no session's advisory locks.

use tokio_postgres::{Client, Config, Error as PgError, SimpleQueryMessage, error::SqlState};

use crate::errors::Reason;

/// A setting that means nothing. `PostgreSQL` keeps it for the session whose connection brought it; a pooler, which makes its
/// connections to the server itself, refuses or drops it.
const PROBE: &str = "-c pio.direct=on";

/// The configuration with the probe.
pub(super) fn probe(config: &Config) -> Config {
    let mut config = config.clone();
    let options = config.get_options().map_or_else(|| PROBE.to_owned(), |given| format!("{given} {PROBE}"));
    config.options(&options);
    config
}

/// Whether this client, which was made with the probe, talks to the server itself.
pub(super) async fn is_direct(client: &Client) -> Result<bool, PgError> {
    let rows = client.simple_query("SELECT current_setting('pio.direct', true)").await?;
    Ok(rows.iter().any(|row| matches!(row, SimpleQueryMessage::Row(row) if row.get(0) == Some("on"))))
}

/// Whether the options that the probe came with were refused. A server itself never does.
pub(super) fn refuses_probe(error: &PgError) -> bool {
    error.as_db_error().is_some_and(|answer| {
        let code = answer.code();
        let refused = *code == SqlState::PROTOCOL_VIOLATION || *code == SqlState::FEATURE_NOT_SUPPORTED;
        let text = answer.message();
        refused && (text.contains("startup parameter") || text.contains("options"))
    })
}

/// Runs an empty transaction: a pooler in statement mode refuses it.
pub(super) async fn check_transactions(client: &Client) -> Result<(), PgError> {
    client.batch_execute("BEGIN").await?;
    client.batch_execute("COMMIT").await
}

/// What a connection pooler means, which reports most errors with the class of lost connections. `PgBouncer` hands on what
/// the server said when it logged in there, and says so for a while to all who come.
pub(crate) fn reason(text: &str) -> Option<Reason> {
    let reasons: [(Reason, &[&str]); 6] = [
        (Reason::StatementPooling, &["statement pooling mode"]),
        (Reason::PoolerParameter, &["startup parameter"]),
        (
            Reason::Rejected,
            &[
                "password authentication failed",
                "authentication failed",
                "no such database",
                "no such user",
                "does not exist",
                "is disabled",
                "not allowed",
                "wrong password type",
                "login rejected",
            ],
        ),
        (
            Reason::TooManyConnections,
            &["no more connections allowed", "too many", "remaining connection slots"],
        ),
        (Reason::Busy, &["query_wait_timeout", "query timeout", "query_timeout"]),
        (
            Reason::Unreachable,
            &[
                "server login failed",
                "server login has been failing",
                "cannot connect",
                "connect failed",
                "server down",
            ],
        ),
    ];
    reasons
        .into_iter()
        .find(|(_, words)| words.iter().any(|word| text.contains(word)))
        .map(|(reason, _)| reason)
}

#[cfg(test)]
mod tests {
    use super::reason;
    use crate::errors::Reason;

    #[test]
    fn the_words_of_poolers_are_understood() {
        let meanings = [
            ("transaction blocks not allowed in statement pooling mode", Some(Reason::StatementPooling)),
            ("unsupported startup parameter: search_path", Some(Reason::PoolerParameter)),
            ("unsupported startup parameter in options: pio.direct", Some(Reason::PoolerParameter)),
            ("password authentication failed", Some(Reason::Rejected)),
            ("SASL authentication failed", Some(Reason::Rejected)),
            ("no such database: shop", Some(Reason::Rejected)),
            ("no such user: me", Some(Reason::Rejected)),
            ("database \"shop\" is disabled", Some(Reason::Rejected)),
            (
                "server login failed: FATAL password authentication failed for user \"me\"",
                Some(Reason::Rejected),
            ),
            ("server login failed: FATAL database \"shop\" does not exist", Some(Reason::Rejected)),
            ("server login failed: FATAL sorry, too many clients already", Some(Reason::TooManyConnections)),
            ("no more connections allowed (max_client_conn)", Some(Reason::TooManyConnections)),
            ("query_wait_timeout", Some(Reason::Busy)),
            ("query timeout", Some(Reason::Busy)),
            (
                "server login has been failing, try again later (server_login_retry)",
                Some(Reason::Unreachable),
            ),
            ("client_login_timeout (server down)", Some(Reason::Unreachable)),
            ("server conn crashed?", None),
            ("client_idle_timeout", None),
        ];
        for (text, meant) in meanings {
            assert_eq!(reason(text), meant, "{text}");
        }
    }
}
