//! A host on a pseudo-terminal.
//!
//! Whether a host is there is told by the kernel alone: while no one has the
//! slave open, the master is hung up. A descriptor of our own on the slave would
//! hide that, and counting opens and closes goes wrong because inotify merges
//! equal events; so they are only the hint to look. A hung-up master reads EIO
//! for ever and stays readable for the runtime, hence it is taken out of the
//! runtime while no host is there.

mod link;

use super::watch::{Watch, Watched};
use super::{ABSENT, PRESENT, Port, PortInput, in_runtime};
use link::PtyLink;
use mqmodem_core::HostLines;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{
    OptionalActions, QueueSelector, ioctl_tiocnxcl, tcflush, tcgetattr, tcsetattr,
};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::unix::AsyncFd;

/// How a PTY is published.
#[derive(Clone, Debug, Default)]
pub struct PtyOptions {
    /// A symbolic link to it that hosts open.
    pub link: Option<PathBuf>,
    /// Permissions of the device.
    pub mode: Option<u32>,
    /// Group of the device.
    pub group: Option<u32>,
}

/// A host on a pseudo-terminal.
#[derive(Debug)]
pub struct Pty {
    master: Arc<OwnedFd>,
    /// The master in the runtime, while a host is there.
    host: Option<AsyncFd<Arc<OwnedFd>>>,
    /// The last host has closed; what it wrote before is still to be read.
    leaving: bool,
    news: Option<HostLines>,
    watched: Watched,
    path: PathBuf,
    link: Option<PtyLink>,
    watch: Watch,
    options: PtyOptions,
}

impl Pty {
    /// Makes a PTY in raw mode and publishes it.
    pub fn open(options: &PtyOptions, watch: &Watch) -> io::Result<Self> {
        let mut pty = Self::unpublished(options, watch)?;
        let link = options.link.as_deref();
        let link = link.map(|link| PtyLink::publish(link, &pty.path));
        pty.link = link.transpose()?;
        Ok(pty)
    }

    fn unpublished(options: &PtyOptions, watch: &Watch) -> io::Result<Self> {
        let (master, path) = make(options)?;
        Ok(Self {
            master,
            host: None,
            leaving: false,
            news: None,
            watched: watch.add(&path)?,
            link: None,
            path,
            watch: watch.clone(),
            options: options.clone(),
        })
    }

    /// Where hosts find it: the link, or the device itself.
    pub fn published(&self) -> &Path {
        self.link.as_ref().map_or(&self.path, PtyLink::path)
    }

    /// Whether no one has the slave open, and whether there are bytes to read.
    fn state(&self) -> (bool, bool) {
        let mut fds = [PollFd::new(&*self.master, PollFlags::IN)];
        let now = Timespec::default();
        if poll(&mut fds, Some(&now)).is_err() {
            return (false, false);
        }
        let [fd] = fds;
        let has = |flag| fd.revents().contains(flag);
        (has(PollFlags::HUP), has(PollFlags::IN))
    }

    fn arrive(&mut self) -> io::Result<()> {
        self.leaving = false;
        self.host = Some(in_runtime(self.master.clone())?);
        self.news = Some(PRESENT);
        Ok(())
    }

    /// The last host has gone: nothing it left unread may reach the next.
    fn depart(&mut self) -> PortInput {
        self.host = None;
        self.leaving = false;
        match settle(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => self.replace(),
            Err(error) => {
                tracing::warn!(path = %self.path.display(), "cannot reset the terminal: {error}");
            }
            Ok(()) => {}
        }
        // The next one may be there already.
        self.look();
        PortInput::Lines(ABSENT)
    }

    /// The host has gone and left the terminal in exclusive mode (TIOCEXCL), in
    /// which only root may open it, to end that mode among others. Another
    /// takes its place.
    fn replace(&mut self) {
        let old = self.published().to_owned();
        match self.successor() {
            Ok(new) => {
                *self = new;
                tracing::warn!(was = %old.display(), now = %self.published().display(), "a host left the terminal locked (TIOCEXCL); made another");
            }
            Err(error) => {
                tracing::error!(path = %old.display(), "a host left the terminal locked (TIOCEXCL), and no other can be made: {error}");
            }
        }
    }

    /// Another one, to which the link leads.
    fn successor(&mut self) -> io::Result<Self> {
        let mut new = Self::unpublished(&self.options, &self.watch)?;
        if let Some(link) = &mut self.link {
            link.lead_to(&new.path)?;
        }
        new.link = self.link.take();
        Ok(new)
    }

    /// Looks whether a host has come or the last one has gone.
    fn look(&mut self) {
        let (hung_up, readable) = self.state();
        // A host that only writes a line may be gone before it is seen.
        if self.host.is_none()
            && (!hung_up || readable)
            && let Err(error) = self.arrive()
        {
            tracing::error!(path = %self.path.display(), "cannot watch the terminal: {error}");
        }
        self.leaving |= hung_up && self.host.is_some();
    }
}

impl Port for Pty {
    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<PortInput> {
        if let Some(lines) = self.news.take() {
            return Poll::Ready(PortInput::Lines(lines));
        }
        loop {
            let Some(host) = &self.host else {
                return Poll::Pending;
            };
            if self.leaving {
                // No need to ask the runtime: the end is reached without waiting.
                return Poll::Ready(match rustix::io::read(&self.master, &mut *buf) {
                    Ok(n) if n > 0 => PortInput::Bytes(n),
                    _ => self.depart(),
                });
            }
            let Ok(mut guard) = ready!(host.poll_read_ready(cx)) else {
                return Poll::Ready(PortInput::End);
            };
            let closed = guard.ready().is_read_closed();
            match rustix::io::read(&self.master, &mut *buf) {
                Ok(n) if n > 0 => return Poll::Ready(PortInput::Bytes(n)),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) if !closed => guard.clear_ready(),
                // Closed, perhaps already open again.
                _ => return Poll::Ready(self.depart()),
            }
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        loop {
            let Some(host) = self.host.as_ref().filter(|_| !self.leaving) else {
                return Poll::Ready(bytes.len());
            };
            let Ok(mut guard) = ready!(host.poll_write_ready(cx)) else {
                return Poll::Ready(bytes.len());
            };
            match rustix::io::write(&self.master, bytes) {
                Ok(n) if n > 0 => return Poll::Ready(n),
                Err(Errno::INTR) => {}
                Ok(_) | Err(Errno::AGAIN) if !guard.ready().is_write_closed() => {
                    guard.clear_ready();
                }
                _ => self.leaving = true,
            }
        }
    }

    fn poll_attend(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.watched.poll_rung(cx));
        self.look();
        Poll::Ready(())
    }
}

/// A new master and where its slave is.
fn make(options: &PtyOptions) -> io::Result<(Arc<OwnedFd>, PathBuf)> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    rustix::io::ioctl_fionbio(&master, true)?;
    let path = PathBuf::from(std::ffi::OsString::from_vec(
        ptsname(&master, Vec::new())?.into_bytes(),
    ));
    settle(&path)?;
    permit(&path, options)?;
    Ok((Arc::new(master), path))
}

/// Raw mode, open to all, and nothing unread in the slave. Needs no host, disturbs none.
fn settle(path: &Path) -> io::Result<()> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let slave = rustix::fs::open(path, flags, Mode::empty())?;
    let mut terminal = tcgetattr(&slave)?;
    terminal.make_raw();
    tcsetattr(&slave, OptionalActions::Now, &terminal)?;
    ioctl_tiocnxcl(&slave)?;
    tcflush(&slave, QueueSelector::IFlush)?;
    Ok(())
}

fn permit(path: &Path, options: &PtyOptions) -> io::Result<()> {
    if let Some(group) = options.group {
        rustix::fs::chown(path, None, Some(rustix::fs::Gid::from_raw(group)))?;
    }
    if let Some(mode) = options.mode {
        rustix::fs::chmod(path, Mode::from_raw_mode(mode))?;
    }
    Ok(())
}
