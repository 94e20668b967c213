//! `cargo xtask hosts`: host programs of others drive the modem unchanged.

use crate::sh::{self, Result};
use crate::{docs, setup};
use std::path::{Path, PathBuf};

/// Scripts for the Python of [`python`], below `host/tests/hosts`.
const SCRIPTS: [&str; 1] = ["pyserial_rfc2217.py"];

/// Every host does what it should.
pub fn run() -> Result {
    let program = docs::program()?;
    let broker = sh::need("mosquitto", "Install it: cargo xtask setup")?;
    let python = python()?;
    for script in SCRIPTS {
        let script = folder().join(script);
        let words = [&script, &program, &broker].map(|path| path.to_string_lossy());
        sh::run(&mut sh::program(&python, words.iter().map(AsRef::as_ref)))?;
    }
    Ok(())
}

fn folder() -> PathBuf {
    sh::root().join("host/tests/hosts")
}

/// A Python of our own with the packages the scripts need. Made again when they
/// change.
fn python() -> Result<PathBuf> {
    let wanted = sh::read(&folder().join("requirements.txt"))?;
    let home = sh::target().join("hosts/python");
    let python = home.join("bin/python");
    let made_for = home.join("requirements.txt");
    if sh::read(&made_for).is_ok_and(|had| had == wanted) {
        return Ok(python);
    }
    println!(
        "installing for Python: {}",
        folder().join("requirements.txt").display()
    );
    make(&home)?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    let list = folder().join("requirements.txt");
    let what = ["--require-hashes", "--only-binary", ":all:", "-r"];
    let list = list.to_string_lossy();
    let words = pip.into_iter().chain(what).chain([&*list]);
    sh::run(&mut sh::program(&python, words))?;
    sh::write(&made_for, wanted.as_bytes())?;
    Ok(python)
}

/// Debian keeps the module in a package of its own.
fn make(home: &Path) -> Result {
    let python = sh::need(
        "python3",
        "On Debian and its kin: sudo apt-get install python3-venv",
    )?;
    let home = home.to_string_lossy();
    let venv = || sh::run(&mut sh::program(&python, ["-m", "venv", "--clear", &home]));
    if venv().is_ok() {
        return Ok(());
    }
    setup::install(&["python3-venv"])?;
    venv()
}
