//! `cargo xtask msrv`: the oldest Rust we promise still compiles everything.

use crate::sh::{self, Result};

/// Compiles the workspace, its tests and examples by the `rust-version` of
/// `Cargo.toml`, which is installed where rustup is there and has not got it.
pub fn run() -> Result {
    let manifest = sh::read(&sh::root().join("Cargo.toml"))?;
    let version = rust_version(&manifest).ok_or("Cargo.toml: no rust-version")?;
    let rustup = sh::need("rustup", "Get it: https://rustup.rs")?;
    let install = ["toolchain", "install", version, "--profile", "minimal"];
    sh::run(&mut sh::program(&rustup, install))?;
    let check = ["check", "--workspace", "--all-targets", "--locked"];
    let words = ["run", version, "cargo"].into_iter().chain(check);
    let mut command = sh::program(&rustup, words);
    // Else the toolchain we run in would be the one it takes.
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    // What one compiler made is of no use to the other.
    sh::run(command.env("CARGO_TARGET_DIR", sh::target().join("msrv")))
}

fn rust_version(manifest: &str) -> Option<&str> {
    let mut lines = manifest.lines();
    let value = lines.find_map(|line| line.strip_prefix("rust-version = "))?;
    Some(value.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_promises_the_same() {
        let workspace = rust_version(include_str!("../../Cargo.toml")).unwrap();
        assert_eq!(
            rust_version(include_str!("../../core/Cargo.toml")),
            Some(workspace)
        );
        assert_eq!(
            rust_version("[package]\nrust-version.workspace = true\n"),
            None
        );
    }
}
