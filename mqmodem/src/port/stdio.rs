//! A host on standard input and output, or on any pair of streams.

use super::{PRESENT, Port, PortInput};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A host that reads from `W` and writes to `R`; the end of `R` is its end.
pub struct Pipe<R, W> {
    from_host: R,
    to_host: W,
    reported: bool,
    /// The host does not listen any more.
    deaf: bool,
}

/// A host on the process's own standard input and output.
pub type Stdio = Pipe<tokio::io::Stdin, tokio::io::Stdout>;

impl Stdio {
    /// The process's own standard input and output.
    pub fn new() -> Self {
        Self::between(tokio::io::stdin(), tokio::io::stdout())
    }
}

impl Default for Stdio {
    fn default() -> Self {
        Self::new()
    }
}

impl<R, W> Pipe<R, W> {
    /// A host between two streams.
    pub fn between(from_host: R, to_host: W) -> Self {
        Self {
            from_host,
            to_host,
            reported: false,
            deaf: false,
        }
    }
}

impl<R, W> fmt::Debug for Pipe<R, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipe").finish_non_exhaustive()
    }
}

impl<R: AsyncRead + Unpin + Send, W: AsyncWrite + Unpin + Send> Port for Pipe<R, W> {
    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<PortInput> {
        if !self.reported {
            self.reported = true;
            return Poll::Ready(PortInput::Lines(PRESENT));
        }
        let mut buf = ReadBuf::new(buf);
        Poll::Ready(
            match ready!(Pin::new(&mut self.from_host).poll_read(cx, &mut buf)) {
                Ok(()) if !buf.filled().is_empty() => PortInput::Bytes(buf.filled().len()),
                _ => PortInput::End,
            },
        )
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        if self.deaf {
            return Poll::Ready(bytes.len());
        }
        let written = ready!(Pin::new(&mut self.to_host).poll_write(cx, bytes));
        self.deaf = written.is_err();
        Poll::Ready(written.unwrap_or(bytes.len()))
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.deaf {
            self.deaf = ready!(Pin::new(&mut self.to_host).poll_flush(cx)).is_err();
        }
        Poll::Ready(())
    }
}
