//! A host on a Unix socket, one at a time.

use super::Label;
use super::socket::{Accept, Socket};
use rustix::fs::{Mode, fchmod};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, connect, listen, socket_with,
};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::task::{Context, Poll, ready};
use tokio::net::{UnixListener, UnixStream};

/// Connections that wait to be taken.
const BACKLOG: i32 = 128;

/// A host on a Unix socket.
pub type Unix = Socket<File>;

/// A socket in the file system, removed at its end.
#[derive(Debug)]
pub struct File {
    listener: UnixListener,
    path: PathBuf,
    /// What tells it from one that another process puts in its place.
    identity: Option<Identity>,
}

/// Device and inode of a file.
type Identity = (u64, u64);

impl Unix {
    /// Listens at `path`. A socket that nobody listens at any more is replaced.
    pub fn bind(path: &Path) -> io::Result<Self> {
        let file = File::bind(path, |path| UnixListener::bind(path))?;
        Ok(Self::new(file, Label::new(&path.display().to_string())))
    }
}

impl File {
    fn bind(path: &Path, bind: fn(&Path) -> io::Result<UnixListener>) -> io::Result<Self> {
        if let Some(dead) = dead(path)? {
            // Another process may have replaced it in between.
            if identity(path) == Some(dead) {
                std::fs::remove_file(path)?;
            }
        }
        Ok(Self {
            listener: bind(path)?,
            path: path.to_owned(),
            identity: identity(path),
        })
    }

    /// Listens at `path`, where nobody but its owner may connect.
    pub(crate) fn bind_private(path: &Path) -> io::Result<Self> {
        Self::bind(path, |path| {
            let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
            let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
            // The file is made with the mode of the socket: at no time with another.
            fchmod(&socket, Mode::RUSR | Mode::WUSR)?;
            bind(&socket, &SocketAddrUnix::new(path)?)?;
            listen(&socket, BACKLOG)?;
            UnixListener::from_std(socket.into())
        })
    }

    /// The next who connects.
    pub(crate) async fn accept(&self) -> io::Result<UnixStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }
}

fn identity(path: &Path) -> Option<Identity> {
    let metadata = path.symlink_metadata().ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// The socket at this path, if nobody listens there any more. Only a refusal says so:
/// one that may not be asked, is of another kind or has no room for one more is in
/// use. It is asked without waiting.
fn dead(path: &Path) -> io::Result<Option<Identity>> {
    let is_socket = |metadata: &std::fs::Metadata| metadata.file_type().is_socket();
    let before = identity(path);
    if !path.symlink_metadata().is_ok_and(|it| is_socket(&it)) {
        return Ok(None);
    }
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let probe = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    match connect(&probe, &SocketAddrUnix::new(path)?) {
        Err(Errno::CONNREFUSED) => Ok(before),
        Err(Errno::NOENT) => Ok(None),
        _ => Err(Errno::ADDRINUSE.into()),
    }
}

impl Accept for File {
    type Stream = UnixStream;

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(UnixStream, String)>> {
        let accepted = ready!(self.listener.poll_accept(cx));
        Poll::Ready(accepted.map(|(stream, _)| (stream, "this machine".to_owned())))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if self.identity.is_some() && identity(&self.path) == self.identity {
            // Whoever removed it before wanted the same.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::OwnedFd;

    fn place(name: &str) -> PathBuf {
        let name = format!("mqmodem-unix-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_file(&path);
        path
    }

    /// A socket of another program.
    fn other(path: &Path, kind: SocketType) -> OwnedFd {
        let socket = socket_with(AddressFamily::UNIX, kind, SocketFlags::CLOEXEC, None).unwrap();
        bind(&socket, &SocketAddrUnix::new(path).unwrap()).unwrap();
        socket
    }

    #[tokio::test]
    async fn a_socket_that_is_in_use_stays() {
        for (kind, backlog) in [
            (SocketType::STREAM, Some(8)),
            (SocketType::SEQPACKET, Some(8)),
            (SocketType::DGRAM, None),
        ] {
            let path = place("in-use");
            let socket = other(&path, kind);
            if let Some(backlog) = backlog {
                listen(&socket, backlog).unwrap();
            }
            let before = identity(&path);
            let error = Unix::bind(&path).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse, "{kind:?}");
            assert_eq!(identity(&path), before);
            std::fs::remove_file(&path).unwrap();
        }
    }

    #[tokio::test]
    async fn a_full_backlog_is_neither_waited_for_nor_taken_for_dead() {
        let path = place("backlog");
        let socket = other(&path, SocketType::STREAM);
        listen(&socket, 0).unwrap();
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let mut clients = Vec::new();
        loop {
            let client = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None);
            let client = client.unwrap();
            let connected = connect(&client, &SocketAddrUnix::new(&path).unwrap());
            clients.push(client);
            if connected == Err(Errno::AGAIN) {
                break;
            }
        }
        let error = Unix::bind(&path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        assert!(path.exists());
        std::fs::remove_file(&path).unwrap();
    }

    #[tokio::test]
    async fn a_dead_socket_is_replaced_and_only_the_own_one_removed() {
        let path = place("dead");
        drop(other(&path, SocketType::STREAM));
        let port = Unix::bind(&path).unwrap();
        drop(port);
        assert!(!path.exists());
        let port = Unix::bind(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let another = other(&path, SocketType::STREAM);
        drop(port);
        assert!(path.exists(), "it is another one's by now");
        drop(another);
        std::fs::remove_file(&path).unwrap();
    }
}
