//! How the program is laid out in memory.

use std::{env, fs, os::unix::fs::symlink, path::PathBuf, process::Command};

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
    // Functions whose code is the same are kept once, where the linker knows how; Rust's own does.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") && links_with("-Wl,--icf=all") {
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
    }
    println!("cargo:rerun-if-env-changed=CXX");
    if env::var("HOST") == env::var("TARGET")
        && let Some(folder) = only_static("libstdc++.a")
    {
        println!("cargo:rustc-link-arg-bins=-L{}", folder.display());
    }
}

/// Whether a program that does nothing can be linked so.
fn links_with(argument: &str) -> bool {
    let (Some(folder), Ok(target)) = (env::var_os("OUT_DIR").map(PathBuf::from), env::var("TARGET")) else {
        return false;
    };
    let source = folder.join("empty.rs");
    if fs::write(&source, "fn main() {}\n").is_err() {
        return false;
    }
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.arg(source).args(["--target", &target, "--out-dir"]).arg(&folder);
    rustc.arg(format!("-Clink-arg={argument}"));
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.arg(format!("-Clinker={linker}"));
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    rustc.args(flags.split('\x1f').filter(|flag| !flag.is_empty()));
    rustc.output().is_ok_and(|said| said.status.success())
}

/// A folder in which this library is and its shared form is not: found there first, it becomes part of the program.
/// Of C++'s own library HiGHS needs a tenth; as a file of its own it would be in memory as a whole.
fn only_static(library: &str) -> Option<PathBuf> {
    let compiler = env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let said = Command::new(compiler).arg(format!("-print-file-name={library}")).output().ok()?;
    let found = PathBuf::from(String::from_utf8(said.stdout).ok()?.trim()).canonicalize().ok()?;
    let folder = PathBuf::from(env::var_os("OUT_DIR")?).join("static");
    fs::create_dir_all(&folder).ok()?;
    let link = folder.join(library);
    let _ = fs::remove_file(&link);
    symlink(found, link).ok()?;
    Some(folder)
}

/// The version of this machine's glibc, if it has one.
fn glibc() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
