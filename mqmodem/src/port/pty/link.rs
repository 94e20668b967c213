//! The symbolic link hosts open.

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::Metadata;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::{Path, PathBuf};

/// A link to a PTY; removed when dropped, where it is still ours.
#[derive(Debug)]
pub(super) struct PtyLink {
    path: PathBuf,
    /// What tells it from one that another process puts in its place.
    identity: Option<Identity>,
    /// Held as long as the link is ours; gone with the process, however that ends.
    _claim: Option<UnixDatagram>,
}

/// Device and inode of a file.
type Identity = (u64, u64);

impl PtyLink {
    /// Puts the link in place in one step. Only a link is replaced, and only one
    /// that leads nowhere any more.
    pub(super) fn publish(path: &Path, target: &Path) -> io::Result<Self> {
        let claim = claim(path)?;
        let mut link = Self {
            path: path.to_owned(),
            identity: None,
            _claim: claim,
        };
        let stale = stale(path, target)?;
        link.put(target, stale)?;
        Ok(link)
    }

    /// Leads to another PTY from now on.
    pub(super) fn lead_to(&mut self, target: &Path) -> io::Result<()> {
        let own = self
            .identity
            .filter(|own| identity(&self.path) == Some(*own));
        let stale = own.map_or_else(|| stale(&self.path, target), |own| Ok(Some(own)))?;
        self.put(target, stale)
    }

    /// Makes the link, in place of this one.
    fn put(&mut self, target: &Path, stale: Option<Identity>) -> io::Result<()> {
        let draft = draft_beside(&self.path)?;
        symlink(target, &draft)?;
        let made = identity(&draft);
        let placed = place(&draft, &self.path, stale);
        // What was there before, or what could not be placed.
        let _ = std::fs::remove_file(&draft);
        placed?;
        self.identity = made;
        Ok(())
    }

    /// Where the link is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PtyLink {
    fn drop(&mut self) {
        let ours = self.identity.is_some() && identity(&self.path) == self.identity;
        if ours && let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(link = %self.path.display(), "cannot remove the link: {error}");
        }
    }
}

/// Gives the draft its place: an empty one, or that of a stale link.
fn place(draft: &Path, path: &Path, stale: Option<Identity>) -> io::Result<()> {
    let Some(stale) = stale else {
        return match renameat_with(CWD, draft, CWD, path, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS) => std::fs::rename(draft, path),
            Err(Errno::EXIST) => Err(in_use()),
            renamed => Ok(renamed?),
        };
    };
    match renameat_with(CWD, draft, CWD, path, RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOENT) => std::fs::rename(draft, path),
        // Another process was faster: it has its link back.
        Ok(()) if identity(draft) != Some(stale) => {
            renameat_with(CWD, draft, CWD, path, RenameFlags::EXCHANGE)?;
            Err(in_use())
        }
        exchanged => Ok(exchanged?),
    }
}

fn identity(path: &Path) -> Option<Identity> {
    let metadata = path.symlink_metadata().ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// The link that is there and may be replaced: it leads nowhere, to our own PTY, or to
/// a PTY that is younger than the link, which has got the number of one that is gone.
fn stale(path: &Path, target: &Path) -> io::Result<Option<Identity>> {
    let Ok(found) = path.symlink_metadata() else {
        return Ok(None);
    };
    if !found.is_symlink() {
        let what = "something that is not a link is there; move it away or choose another name";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
    }
    let leads_to_us = std::fs::read_link(path).is_ok_and(|to| to == target);
    let is_live = |terminal: Metadata| is_terminal(path) && born(&terminal) <= changed(&found);
    if !leads_to_us && path.metadata().is_ok_and(is_live) {
        return Err(in_use());
    }
    Ok(Some((found.dev(), found.ino())))
}

/// Whether it leads to a pseudo-terminal.
fn is_terminal(path: &Path) -> bool {
    let target = path.canonicalize();
    target.is_ok_and(|target| target.starts_with("/dev/pts"))
}

/// A time at which a terminal was there already; devices do not tell their birth.
fn born(terminal: &Metadata) -> (i64, i64) {
    [
        (terminal.atime(), terminal.atime_nsec()),
        (terminal.mtime(), terminal.mtime_nsec()),
        changed(terminal),
    ]
    .into_iter()
    .min()
    .unwrap_or_default()
}

fn changed(metadata: &Metadata) -> (i64, i64) {
    (metadata.ctime(), metadata.ctime_nsec())
}

fn in_use() -> io::Error {
    let what = "it is a link to a pseudo-terminal in use; stop who uses it or choose another name";
    io::Error::new(io::ErrorKind::AddrInUse, what)
}

/// Claims a link against other modems, by whatever path they name it, until it is
/// dropped. A name of the kernel's own is used: no file is left behind.
fn claim(path: &Path) -> io::Result<Option<UnixDatagram>> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    let above = above.unwrap_or(Path::new(".")).metadata()?;
    let claimed = format!("mqmodem-link-{:x}-{:x}-", above.dev(), above.ino());
    let claimed = [claimed.as_bytes(), name.as_encoded_bytes()].concat();
    // Longer names than the kernel takes are not claimed.
    let Ok(address) = SocketAddr::from_abstract_name(claimed) else {
        return Ok(None);
    };
    match UnixDatagram::bind_addr(&address) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(in_use()),
        claim => claim.map(Some),
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

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::pty::{OpenptFlags, openpt, ptsname, unlockpt};
    use std::os::fd::OwnedFd;

    fn directory(name: &str) -> PathBuf {
        let name = format!("mqmodem-link-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        path
    }

    fn terminal() -> (OwnedFd, PathBuf) {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap();
        (master, path.into_string().unwrap().into())
    }

    #[test]
    fn a_link_of_another_program_that_is_live_stays() {
        let path = directory("live").join("modem");
        let (_others, others) = terminal();
        symlink(&others, &path).unwrap();
        let (_own, own) = terminal();
        let error = PtyLink::publish(&path, &own).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        assert_eq!(std::fs::read_link(&path).unwrap(), others);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_replaced() {
        let path = directory("stale").join("modem");
        symlink("/dev/pts/4000000", &path).unwrap();
        let (_own, own) = terminal();
        let link = PtyLink::publish(&path, &own).unwrap();
        assert_eq!(std::fs::read_link(&path).unwrap(), own);
        drop(link);
        assert!(path.symlink_metadata().is_err());
    }

    #[test]
    fn two_names_of_a_link_have_one_owner() {
        let directory = directory("owner");
        let alias = directory.with_extension("alias");
        let _ = std::fs::remove_file(&alias);
        symlink(&directory, &alias).unwrap();
        let (_one, one) = terminal();
        let (_two, two) = terminal();
        let first = PtyLink::publish(&directory.join("modem"), &one).unwrap();
        for other in [
            directory.join("./modem"),
            alias.join("modem"),
            directory
                .join("../")
                .join(directory.file_name().unwrap())
                .join("modem"),
        ] {
            let error = PtyLink::publish(&other, &two).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse, "{other:?}");
        }
        drop(first);
        PtyLink::publish(&alias.join("modem"), &two).unwrap();
        std::fs::remove_file(&alias).unwrap();
    }

    #[test]
    fn only_the_own_link_is_removed() {
        let path = directory("own").join("modem");
        let (_own, own) = terminal();
        let link = PtyLink::publish(&path, &own).unwrap();
        std::fs::remove_file(&path).unwrap();
        // Another one, even to the same terminal.
        symlink("elsewhere", path.with_extension("new")).unwrap();
        symlink(&own, &path).unwrap();
        drop(link);
        assert!(path.symlink_metadata().is_ok());
    }

    #[test]
    fn a_link_follows_to_another_terminal() {
        let path = directory("follows").join("modem");
        let (_one, one) = terminal();
        let (_two, two) = terminal();
        let mut link = PtyLink::publish(&path, &one).unwrap();
        link.lead_to(&two).unwrap();
        assert_eq!(std::fs::read_link(&path).unwrap(), two);
        drop(link);
        assert!(path.symlink_metadata().is_err());
    }
}
