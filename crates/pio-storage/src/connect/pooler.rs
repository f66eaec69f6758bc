//! Connection poolers such as `PgBouncer`: in transaction mode, each transaction may run on another connection of the server,
//! so that nothing of a session lasts: no prepared statements, no `SET`, no `LISTEN`, no session's advisory locks.

use tokio_postgres::{Client, Config, Error as PgError, SimpleQueryMessage, error::SqlState};

use crate::errors::UnavailableCause;

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
pub(crate) fn reason(text: &str) -> Option<UnavailableCause> {
    let reasons: [(UnavailableCause, &[&str]); 6] = [
        (UnavailableCause::StatementPooling, &["statement pooling mode"]),
        (UnavailableCause::PoolerParameter, &["startup parameter"]),
        (
            UnavailableCause::Rejected,
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
            UnavailableCause::TooManyConnections,
            &["no more connections allowed", "too many", "remaining connection slots"],
        ),
        (UnavailableCause::Busy, &["query_wait_timeout", "query timeout", "query_timeout"]),
        (
            UnavailableCause::Unreachable,
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
    use crate::errors::UnavailableCause;

    #[test]
    fn the_words_of_poolers_are_understood() {
        let meanings = [
            (
                "transaction blocks not allowed in statement pooling mode",
                Some(UnavailableCause::StatementPooling),
            ),
            ("unsupported startup parameter: search_path", Some(UnavailableCause::PoolerParameter)),
            ("unsupported startup parameter in options: pio.direct", Some(UnavailableCause::PoolerParameter)),
            ("password authentication failed", Some(UnavailableCause::Rejected)),
            ("SASL authentication failed", Some(UnavailableCause::Rejected)),
            ("no such database: shop", Some(UnavailableCause::Rejected)),
            ("no such user: me", Some(UnavailableCause::Rejected)),
            ("database \"shop\" is disabled", Some(UnavailableCause::Rejected)),
            (
                "server login failed: FATAL password authentication failed for user \"me\"",
                Some(UnavailableCause::Rejected),
            ),
            ("server login failed: FATAL database \"shop\" does not exist", Some(UnavailableCause::Rejected)),
            (
                "server login failed: FATAL sorry, too many clients already",
                Some(UnavailableCause::TooManyConnections),
            ),
            ("no more connections allowed (max_client_conn)", Some(UnavailableCause::TooManyConnections)),
            ("query_wait_timeout", Some(UnavailableCause::Busy)),
            ("query timeout", Some(UnavailableCause::Busy)),
            (
                "server login has been failing, try again later (server_login_retry)",
                Some(UnavailableCause::Unreachable),
            ),
            ("client_login_timeout (server down)", Some(UnavailableCause::Unreachable)),
            ("server conn crashed?", None),
            ("client_idle_timeout", None),
        ];
        for (text, meant) in meanings {
            assert_eq!(reason(text), meant, "{text}");
        }
    }
}
