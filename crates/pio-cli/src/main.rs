//! The `pio` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    pio_cli::console::main(std::env::args_os().skip(1))
}
