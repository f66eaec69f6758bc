//! The end-to-end tests: whole journeys through the real binaries. `cargo xtask test` prepares what they share.

mod cluster;
mod durability;
mod embedded;
mod evaluation;
mod failures;
mod families;
mod interrupted;
mod retraining;
mod sdk;
mod secrets;
mod serving;
mod support;
mod tls;
mod training;
mod upgrade;
