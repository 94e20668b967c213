//! The serial port. The usual crate for it is under the MPL, and a PTY needs little.

use rustix::fs::{Mode, OFlags};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::fs::File;
use std::io;
use tokio::net::unix::pipe::{Receiver, Sender};

/// Opens it, raw, for reads that wait.
pub fn open(path: &str) -> io::Result<File> {
    open_with(path, OFlags::empty())
}

/// Its two directions, for tasks.
pub fn halves(path: &str) -> io::Result<(Receiver, Sender)> {
    let port = open_with(path, OFlags::NONBLOCK)?;
    let sender = Sender::from_file_unchecked(port.try_clone()?)?;
    Ok((Receiver::from_file_unchecked(port)?, sender))
}

fn open_with(path: &str, more: OFlags) -> io::Result<File> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC | more;
    let port = rustix::fs::open(path, flags, Mode::empty())?;
    let mut settings = tcgetattr(&port)?;
    settings.make_raw();
    tcsetattr(&port, OptionalActions::Now, &settings)?;
    Ok(port.into())
}
