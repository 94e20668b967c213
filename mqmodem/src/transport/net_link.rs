//! A link to a broker, driven by polling.

use super::connect::connect;
use super::pace::Pace;
use super::progress::OpenProgress;
use super::security::Security;
use super::stream::Stream;
use super::tls::TlsConfigs;
use mqmodem_core::{Endpoint, NetError, Stage};
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncWrite;

type Opening = Pin<Box<dyn Future<Output = Result<Stream, NetError>> + Send>>;

/// A link to a broker, driven by polling.
#[derive(Default)]
pub struct NetLink {
    state: State,
    closing: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

#[derive(Default)]
enum State {
    #[default]
    Closed,
    Opening(Opening, OpenProgress),
    Open(Open),
}

struct Open {
    stream: Stream,
    /// Taken by TLS, but not all of it on the network yet.
    unflushed: usize,
    /// Something was written.
    greeted: bool,
    /// Something came that was not for TLS itself.
    heard: bool,
    /// Something came that no packet of ours has acknowledged.
    unacknowledged: bool,
}

impl fmt::Debug for NetLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Closed => "Closed",
            State::Opening(..) => "Opening",
            State::Open(_) => "Open",
        })
    }
}

impl NetLink {
    /// Starts to open the link, at its turn where there is a pace; what was open
    /// is dropped. The log tells of it by the name `who`.
    pub fn open(
        &mut self,
        who: &dyn fmt::Display,
        to: &Endpoint<'_>,
        configs: &TlsConfigs,
        pace: Option<Arc<Pace>>,
    ) {
        let host = to.host.to_owned();
        let security = Security::of(who, to, configs);
        let progress = OpenProgress::default();
        if to.websocket.is_some() {
            let refused = async { Err(NetError::WebSocket { status: 0 }) };
            self.state = State::Opening(Box::pin(refused), progress);
            return;
        }
        let opening = connect(host, to.port, security, pace, progress.clone());
        self.state = State::Opening(Box::pin(opening), progress);
    }

    /// Closes the link; what is under way is abandoned. An open one says
    /// goodbye for a short while, as long as the link is polled.
    pub fn close(&mut self) {
        if let State::Open(open) = std::mem::take(&mut self.state) {
            self.closing = Some(Box::pin(open.stream.goodbye()));
        }
    }

    /// Drops the link without a packet, where nobody would receive it.
    pub fn abandon(&mut self) {
        self.state = State::Closed;
    }

    /// Ready once, when opening has come to its end.
    pub fn poll_opened(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), NetError>> {
        let State::Opening(opening, _) = &mut self.state else {
            return Poll::Pending;
        };
        let opened = ready!(opening.as_mut().poll(cx));
        self.state = State::Closed;
        Poll::Ready(opened.map(|stream| {
            self.state = State::Open(Open {
                stream,
                unflushed: 0,
                greeted: false,
                heard: false,
                unacknowledged: false,
            });
        }))
    }

    /// What opening waits for now, if that is something else than before.
    pub fn new_stage(&self) -> Option<Stage> {
        match &self.state {
            State::Opening(_, progress) => progress.changed(),
            _ => None,
        }
    }

    /// Reads from the broker; 0 when it has closed.
    pub fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize, NetError>> {
        match &mut self.state {
            State::Open(open) => open.poll_read(cx, buf),
            _ => Poll::Pending,
        }
    }

    /// Writes to the broker; how many bytes are on the network. Must be offered
    /// the same bytes again until they are.
    pub fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize, NetError>> {
        match &mut self.state {
            State::Open(open) => open.poll_write(cx, bytes),
            _ => Poll::Pending,
        }
    }

    /// Nothing moves any more: acknowledges what came, unless an answer has. A
    /// broker with Nagle's algorithm on, as Mosquitto is by default, holds its
    /// next packet back until then: 40 ms with the kernel's own delay.
    pub fn rest(&mut self) {
        if let State::Open(open) = &mut self.state {
            open.rest();
        }
    }

    /// Ready when nothing is left to be said on a closed link.
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(closing) = &mut self.closing {
            ready!(closing.as_mut().poll(cx));
            self.closing = None;
        }
        Poll::Ready(())
    }
}

impl Open {
    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize, NetError>> {
        let read = self.stream.poll_read(cx, buf);
        self.heard |= read.is_ready();
        self.unacknowledged |= read.is_ready();
        read
    }

    fn rest(&mut self) {
        // The session tickets of TLS come unseen, and CONNACK may wait for them.
        let greeting = self.greeted && !self.heard;
        if std::mem::take(&mut self.unacknowledged) || greeting {
            self.stream.acknowledge_quickly();
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, NetError>> {
        match ready!(self.poll_write_io(cx, bytes)) {
            Ok(n) => {
                self.unacknowledged = false;
                if !self.greeted {
                    self.greeted = true;
                    // TLS has session tickets under way that CONNACK waits for.
                    self.stream.acknowledge_quickly();
                }
                Poll::Ready(Ok(n))
            }
            Err(error) => Poll::Ready(Err(self.stream.last_words(cx, &error))),
        }
    }

    fn poll_write_io(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls { stream, .. } => {
                let mut stream = Pin::new(&mut **stream);
                if self.unflushed == 0 {
                    self.unflushed = ready!(stream.as_mut().poll_write(cx, bytes))?;
                }
                ready!(stream.poll_flush(cx))?;
                Poll::Ready(Ok(std::mem::take(&mut self.unflushed)))
            }
            #[cfg(feature = "psk")]
            Stream::Psk(stream) => Pin::new(&mut **stream).poll_write(cx, bytes),
        }
    }
}
