//! The `stasisd` program.

fn main() {}
