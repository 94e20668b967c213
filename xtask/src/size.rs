//! `cargo xtask size`: the release program with and without the broker.

use crate::sh::{self, Result, cargo};

/// Builds both and prints their sizes.
pub fn run() -> Result {
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
