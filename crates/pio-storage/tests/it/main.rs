//! The storage against a real PostgreSQL.

mod apps;
