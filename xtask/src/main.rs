//! The project's own commands, called as `cargo xtask <command>`.
fn main() {}
