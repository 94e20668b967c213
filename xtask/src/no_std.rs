//! `cargo xtask no-std`: the core without `alloc` links without std and
//! allocator, and works.

use crate::sh::{self, Result, cargo};
use std::path::Path;

/// All the program may take from the C library it is started by. Nothing here
/// gives out memory.
const ALLOWED: [&str; 11] = [
    "abort",
    "memcpy",
    "memmove",
    "memset",
    "memcmp",
    "bcmp",
    "strlen",
    "__libc_start_main",
    "__cxa_finalize",
    "__gmon_start__",
    "__stack_chk_fail",
];

/// Builds the proof, looks at its symbols, runs it, prints its size.
pub fn run() -> Result {
    let dir = sh::target().join("no-std");
    let program = build(&dir)?;
    let foreign = foreign_symbols(&program)?;
    if !foreign.is_empty() {
        return Err(format!("the core alone needs {}", foreign.join(", ")));
    }
    sh::run(&mut sh::program(&program, [])).map_err(|why| {
        format!("{why}: the number of the step of xtask/no-std/src/main.rs that failed")
    })?;
    print_size(&program)
}

/// Builds the proof for size, in this folder; where it is.
pub fn build(dir: &Path) -> Result<std::path::PathBuf> {
    let target_dir = dir.to_string_lossy();
    let manifest = ["--manifest-path", "xtask/no-std/Cargo.toml"];
    let words = ["build", "--quiet", "--release", "--target-dir", &target_dir];
    sh::run(&mut cargo(words.into_iter().chain(manifest)))?;
    Ok(dir.join("release/no-std-proof"))
}

/// Symbols the program takes from elsewhere, beyond those allowed.
fn foreign_symbols(program: &Path) -> Result<Vec<String>> {
    let nm = sh::need(
        "nm",
        "It is part of binutils: sudo apt-get install binutils",
    )?;
    let path = program.to_string_lossy();
    let listing = sh::output(&mut sh::program(
        nm,
        ["--dynamic", "--undefined-only", &path],
    ))?;
    let names = listing
        .lines()
        .filter_map(|line| line.split_whitespace().last());
    let names = names.map(|name| name.split('@').next().unwrap_or(name));
    let foreign = |name: &&str| !ALLOWED.contains(name) && !name.starts_with("_ITM_");
    Ok(names.filter(foreign).map(String::from).collect())
}

fn print_size(program: &Path) -> Result {
    let size = sh::need(
        "size",
        "It is part of binutils: sudo apt-get install binutils",
    )?;
    let table = sh::output(&mut sh::program(size, [&*program.to_string_lossy()]))?;
    let row = table.lines().nth(1).unwrap_or_default();
    let mut columns = row.split_whitespace();
    let (code, data) = (columns.next().unwrap_or("?"), columns.next().unwrap_or("?"));
    println!("core, no alloc, opt-level z, on this machine: {code} bytes code, {data} bytes data");
    Ok(())
}
