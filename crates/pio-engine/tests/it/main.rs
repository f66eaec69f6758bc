//! pio-engine from outside: real builds with the closure's sbt, and jobs with a stand-in for Java.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

mod builds;
mod jobs;
