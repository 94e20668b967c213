//! `cargo xtask setup`: the tools the tests need.

use crate::sh::{self, Result};
use std::path::{Path, PathBuf};

/// A program and the Debian package it is in.
const TOOLS: [(&str, &str); 8] = [
    ("mosquitto", "mosquitto"),
    ("mosquitto_pub", "mosquitto-clients"),
    ("mosquitto_sub", "mosquitto-clients"),
    ("curl", "curl"),
    ("openssl", "openssl"),
    ("pkg-config", "pkg-config"),
    ("valgrind", "valgrind"),
    ("tshark", "tshark"),
];

/// Checks that every tool is there and installs what is missing where it may.
pub fn run() -> Result {
    apt(&missing(), "the tests need")?;
    match missing() {
        left if left.is_empty() => Ok(()),
        left => Err(how_to_install(&left, "the tests need")),
    }
}

/// Installs these packages of Debian where it may; else says who needs them and
/// how to get them.
pub fn apt(packages: &[&str], who_needs: &str) -> Result {
    if packages.is_empty() {
        return Ok(());
    }
    if sh::find("apt-get").is_some() && is_root() {
        return install(packages);
    }
    Err(how_to_install(packages, who_needs))
}

/// The browser that shows pages to the tests, installed where that may be.
pub fn chromium(who_needs: &str) -> Result<PathBuf> {
    if sh::find("chromium").is_none() {
        apt(&["chromium", "fonts-dejavu-core"], who_needs)?;
    }
    sh::need(
        "chromium",
        "On Debian and its kin: sudo apt-get install chromium",
    )
}

fn how_to_install(packages: &[&str], who_needs: &str) -> String {
    format!(
        "{who_needs} {}. On Debian and its kin: sudo apt-get install {}",
        packages.join(", "),
        packages.join(" ")
    )
}

/// The packages that are not installed.
fn missing() -> Vec<&'static str> {
    let mut packages: Vec<_> = TOOLS
        .iter()
        .filter(|(tool, _)| sh::find(tool).is_none())
        .map(|(_, package)| *package)
        .collect();
    packages.dedup();
    if !makes_venv() {
        packages.push("python3-venv");
    }
    if !has_openssl() {
        packages.push("libssl-dev");
    }
    packages
}

/// What the feature `psk` is compiled with.
fn has_openssl() -> bool {
    let mut config = sh::program("pkg-config", ["--exists", "openssl"]);
    config.status().is_ok_and(|status| status.success())
}

/// Debian keeps this part of Python in a package of its own.
fn makes_venv() -> bool {
    let mut python = sh::program("python3", ["-c", "import ensurepip, venv"]);
    let status = python.stderr(std::process::Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn install(packages: &[&str]) -> Result {
    println!("installing {}", packages.join(", "));
    let apt = |args: &[&str]| {
        let mut command = sh::program("apt-get", args.iter().copied());
        command.env("DEBIAN_FRONTEND", "noninteractive");
        // The package would start a broker on port 1883. No test uses that port,
        // but nobody asked for a server either: run level 1 starts none.
        command.env("RUNLEVEL", "1");
        sh::run(&mut command)
    };
    apt(&["update", "-qq"])?;
    let flags = ["install", "-y", "-qq", "--no-install-recommends"];
    apt(&[&flags[..], packages].concat())
}

/// Whether we are root: the owner of our own entry in /proc tells.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    Path::new("/proc/self")
        .metadata()
        .is_ok_and(|meta| meta.uid() == 0)
}
