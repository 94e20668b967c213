//! A host on a connection, one at a time; where connections come from differs.

use super::{ABSENT, Label, PRESENT, Port, PortInput};
use crate::log::rate::Rate;
use mqmodem_core::HostLines;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::os::fd::AsFd;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// How long to wait after a failed accept, which mostly is a lack of
/// descriptors and comes again at once.
const PAUSE: Duration = Duration::from_secs(1);

/// Where hosts come from.
pub trait Accept: Debug + Send + Unpin {
    /// A host's connection.
    type Stream: AsyncRead + AsyncWrite + AsFd + Debug + Send + Unpin;

    /// The next host, and where it comes from.
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(Self::Stream, String)>>;

    /// Sets a connection up.
    fn prepare(_stream: &Self::Stream) -> io::Result<()> {
        Ok(())
    }
}

/// One host at a time of those that come.
#[derive(Debug)]
pub struct Socket<A: Accept> {
    accept: A,
    label: Label,
    client: Option<A::Stream>,
    /// Sends no more, but still gets what it asked for.
    ended: bool,
    /// Does not take bytes now.
    full: bool,
    /// Came while the last one was closing.
    next: Option<A::Stream>,
    /// Writing to the client failed.
    broken: bool,
    news: Option<HostLines>,
    refused: Rate,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<A: Accept> Socket<A> {
    /// Hosts of `accept`; `label` is what the port is called in logs.
    pub fn new(accept: A, label: Label) -> Self {
        Self {
            accept,
            label,
            client: None,
            ended: false,
            full: false,
            next: None,
            broken: false,
            news: None,
            refused: Rate::default(),
            pause: None,
        }
    }

    /// Where its hosts come from.
    pub fn source(&self) -> &A {
        &self.accept
    }

    fn take(&mut self, client: A::Stream) {
        if let Err(error) = A::prepare(&client) {
            tracing::warn!(modem = %self.label, "cannot set up the connection: {error}");
        }
        self.client = Some(client);
        self.news = Some(PRESENT);
    }

    fn depart(&mut self) -> Poll<PortInput> {
        self.let_go();
        Poll::Ready(PortInput::Lines(ABSENT))
    }

    fn let_go(&mut self) {
        // Who reads the log may call again at once.
        self.client = None;
        tracing::info!(modem = %self.label, "host disconnected");
        self.ended = false;
        self.full = false;
        self.broken = false;
    }

    /// Whether the newcomer became the client.
    fn welcome(&mut self, stream: A::Stream, from: &str) -> bool {
        match &self.client {
            None => {
                tracing::info!(modem = %self.label, %from, "host connected");
                self.take(stream);
                return true;
            }
            Some(client) if self.next.is_none() && (self.broken || is_closing(client)) => {
                self.next = Some(stream);
            }
            Some(_) if self.refused.may_report() => {
                tracing::warn!(modem = %self.label, %from, "refused: another host is connected");
            }
            Some(_) => {}
        }
        false
    }

    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        Poll::Ready(())
    }
}

impl<A: Accept> Port for Socket<A> {
    fn set_modem(&mut self, name: &Label) {
        self.label = self.label.at_modem(name);
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<PortInput> {
        if let Some(lines) = self.news.take() {
            return Poll::Ready(PortInput::Lines(lines));
        }
        let Some(client) = &mut self.client else {
            return Poll::Pending;
        };
        if self.ended {
            return Poll::Pending;
        }
        if self.broken {
            return self.depart();
        }
        let mut buf = ReadBuf::new(buf);
        match ready!(Pin::new(client).poll_read(cx, &mut buf)) {
            Ok(()) if !buf.filled().is_empty() => Poll::Ready(PortInput::Bytes(buf.filled().len())),
            Ok(()) => {
                self.ended = true;
                Poll::Ready(PortInput::Lines(ABSENT))
            }
            Err(_) => self.depart(),
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        let Some(client) = self.client.as_mut().filter(|_| !self.broken) else {
            return Poll::Ready(bytes.len());
        };
        let written = Pin::new(client).poll_write(cx, bytes);
        self.full = written.is_pending();
        if let Ok(n) = ready!(written) {
            return Poll::Ready(n);
        }
        self.broken = true;
        Poll::Ready(bytes.len())
    }

    /// A host that sends no more (`printf 'AT\r' | nc -N`) has its answers now, or
    /// another one waits. What is left for it is dropped before that one is taken.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.ended && (!self.full || self.next.is_some()) {
            self.let_go();
            cx.waker().wake_by_ref();
        } else if self.client.is_none()
            && let Some(next) = self.next.take()
        {
            self.take(next);
            cx.waker().wake_by_ref();
        }
        Poll::Ready(())
    }

    fn poll_attend(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let came = self.poll_hosts(cx);
        if let Poll::Ready(more) = self.refused.poll_more(cx) {
            tracing::warn!(modem = %self.label, "refused {more} more: another host is connected");
        }
        came
    }
}

impl<A: Accept> Socket<A> {
    /// Ready where a host came in.
    fn poll_hosts(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.poll_pause(cx));
            match ready!(self.accept.poll_accept(cx)) {
                Ok((stream, from)) => {
                    if self.welcome(stream, &from) {
                        return Poll::Ready(());
                    }
                }
                Err(error) => {
                    tracing::error!(modem = %self.label, "cannot accept a host: {error}");
                    self.pause = Some(Box::pin(tokio::time::sleep(PAUSE)));
                }
            }
        }
    }
}

/// Whether the client has closed, though its last bytes may not be read yet.
fn is_closing(client: &impl AsFd) -> bool {
    let mut fds = [PollFd::new(client, PollFlags::RDHUP)];
    let now = Timespec::default();
    let polled = poll(&mut fds, Some(&now));
    let [fd] = fds;
    let closed = PollFlags::RDHUP | PollFlags::HUP | PollFlags::ERR;
    polled.is_ok() && fd.revents().intersects(closed)
}
