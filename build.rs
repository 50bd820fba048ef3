//! How the program is laid out in memory.

use std::{env, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os != "linux") {
        return;
    }
    // What runs once at the start (each source file of HiGHS has such a piece) and what hardly ever runs lies together
    // instead of between everything else, where each piece would bring 64 KiB into memory and keep them there. A linker
    // that does not know the word says so and goes on.
    println!("cargo:rustc-link-arg-bins=-Wl,-z,keep-text-section-prefix");
    // Addresses that are set at the start, in a fiftieth of the room. The C library must know them: glibc from 2.36 on.
    if env::var("HOST") == env::var("TARGET") && glibc().is_some_and(|version| version >= (2, 36)) {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of this machine's glibc, if it has one.
fn glibc() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
