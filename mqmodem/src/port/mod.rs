//! Where a host is attached: PTY, TCP, stdio or a serial device.
//!
//! What a port makes of the lines between host and modem:
//!
//! | port | host's DTR and RTS | the modem's DCD and DSR |
//! |---|---|---|
//! | [`pty`], [`tcp`], [`unix`] | on while a host has it open | not shown |
//! | [`stdio`] | on | not shown |
//! | [`rfc2217`] | on at connect, then as the host sets them | told to the host |
//! | [`serial`] | our DSR or DCD, and CTS, where they are wired | our DTR and RTS |

mod label;
#[cfg(target_os = "linux")]
pub mod pty;
pub mod rfc2217;
pub mod serial;
pub mod socket;
pub mod stdio;
pub mod tcp;
pub mod unix;
#[cfg(target_os = "linux")]
pub mod watch;

pub use label::Label;
use mqmodem_core::{HostLines, ModemLines, Serial};
use std::fmt::Debug;
use std::task::{Context, Poll};
#[cfg(target_os = "linux")]
use {std::os::fd::OwnedFd, std::sync::Arc, tokio::io::unix::AsyncFd};

/// What came from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortInput {
    /// This many bytes, now at the front of the buffer.
    Bytes(usize),
    /// The host moved its lines, after the bytes before.
    Lines(HostLines),
    /// The host sent a break, after the bytes before.
    Break,
    /// The host is gone for good; nothing will come any more.
    End,
}

/// A host is there.
pub const PRESENT: HostLines = HostLines {
    dtr: true,
    rts: true,
};

/// No host is there.
pub const ABSENT: HostLines = HostLines {
    dtr: false,
    rts: false,
};

/// One host at one modem, driven by polling.
///
/// `poll_read` and `poll_write` are called only where the modem can take bytes
/// or has some; `poll_attend` is called on every turn, whatever the modem does.
pub trait Port: Debug + Send {
    /// What came from the host next.
    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<PortInput>;

    /// Writes to the host; how many bytes went out. Bytes for a host that is
    /// not there are dropped and count as written.
    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize>;

    /// Pushes written bytes out of the port's own buffers. Called when nothing
    /// moves any more: all there is for the host is written, as far as it goes.
    fn poll_flush(&mut self, _cx: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    /// What the modem at it is called, for the log.
    fn set_modem(&mut self, _name: &Label) {}

    /// Drives the lines to the host, where the port has them.
    fn set_lines(&mut self, _lines: ModemLines) {}

    /// Sets speed and format, where the port has them, once what was written
    /// before has left it. Until then `poll_write` takes nothing more.
    fn set_serial(&mut self, _serial: Serial) {}

    /// Looks after what is neither input nor output: hosts that come, or try
    /// to. Ready when `poll_read` is worth another try.
    fn poll_attend(&mut self, _cx: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

/// Puts a descriptor into the runtime.
#[cfg(target_os = "linux")]
#[allow(
    deprecated,
    reason = "its successor is unsafe for types whose descriptor may change; an OwnedFd's does not"
)]
fn in_runtime(fd: Arc<OwnedFd>) -> std::io::Result<AsyncFd<Arc<OwnedFd>>> {
    AsyncFd::new(fd)
}
