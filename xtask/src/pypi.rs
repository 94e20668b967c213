//! Packages of `PyPI`, in the versions and by the hashes that a file lists.

use crate::npm::{done, is_current};
use crate::setup;
use crate::sh::{self, Result};
use std::path::{Path, PathBuf};

const PINNED: [&str; 6] = [
    "--quiet",
    "--disable-pip-version-check",
    "--no-deps",
    "--require-hashes",
    "--only-binary",
    ":all:",
];

/// A virtual environment with what is wanted, and its Python; the system's is left
/// alone. A second run finds everything and is quick.
pub fn venv(venv: &Path, wanted: &Path) -> Result<PathBuf> {
    setup::run()?;
    let (stamp, python) = (venv.join("installed"), venv.join("bin/python"));
    if is_current(wanted, &stamp) {
        return Ok(python);
    }
    let (at, file) = (venv.to_string_lossy(), wanted.to_string_lossy());
    sh::run(&mut sh::program("python3", ["-m", "venv", "--clear", &at]))?;
    let install = ["install"].into_iter().chain(PINNED).chain(["-r", &file]);
    sh::run(&mut sh::program(venv.join("bin/pip"), install))?;
    done(wanted, &stamp)?;
    Ok(python)
}

/// A folder with what is wanted, to be installed from without the network.
pub fn packages(pip: &Path, folder: &Path, wanted: &Path) -> Result {
    let stamp = folder.join("downloaded");
    if is_current(wanted, &stamp) {
        return Ok(());
    }
    let (at, file) = (folder.to_string_lossy(), wanted.to_string_lossy());
    let download = ["download"].into_iter().chain(PINNED);
    let download = download.chain(["-r", &file, "--dest", &at]);
    sh::run(&mut sh::program(pip, download))?;
    done(wanted, &stamp)
}
