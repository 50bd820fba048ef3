//! The `stasisd` program: see `cli` for its commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    stasisd::cli::main()
}
