//! A host on a Unix socket, one at a time.

use super::Label;
use super::socket::{Accept, Socket};
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream as Probe;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll, ready};
use tokio::net::{UnixListener, UnixStream};

/// A host on a Unix socket.
pub type Unix = Socket<File>;

/// A socket in the file system, removed at its end.
#[derive(Debug)]
pub struct File {
    listener: UnixListener,
    path: PathBuf,
}

impl Unix {
    /// Listens at `path`. A socket that nobody listens at any more is replaced.
    pub fn bind(path: &Path) -> io::Result<Self> {
        let is_socket = path
            .symlink_metadata()
            .is_ok_and(|it| it.file_type().is_socket());
        if is_socket && Probe::connect(path).is_err() {
            std::fs::remove_file(path)?;
        }
        let file = File {
            listener: UnixListener::bind(path)?,
            path: path.to_owned(),
        };
        Ok(Self::new(file, Label::new(&path.display().to_string())))
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
        // Whoever removed it before wanted the same.
        let _ = std::fs::remove_file(&self.path);
    }
}
