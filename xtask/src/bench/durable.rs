//! `cargo xtask bench durable`: messages a second that are durable before they are
//! sent, with one modem and a thousand, beside what the disk below `target/` does.

use crate::sh::{self, Result, cargo};
use std::process::Command;

/// Runs the load and prints what it says.
pub fn run() -> Result {
    let build = "build --quiet --release --package mqmodem-bench --features store";
    sh::run(&mut cargo(build.split(' ')))?;
    let directory = sh::target().join("xtask/durable");
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).map_err(|e| e.to_string())?;
    let mut load = Command::new(sh::target().join("release/durable"));
    sh::run(load.arg(&directory))
}
