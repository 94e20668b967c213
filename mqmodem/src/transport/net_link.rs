//! A link to a broker, driven by polling.

use super::channel::Channel;
use super::connect::{ConnectTarget, connect};
use super::pace::Pace;
use super::progress::OpenProgress;
use super::proxy::Proxy;
use super::security::Security;
use super::tls::TlsConfigs;
use super::websocket::UpgradeRequest;
use mqmodem_core::{Endpoint, NetError, Stage};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

type Opening = Pin<Box<dyn Future<Output = Result<Channel, NetError>> + Send>>;

/// A link to a broker, driven by polling.
#[derive(Default)]
pub struct NetLink {
    state: State,
    proxy: Option<Arc<Proxy>>,
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
    channel: Channel,
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
    /// A link that goes through a proxy, where there is one.
    pub fn through(proxy: Option<Arc<Proxy>>) -> Self {
        Self {
            proxy,
            ..Self::default()
        }
    }

    /// Starts to open the link, at its turn where there is a pace; what was open
    /// is dropped. The log tells of it by the name `who`.
    pub fn open(
        &mut self,
        who: &dyn fmt::Display,
        to: &Endpoint<'_>,
        configs: &TlsConfigs,
        pace: Option<Arc<Pace>>,
    ) {
        let security = Security::of(who, to, configs);
        let progress = OpenProgress::default();
        let target = ConnectTarget {
            host: to.host.to_owned(),
            port: to.port,
            proxy: self.proxy.clone(),
            websocket: to.websocket.map(|target| UpgradeRequest::new(to, &target)),
        };
        let opening = connect(target, security, pace, progress.clone());
        self.state = State::Opening(Box::pin(opening), progress);
    }

    /// Closes the link; what is under way is abandoned. An open one says
    /// goodbye for a short while, as long as the link is polled.
    pub fn close(&mut self) {
        if let State::Open(open) = std::mem::take(&mut self.state) {
            self.closing = Some(Box::pin(open.channel.goodbye()));
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
        Poll::Ready(opened.map(|channel| {
            self.state = State::Open(Open {
                channel,
                greeted: false,
                heard: false,
                unacknowledged: false,
            });
        }))
    }

    /// The version of TLS it goes over, once it is open.
    pub fn tls_version(&self) -> Option<&'static str> {
        match &self.state {
            State::Open(open) => open.channel.tls_version(),
            _ => None,
        }
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
        let read = self.channel.poll_read(cx, buf);
        self.heard |= read.is_ready();
        self.unacknowledged |= read.is_ready();
        read
    }

    fn rest(&mut self) {
        // The session tickets of TLS come unseen, and CONNACK may wait for them.
        let greeting = self.greeted && !self.heard;
        if std::mem::take(&mut self.unacknowledged) || greeting {
            self.channel.acknowledge_quickly();
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, NetError>> {
        match ready!(self.channel.poll_write(cx, bytes)) {
            Ok(n) => {
                self.unacknowledged = false;
                if !self.greeted {
                    self.greeted = true;
                    // TLS has session tickets under way that CONNACK waits for.
                    self.channel.acknowledge_quickly();
                }
                Poll::Ready(Ok(n))
            }
            Err(error) => Poll::Ready(Err(self.channel.last_words(cx, &error))),
        }
    }
}
