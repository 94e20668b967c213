//! What carries MQTT once it is up: a stream, or a WebSocket on one.

use super::error::after_open;
use super::stream::Stream;
use super::websocket::WebSocket;
use mqmodem_core::NetError;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncWrite;

/// What carries MQTT.
pub(super) enum Channel {
    Stream {
        stream: Stream,
        /// Taken by TLS, but not all of it on the network yet.
        unflushed: usize,
    },
    WebSocket(Box<WebSocket>),
}

impl Channel {
    pub(super) fn of_stream(stream: Stream) -> Self {
        let unflushed = 0;
        Self::Stream { stream, unflushed }
    }

    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize, NetError>> {
        match self {
            Self::Stream { stream, .. } => stream.poll_receive(cx, buf),
            Self::WebSocket(socket) => socket.poll_read(cx, buf),
        }
    }

    /// Writes; how many bytes are on the network. Must be offered the same bytes again
    /// until they are.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::WebSocket(socket) => socket.poll_write(cx, bytes),
            Self::Stream { stream, unflushed } => {
                let mut stream = Pin::new(stream);
                if *unflushed == 0 {
                    *unflushed = ready!(stream.as_mut().poll_write(cx, bytes))?;
                }
                ready!(stream.poll_flush(cx))?;
                Poll::Ready(Ok(std::mem::take(unflushed)))
            }
        }
    }

    /// Why writing failed: what the broker said last tells it better than the
    /// broken pipe (TLS 1.3 refuses a client certificate after the handshake).
    pub(super) fn last_words(&mut self, cx: &mut Context<'_>, error: &io::Error) -> NetError {
        let mut rest = [0; 1024];
        while let Poll::Ready(read) = self.poll_read(cx, &mut rest) {
            match read {
                Ok(n) if n > 0 => {}
                Ok(_) => break,
                Err(said) => return said,
            }
        }
        after_open(error)
    }

    /// Acknowledges what has come and what comes next at once.
    pub(super) fn acknowledge_quickly(&self) {
        self.stream().acknowledge_quickly();
    }

    /// The version of TLS it goes over.
    pub(super) fn tls_version(&self) -> Option<&'static str> {
        self.stream().tls_version()
    }

    fn stream(&self) -> &Stream {
        match self {
            Self::Stream { stream, .. } => stream,
            Self::WebSocket(socket) => socket.stream(),
        }
    }

    /// Says goodbye and waits, not long, until the broker has too. Dropping at once
    /// with bytes unread would reset the connection and could lose DISCONNECT.
    pub(super) async fn goodbye(self) {
        let done = async {
            match self {
                Self::Stream { stream, .. } => stream.goodbye().await,
                Self::WebSocket(socket) => socket.goodbye().await,
            }
        };
        let _ = tokio::time::timeout(super::stream::GOODBYE, done).await;
    }
}
