//! `cargo xtask audit`: licences, sources and advisories of what we build on.

use crate::sh::{self, Result, cargo};

const HOW: &str = "Get it: cargo install cargo-deny --locked";

/// Asks cargo-deny, with `deny.toml`.
pub fn run() -> Result {
    sh::need("cargo-deny", HOW)?;
    dependencies()?;
    advisories()
}

/// The same without the network, as the tests want it. cargo-deny takes long to build:
/// where it is missing that is said, and continuous integration has it.
pub fn offline() -> Result {
    if sh::find("cargo-deny").is_none() {
        println!("bans, licences and sources NOT checked: cargo-deny is not installed. {HOW}");
        return Ok(());
    }
    dependencies()
}

fn dependencies() -> Result {
    sh::run(&mut cargo([
        "deny",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]))
}

/// The advisories are a database on the network. Where it cannot be had, that is
/// said and is no failure; what it says of our crates is one.
fn advisories() -> Result {
    if let Err(why) = sh::run(&mut cargo(["deny", "fetch", "db"])) {
        println!("advisories NOT checked: their database cannot be fetched here ({why})");
        return Ok(());
    }
    sh::run(&mut cargo([
        "deny",
        "check",
        "--disable-fetch",
        "advisories",
    ]))
}
