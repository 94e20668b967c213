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
    let program = build(&dir, &[])?;
    let foreign = foreign_symbols(&program)?;
    if !foreign.is_empty() {
        return Err(format!("the core alone needs {}", foreign.join(", ")));
    }
    sh::run(&mut sh::program(&program, [])).map_err(|why| {
        format!("{why}: the number of the step of xtask/no-std/src/main.rs that failed")
    })?;
    print_size(&program)
}

/// Builds the proof for size, in this folder and with these dialects beside the native one;
/// where it is.
pub fn build(dir: &Path, dialects: &[&str]) -> Result<std::path::PathBuf> {
    let target_dir = dir.to_string_lossy();
    let manifest = ["--manifest-path", "xtask/no-std/Cargo.toml", "--features"];
    let dialects = dialects.join(",");
    let words = ["build", "--quiet", "--release", "--target-dir", &target_dir];
    let words = words.into_iter().chain(manifest).chain([&*dialects]);
    sh::run(&mut cargo(words))?;
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
    let [code, data] = size(program)?;
    println!(
        "core, no alloc, opt-level z, on this machine: {code} bytes code, {data} bytes constants"
    );
    Ok(())
}

/// Bytes of a program: code, and what is constant or data. What the loader of this machine and
/// unwinding need is not in it: a chip has neither.
pub fn size(program: &Path) -> Result<[u64; 2]> {
    let size = sh::need(
        "size",
        "It is part of binutils: sudo apt-get install binutils",
    )?;
    let table = sh::output(&mut sh::program(size, ["-A", &*program.to_string_lossy()]))?;
    let all = |names: &[&str]| -> u64 {
        let rows = table.lines().filter_map(section);
        rows.filter(|(name, _)| names.contains(name))
            .map(|(_, size)| size)
            .sum()
    };
    Ok([all(&[".text"]), all(&[".rodata", ".data.rel.ro", ".data"])])
}

/// Name and size in a row of the table of sections.
fn section(row: &str) -> Option<(&str, u64)> {
    let mut words = row.split_whitespace();
    Some((words.next()?, words.next()?.parse().ok()?))
}
