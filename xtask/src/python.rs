//! `cargo xtask python`: the package for Python, installed as its users do, and its tests.
//! `cargo xtask wheel` builds the one that is published.

use crate::sh::{self, Result};
use crate::{docs, pypi};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stands in for cargo where maturin compiles the program: the tests have compiled it,
/// with the features of the whole workspace, and this finds it. Other calls pass.
const CARGO: &str = r#"#!/bin/sh
[ "$1" = rustc ] && set -- build --quiet --workspace --bins --examples --message-format json-render-diagnostics
exec "$XTASK_CARGO" "$@"
"#;
/// The oldest glibc that the published wheel runs with.
const COMPATIBILITY: &str = "manylinux_2_17";
/// What tests the package, beside the package itself.
const TESTS: &str = "tests/requirements.txt";

/// Builds the wheel, installs it, and tests it; the words are for pytest.
pub fn run(words: &[&str]) -> Result {
    let tools = tools("requirements.txt", "tools")?;
    let wheels = wheel_of_the_tests(&tools)?;
    let users = fresh(&tools, &wheels)?;
    check_types(&tools, &users)?;
    let mut tests = in_package(&users, "pytest", "-q -n 2 -p no:cacheprovider --basetemp");
    // A program of another build is not the one that was installed.
    tests.env_remove("MQMODEM").arg(folder("tmp"));
    sh::run(tests.args(words))
}

/// All of it, for `cargo xtask test`.
pub fn all() -> Result {
    run(&[])
}

/// Builds the wheel for other machines, and starts what is in it.
pub fn wheel() -> Result {
    let (tools, wheels) = (
        tools("wheel-requirements.txt", "wheel-tools")?,
        emptied("wheels")?,
    );
    // It finds zig on the path alone, where these tools are first.
    let mut maturin = in_package(&tools, "maturin", "build --release --locked --zig");
    maturin.args(["--compatibility", COMPATIBILITY, "--out"]);
    sh::run(maturin.arg(&wheels))?;
    let users = fresh(&tools, &wheels)?;
    let says = sh::output(&mut in_package(&users, "mqmodem", "--version"))?;
    for wheel in sh::files(&wheels, "whl") {
        let size = wheel.metadata().map_or(0, |it| it.len()) / 1000;
        println!("{}: {size} KB, {}", wheel.display(), says.trim());
    }
    Ok(())
}

/// A wheel around the program as the tests built it.
fn wheel_of_the_tests(tools: &Path) -> Result<PathBuf> {
    docs::program()?;
    let (cargo, wheels) = (tools.join("cargo"), emptied("wheels-of-tests")?);
    sh::write(&cargo, CARGO.as_bytes())?;
    make_executable(&cargo)?;
    let build = "build --quiet --profile dev --compatibility linux --auditwheel skip \
                 --compression-method stored --out";
    let mut maturin = in_package(tools, "maturin", build);
    let real = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    maturin.env("XTASK_CARGO", real).env_remove("CARGO");
    sh::run(maturin.arg(&wheels))?;
    Ok(wheels)
}

/// A new environment in which the package is installed, and what its tests need. Returns
/// where its programs are.
fn fresh(tools: &Path, wheels: &Path) -> Result<PathBuf> {
    let (venv, packages) = (folder("venv"), folder("packages"));
    pypi::packages(&tools.join("pip"), &packages, &package().join(TESTS))?;
    sh::run(in_package(tools, "python", "-m venv --clear --without-pip").arg(&venv))?;
    // What its extra wants is there before it: nothing is fetched.
    for (wanted, from) in [
        (["-r", TESTS].as_slice(), &*packages),
        (&["mqmodem[pytest]"], wheels),
    ] {
        let mut pip = in_package(tools, "pip", "--quiet --disable-pip-version-check --python");
        pip.arg(&venv)
            .args(["install", "--no-index", "--find-links"]);
        sh::run(pip.arg(from).args(wanted))?;
    }
    Ok(venv.join("bin"))
}

fn check_types(tools: &Path, users: &Path) -> Result {
    let mut mypy = in_package(tools, "mypy", "--strict mqmodem tests --python-executable");
    mypy.arg(users.join("python"));
    sh::run(mypy.arg("--cache-dir").arg(folder("mypy")))
}

/// The programs of an environment with what this file lists.
fn tools(wanted: &str, name: &str) -> Result<PathBuf> {
    let python = pypi::venv(&folder(name), &package().join(wanted))?;
    Ok(python.parent().unwrap_or(&python).to_owned())
}

/// A program of an environment, whose programs are first on its path, with these words.
fn in_package(programs: &Path, name: &str, words: &str) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(all).unwrap_or(path);
    let mut command = Command::new(programs.join(name));
    command.args(words.split_whitespace()).env("PATH", path);
    command
        .current_dir(package())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn package() -> PathBuf {
    sh::root().join("python")
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
