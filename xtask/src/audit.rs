//! `cargo xtask audit`: licences, sources and advisories of what we build on.

use crate::hosts::install;
use crate::sh::{self, Result, cargo};
use std::path::PathBuf;

/// The version that is installed where there is none.
const VERSION: &str = "0.20.2";

/// Asks cargo-deny, with `deny.toml`.
pub fn run() -> Result {
    dependencies()?;
    advisories()
}

/// Bans, licences and sources: all that needs no network.
pub fn dependencies() -> Result {
    const CHECK: [&str; 2] = ["check", "--hide-inclusion-graph"];
    let (bans, rest) = (["bans"], ["licenses", "sources"]);
    deny(&[&CHECK[..], &bans, &rest].concat())?;
    // What the hosts are built with is no part of ours, but as free to use.
    for manifest in install::manifests() {
        let manifest = manifest.to_string_lossy();
        let of_it = ["--locked", "--manifest-path", &manifest];
        deny(&[&of_it[..], &CHECK, &rest].concat())?;
    }
    Ok(())
}

/// The advisories are a database on the network. Where it cannot be had, that is
/// said and is no failure; what it says of our crates is one.
fn advisories() -> Result {
    if let Err(why) = deny(&["fetch", "db"]) {
        println!("advisories NOT checked: their database cannot be fetched here ({why})");
        return Ok(());
    }
    deny(&["check", "--disable-fetch", "advisories"])
}

fn deny(words: &[&str]) -> Result {
    let program = installed()?;
    sh::run(&mut sh::program(program, words.iter().copied()))
}

/// cargo-deny as it is installed, or built once below `target/`. Without
/// optimisation that takes a minute, with it several.
fn installed() -> Result<PathBuf> {
    if let Some(program) = sh::find("cargo-deny") {
        return Ok(program);
    }
    let tools = sh::target().join("tools");
    let program = tools.join("bin/cargo-deny");
    if !program.exists() {
        println!("installing cargo-deny {VERSION}");
        let words = ["install", "cargo-deny", "--version", VERSION];
        let mut install = cargo(words.into_iter().chain(["--locked", "--debug", "--quiet"]));
        sh::run(install.arg("--root").arg(&tools))?;
    }
    Ok(program)
}
