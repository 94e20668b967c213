//! The state directory.

use super::report::CheckResult;
use crate::cli::modems::state::refusal;
use crate::store::{FILE, OpenError, StoredState};
use rustix::fs::{Access, access, statvfs};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Less than this and the disk is as good as full.
const LEAST: u64 = 16 * 1024 * 1024;

pub(super) fn examine(directory: &Path) -> Vec<CheckResult> {
    let place = place(directory);
    if !directory.is_dir() || place.is_err() {
        return vec![place];
    }
    vec![place, space(directory), content(directory)]
}

/// Whether it can be written, or made.
fn place(directory: &Path) -> CheckResult {
    let shown = directory.display();
    if directory.is_dir() {
        return match access(directory, Access::WRITE_OK | Access::EXEC_OK) {
            Ok(()) => Ok(format!("{shown} can be written")),
            Err(_) => Err(format!(
                "{shown} cannot be written; give it to this user (chown)"
            )),
        };
    }
    if directory.exists() {
        return Err(format!("{shown} is no directory; choose another name"));
    }
    let above = directory.ancestors().find(|path| path.exists());
    let above = above.unwrap_or(Path::new("."));
    if above.is_dir() && access(above, Access::WRITE_OK | Access::EXEC_OK).is_ok() {
        return Ok(format!("{shown} will be made"));
    }
    Err(format!(
        "{shown} is not there and cannot be made; make it and give it to this user"
    ))
}

fn space(directory: &Path) -> CheckResult {
    let disk = statvfs(directory).map_err(|error| format!("cannot ask for its space: {error}"))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let mib = free / 1024 / 1024;
    if free < LEAST {
        return Err(format!("only {mib} MiB are free there; make room"));
    }
    Ok(format!("{mib} MiB are free there"))
}

fn content(directory: &Path) -> CheckResult {
    let path = directory.join(FILE);
    let kept = match StoredState::look(directory) {
        Ok(kept) => kept,
        Err(OpenError::Io(error)) if error.kind() == ErrorKind::NotFound => {
            return Ok("nothing is kept there yet".to_owned());
        }
        Err(error) => return Err(refusal(directory, &error).to_string()),
    };
    let mode = path.metadata().map_or(0, |meta| meta.permissions().mode());
    if mode & 0o077 != 0 {
        let path = path.display();
        return Err(format!("others can read {path}: chmod 600 {path}"));
    }
    match kept.modems().count() {
        1 => Ok("1 modem keeps something there".to_owned()),
        count => Ok(format!("{count} modems keep something there")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_place_is_told() {
        let missing = place(Path::new("/proc/version/state")).unwrap_err();
        assert!(missing.contains("make it and give it"), "{missing}");
        let file = place(Path::new("/proc/version")).unwrap_err();
        assert!(file.contains("choose another name"), "{file}");
        for good in ["/tmp/no/such/place", "no-such-place"] {
            assert!(place(Path::new(good)).is_ok(), "{good}");
        }
    }
}
