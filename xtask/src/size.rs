//! `cargo xtask size`: the core's code by part, what each dialect adds to it, and the
//! release program with and without the broker.

use crate::no_std;
use crate::sh::{self, Result, cargo};
use std::collections::BTreeMap;

/// Prints the parts of the core and what dialects add, then builds both programs and prints
/// their sizes.
pub fn run() -> Result {
    print_parts()?;
    print_dialects()?;
    print_programs()
}

/// What a dialect is to add to the core at most, in bytes.
const AIM: u64 = 12 * 1024;

/// What the core takes more with a dialect, all models of it and the crates it needs.
fn print_dialects() -> Result {
    let dir = sh::target().join("no-std");
    let bytes = |dialects: &[&str]| no_std::size(&no_std::build(&dir, dialects)?);
    let native = bytes(&[])?;
    println!("| dialect | adds code | adds constants | aim for both |\n|---|---:|---:|---:|");
    for dialect in sh::dialects()? {
        let with = bytes(&[&dialect])?;
        let [code, constants] = [0, 1].map(|at| with[at].saturating_sub(native[at]));
        println!("| {dialect} | {code} | {constants} | {AIM} |");
    }
    println!();
    Ok(())
}

/// Bytes of code of each part of the core, as it is linked without std and allocator for
/// size: what is inlined counts where it is.
fn print_parts() -> Result {
    let program = no_std::build(&sh::target().join("no-std"), &[])?;
    let nm = sh::need(
        "nm",
        "It is part of binutils: sudo apt-get install binutils",
    )?;
    let path = program.to_string_lossy();
    let listing = sh::output(&mut sh::program(nm, ["-C", "-S", "--defined-only", &path]))?;
    let mut parts = BTreeMap::<String, u64>::new();
    for (size, name) in listing.lines().filter_map(code) {
        *parts.entry(part(name)).or_default() += size;
    }
    println!("| part of the core, no alloc, opt-level z | bytes of code |\n|---|---:|");
    for (part, size) in &parts {
        println!("| {part} | {size} |");
    }
    println!("| all | {} |\n", parts.values().sum::<u64>());
    Ok(())
}

/// Size and name of a function in a line of nm: place, size, kind, name.
fn code(line: &str) -> Option<(u64, &str)> {
    let mut words = line.splitn(4, ' ').skip(1);
    let (size, kind, name) = (words.next()?, words.next()?, words.next()?);
    let size = u64::from_str_radix(size, 16).ok()?;
    matches!(kind, "t" | "T" | "w" | "W").then_some((size, name))
}

/// The part a function belongs to: the first folder, of the large ones the second.
fn part(name: &str) -> String {
    let Some((_, path)) = name.split_once("mqmodem_core::") else {
        return "Rust's own core, and the program around".to_owned();
    };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = path.split("::");
    let first = words
        .next()
        .unwrap_or_default()
        .trim_matches(|c| !is_word(c));
    let second = words.next().unwrap_or_default();
    let is_folder = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    match first {
        "mqtt" | "modem" if !second.is_empty() && is_folder(second) => format!("{first}/{second}"),
        _ => first.to_owned(),
    }
}

fn print_programs() -> Result {
    for (name, features) in [
        ("with the broker", None),
        ("without", Some("--no-default-features")),
    ] {
        // One directory each: otherwise each would make the other build again.
        let dir = sh::target().join(if features.is_some() { "size-small" } else { "" });
        let dir_name = dir.to_string_lossy();
        let words = [
            "build",
            "--release",
            "--package",
            "mqmodem",
            "--target-dir",
            &dir_name,
        ];
        sh::run(&mut cargo(words.into_iter().chain(features)))?;
        let program = dir.join("release/mqmodem");
        let size = program
            .metadata()
            .map_err(|e| format!("{}: {e}", program.display()))?
            .len();
        println!(
            "mqmodem {name}: {}.{:02} MB",
            size / 1_000_000,
            size % 1_000_000 / 10_000
        );
    }
    Ok(())
}
