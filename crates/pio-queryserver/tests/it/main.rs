//! The front with workers that speak the link's protocol from inside this process.
//!
//! The real worker is a JVM; it is tested end to end with the whole product.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod client;
mod fake;
mod feedback;
mod mounted_api;
mod queries;
mod recorded;
mod reload;
mod secure_feedback;
mod supervision;
