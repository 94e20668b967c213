//! The symbolic link hosts open.

use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// A link to a PTY; removed when dropped, where it is still ours.
#[derive(Debug)]
pub(super) struct Link {
    path: PathBuf,
    target: PathBuf,
}

impl Link {
    /// Puts the link in place in one step; only a link is replaced.
    pub(super) fn publish(path: &Path, target: &Path) -> io::Result<Self> {
        refuse_other_files(path)?;
        let draft = draft_beside(path)?;
        symlink(target, &draft)?;
        if let Err(error) = std::fs::rename(&draft, path) {
            let _ = std::fs::remove_file(&draft);
            return Err(error);
        }
        Ok(Self {
            path: path.to_owned(),
            target: target.to_owned(),
        })
    }

    /// Where the link is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let ours = std::fs::read_link(&self.path).is_ok_and(|target| target == self.target);
        if ours && let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(link = %self.path.display(), "cannot remove the link: {error}");
        }
    }
}

fn refuse_other_files(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.is_symlink() => Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "something that is not a link is there; move it away or choose another name",
        )),
        _ => Ok(()),
    }
}

fn draft_beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut draft = std::ffi::OsString::from(".");
    draft.push(name);
    draft.push(format!(".{}", std::process::id()));
    let draft = path.with_file_name(draft);
    let _ = std::fs::remove_file(&draft);
    Ok(draft)
}
