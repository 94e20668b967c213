//! A host on TCP with control lines: Telnet with its COM-PORT-OPTION (RFC 2217).
//!
//! We are the access server. A client that negotiates nothing, as netcat, finds
//! a plain TCP port in which only the byte 255 is doubled. Speed and format are
//! taken note of and change nothing, and there is nothing to purge, since
//! neither direction is queued here. A break reaches the modem as one.

mod session;

use super::tcp::Tcp;
use super::{Label, Port, PortInput};
use mqmodem_core::{HostLines, ModemLines};
use session::HostSession;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

/// A host on TCP that speaks RFC 2217.
#[derive(Debug)]
pub struct Rfc2217 {
    tcp: Tcp,
    /// The host that is there, until all of it was told.
    session: Option<Box<HostSession>>,
    lines: ModemLines,
}

impl Rfc2217 {
    /// Listens at `address`.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        Ok(Self {
            tcp: Tcp::bind(address).await?,
            session: None,
            lines: ModemLines {
                dcd: false,
                dsr: true,
            },
        })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Moves Telnet in both directions; whether anything moved. Done even while
    /// the modem takes no input: a host that asks for lines or speed waits for
    /// the answer.
    fn advance(&mut self, cx: &mut Context<'_>) -> bool {
        let decoded = self.session.as_mut().is_some_and(|it| it.decode());
        let sent = self.send(cx);
        let hungry = self.session.as_ref().is_none_or(|it| it.is_hungry());
        decoded | sent | (hungry && self.receive(cx))
    }

    /// Whether anything was sent.
    fn send(&mut self, cx: &mut Context<'_>) -> bool {
        let mut sent = false;
        while let Some(session) = &mut self.session
            && !session.output().is_empty()
            && let Poll::Ready(n) = self.tcp.poll_write(cx, session.output())
        {
            session.sent(n);
            sent = true;
        }
        sent
    }

    /// Whether anything was received.
    fn receive(&mut self, cx: &mut Context<'_>) -> bool {
        let mut buf = [0; 1024];
        let Poll::Ready(input) = self.tcp.poll_read(cx, &mut buf) else {
            return false;
        };
        match (input, &mut self.session) {
            (PortInput::Bytes(n), Some(session)) => session.feed(buf.get(..n).unwrap_or_default()),
            (PortInput::Lines(HostLines { dtr: true, .. }), _) => {
                self.session = Some(Box::new(HostSession::new(self.lines)));
            }
            (_, Some(session)) => session.close(),
            _ => {}
        }
        true
    }
}

impl Port for Rfc2217 {
    fn set_modem(&mut self, name: &Label) {
        self.tcp.set_modem(name);
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<PortInput> {
        loop {
            if let Some(input) = self.session.as_mut().and_then(|it| it.next(buf)) {
                if self.session.as_ref().is_some_and(|it| it.is_over()) {
                    self.session = None;
                }
                return Poll::Ready(input);
            }
            if !self.advance(cx) {
                return Poll::Pending;
            }
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        ready!(self.poll_flush(cx));
        let Some(session) = &mut self.session else {
            return Poll::Ready(bytes.len());
        };
        let n = session.write(bytes);
        self.send(cx);
        Poll::Ready(n)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.send(cx);
        match &self.session {
            Some(session) if !session.output().is_empty() => Poll::Pending,
            _ => self.tcp.poll_flush(cx),
        }
    }

    fn set_lines(&mut self, lines: ModemLines) {
        self.lines = lines;
        if let Some(session) = &mut self.session {
            session.set_lines(lines);
        }
    }

    fn poll_attend(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let came = self.tcp.poll_attend(cx).is_ready();
        if self.advance(cx) || came {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}
