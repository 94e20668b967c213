//! `cargo xtask python`: the package for Python, installed as its users do, and its tests.
//! `cargo xtask wheel` builds the one that is published.

use crate::hosts::install;
use crate::sh::{self, Result};
use crate::{docs, setup};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the package is.
const PACKAGE: &str = "python";
/// What stands in for cargo where maturin compiles the program: the tests have compiled it,
/// with the features of the whole workspace, and this finds it. Other calls pass.
const CARGO: &str = r#"#!/bin/sh
[ "$1" = rustc ] && set -- build --quiet --workspace --bins --examples --message-format json-render-diagnostics
exec "$XTASK_CARGO" "$@"
"#;
/// The oldest glibc that the published wheel runs with.
const COMPATIBILITY: &str = "manylinux_2_17";
const PIP: [&str; 3] = ["install", "--quiet", "--disable-pip-version-check"];
const PINNED: [&str; 4] = ["--no-deps", "--require-hashes", "--only-binary", ":all:"];

/// Builds the wheel, installs it, and tests it; the words are for pytest.
pub fn run(words: &[&str]) -> Result {
    let tools = tools("requirements.txt", "tools")?;
    let wheels = wheel_of_the_tests(&tools)?;
    let users = fresh(&tools, &wheels)?;
    check_types(&tools, &users)?;
    let kept = folder("tmp").to_string_lossy().into_owned();
    let mut tests = in_package(users.join("pytest"));
    // A program of another build is not the one that was installed.
    tests.env_remove("MQMODEM").env("PATH", path_with(&users));
    tests.args([
        "-q",
        "-n",
        "2",
        "-p",
        "no:cacheprovider",
        "--basetemp",
        &kept,
    ]);
    sh::run(tests.args(words))
}

/// All of it, for `cargo xtask test`.
pub fn all() -> Result {
    run(&[])
}

/// Builds the wheel for other machines, and starts what is in it.
pub fn wheel() -> Result {
    let tools = tools("wheel-requirements.txt", "wheel-tools")?;
    let wheels = emptied("wheels")?;
    let mut maturin = in_package(tools.join("maturin"));
    // It looks for zig on the path alone.
    maturin
        .env("PATH", path_with(&tools))
        .args(["build", "--release", "--locked", "--zig"]);
    maturin.args(["--compatibility", COMPATIBILITY, "--out"]);
    sh::run(maturin.arg(&wheels))?;
    let users = fresh(&tools, &wheels)?;
    let says = sh::output(Command::new(users.join("mqmodem")).arg("--version"))?;
    for wheel in sh::files(&wheels, "whl") {
        let size = wheel.metadata().map_or(0, |it| it.len()) / 1000;
        println!("{}: {size} KB, {}", wheel.display(), says.trim());
    }
    Ok(())
}

/// A wheel around the program as the tests built it.
fn wheel_of_the_tests(tools: &Path) -> Result<PathBuf> {
    docs::program()?;
    let (cargo, wheels) = (folder("cargo/cargo"), emptied("wheels-of-tests")?);
    sh::write(&cargo, CARGO.as_bytes())?;
    make_executable(&cargo)?;
    let mut maturin = in_package(tools.join("maturin"));
    let real = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    maturin.env("XTASK_CARGO", real).env_remove("CARGO");
    maturin.env("PATH", path_with(&folder("cargo")));
    maturin.args([
        "build",
        "--quiet",
        "--profile",
        "dev",
        "--compatibility",
        "linux",
    ]);
    maturin.args([
        "--auditwheel",
        "skip",
        "--compression-method",
        "stored",
        "--out",
    ]);
    sh::run(maturin.arg(&wheels))?;
    Ok(wheels)
}

/// A new environment in which the package is installed, and what its tests need. Returns
/// where its programs are.
fn fresh(tools: &Path, wheels: &Path) -> Result<PathBuf> {
    let venv = folder("venv");
    let make = [
        "-m",
        "venv",
        "--clear",
        "--without-pip",
        &venv.to_string_lossy(),
    ];
    sh::run(&mut sh::program(tools.join("python"), make))?;
    let programs = venv.join("bin");
    let pip = || {
        let mut pip = in_package(tools.join("pip"));
        pip.arg("--python").arg(programs.join("python")).args(PIP);
        pip
    };
    sh::run(pip().args(PINNED).args(["-r", "tests/requirements.txt"]))?;
    // What the extra wants is there: nothing is fetched.
    let package = ["--no-index", "mqmodem[pytest]", "--find-links"];
    sh::run(pip().args(package).arg(wheels))?;
    Ok(programs)
}

fn check_types(tools: &Path, users: &Path) -> Result {
    let mut mypy = in_package(tools.join("mypy"));
    mypy.arg("--python-executable").arg(users.join("python"));
    mypy.arg("--cache-dir").arg(folder("mypy"));
    sh::run(mypy.args(["--strict", "mqmodem", "tests"]))
}

/// The programs of an environment with what this file lists.
fn tools(wanted: &str, name: &str) -> Result<PathBuf> {
    setup::run()?;
    let python = install::venv(&folder(name), &sh::root().join(PACKAGE).join(wanted))?;
    Ok(python.parent().unwrap_or(&python).to_owned())
}

fn in_package(program: PathBuf) -> Command {
    let mut command = Command::new(program);
    command.current_dir(sh::root().join(PACKAGE));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The path, with these programs first.
fn path_with(programs: &Path) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(all).unwrap_or(path)
}

/// A folder of ours below `target/`.
fn folder(name: &str) -> PathBuf {
    sh::target().join("python").join(name)
}

fn emptied(name: &str) -> Result<PathBuf> {
    let folder = folder(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder)
}

fn make_executable(file: &Path) -> Result {
    use std::os::unix::fs::PermissionsExt;
    let all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(file, all).map_err(|e| format!("{}: {e}", file.display()))
}
