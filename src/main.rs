//! The `stasisd` program: see `cli` for its commands.

use std::process::ExitCode;

/// A call is some hundred small values that live for a moment: the C library's allocator takes a tenth of the
/// daemon's CPU time for them, this one half of that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    stasisd::cli::main()
}
