//! The buildpack as platforms run it: another user, other paths, a read-only buildpack, no network where none is due, the
//! app moved after its build. `cargo xtask test` prepares what these tests share; by hand, as root:
//!
//!     cargo xtask dist --draft --out /tmp/release
//!     PIO_TEST_RELEASE=/tmp/release/predictionio-0.16.0.tar.gz cargo test -p e2e --test platform

mod apps;
mod classic;
mod cloud_native;
mod database;
mod jail;
mod janitor;
mod private_network;
mod release;

mod bad_cases;
mod building;
mod cloud_native_tests;
mod cluster;
mod engines;
mod event_server;
mod installation;
mod one_app;
