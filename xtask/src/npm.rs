//! Packages of npm, in the versions that a lock file says.

use crate::setup;
use crate::sh::{self, Result};
use std::path::Path;

/// Installs what the `package.json` and lock file in `from` want into `folder`, which is
/// below `target/`. A second run finds everything and is quick.
pub fn install(from: &Path, folder: &Path, who_needs: &str) -> Result {
    if sh::find("node").is_none() || sh::find("npm").is_none() {
        setup::apt(&["nodejs", "npm"], who_needs)?;
    }
    let wanted = from.join("package-lock.json");
    let stamp = folder.join("installed");
    if is_current(&wanted, &stamp) {
        return Ok(());
    }
    for name in ["package.json", "package-lock.json"] {
        let text = sh::read(&from.join(name))?;
        sh::write(&folder.join(name), text.as_bytes())?;
    }
    // The packages bring their programs built; nothing of theirs needs to run now.
    let install = [
        "ci",
        "--silent",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ];
    sh::run(sh::program("npm", install).current_dir(folder))?;
    done(&wanted, &stamp)
}

/// Whether what this file wants was installed already.
pub fn is_current(wanted: &Path, stamp: &Path) -> bool {
    sh::read(stamp).is_ok_and(|have| Ok(have) == sh::read(wanted))
}

/// It is installed now.
pub fn done(wanted: &Path, stamp: &Path) -> Result {
    sh::write(stamp, sh::read(wanted)?.as_bytes())
}
