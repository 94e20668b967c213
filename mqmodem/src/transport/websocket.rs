//! MQTT over WebSocket (RFC 6455, MQTT clause 6): a stream of bytes in binary messages.

use super::error::{after_open, tls_error};
use super::stream::Stream;
use futures_util::{Sink, SinkExt, Stream as _};
use mqmodem_core::{Endpoint, NetError, WebSocketTarget};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::handshake::client::{Request, generate_key};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message, http};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// The most bytes sent in one frame.
const FRAME_OUT: usize = 16 * 1024;
/// The largest message taken: what the broker may send in one, with the largest payload
/// the configuration allows in it.
const MESSAGE_IN: usize = (16 << 20) + (64 << 10);
/// Bytes read at once.
const READ: usize = 4 * 1024;
/// What waits to be sent where the broker does not read: answers to its pings.
const WAITING_OUT: usize = 64 * 1024;

/// The subprotocol, of each version of MQTT.
const SUBPROTOCOL: &str = "mqtt";

/// What the server is asked for. Without `Debug`: it may hold secrets.
pub(super) struct UpgradeRequest(Result<Request, http::Error>);

impl UpgradeRequest {
    pub(super) fn new(to: &Endpoint<'_>, target: &WebSocketTarget<'_>) -> Self {
        Self(request(to, target))
    }
}

fn request(to: &Endpoint<'_>, target: &WebSocketTarget<'_>) -> Result<Request, http::Error> {
    let (scheme, usual) = match to.tls {
        Some(_) => ("wss", 443),
        None => ("ws", 80),
    };
    let query = target.query.map(|query| format!("?{query}"));
    let query = query.unwrap_or_default();
    // The zone of an IPv6 address means something to this machine alone.
    let mut host = match to.host.split_once('%') {
        Some((address, _)) => format!("{address}]"),
        None => to.host.to_owned(),
    };
    if to.port != usual {
        host = format!("{host}:{}", to.port);
    }
    let mut request = Request::builder()
        .uri(format!("{scheme}://{host}{}{query}", target.path))
        .header("Host", &host)
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", generate_key())
        .header("Sec-WebSocket-Protocol", SUBPROTOCOL);
    for (name, value) in target.headers.iter() {
        request = request.header(name, value);
    }
    request.body(())
}

/// A WebSocket that is up.
pub(super) struct WebSocket {
    socket: WebSocketStream<Stream>,
    /// The rest of a message that was not asked for yet.
    rest: Bytes,
    /// In a frame already, but not all of it on the network yet.
    unflushed: usize,
    /// The broker asked for a client certificate.
    asked: bool,
}

impl WebSocket {
    /// Asks the server for it.
    pub(super) async fn open(stream: Stream, request: UpgradeRequest) -> Result<Self, NetError> {
        let asked = stream.asked();
        let request = request.0.map_err(|error| {
            tracing::debug!("WebSocket: {error}");
            NetError::WebSocket { status: 0 }
        })?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .write_buffer_size(0)
            .max_write_buffer_size(WAITING_OUT)
            .max_message_size(Some(MESSAGE_IN))
            .max_frame_size(Some(MESSAGE_IN));
        let opened = client_async_with_config(request, stream, Some(config)).await;
        let (socket, _) = opened.map_err(|error| refusal(&error, asked))?;
        Ok(Self {
            socket,
            rest: Bytes::new(),
            unflushed: 0,
            asked,
        })
    }

    /// Reads what is in binary messages; 0 when the server has closed.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize, NetError>> {
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
                Some(Ok(Message::Binary(bytes))) => self.rest = bytes,
                // Answered by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                None | Some(Ok(Message::Close(_))) => return Poll::Ready(Ok(0)),
                Some(Ok(Message::Text(_))) => {
                    tracing::debug!("WebSocket: a text message (MQTT-6.0.0-1)");
                    return Poll::Ready(Err(NetError::Protocol));
                }
                Some(Err(error)) => return Poll::Ready(ended(&error, self.asked)),
            }
        }
        let count = self.rest.len().min(buf.len());
        let bytes = self.rest.split_to(count);
        if let Some(place) = buf.get_mut(..count) {
            place.copy_from_slice(&bytes);
        }
        Poll::Ready(Ok(count))
    }

    /// Writes bytes in a frame of their own; how many are on the network. Must be offered
    /// the same bytes again until they are.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut socket = Pin::new(&mut self.socket);
        if self.unflushed == 0 {
            ready!(socket.as_mut().poll_ready(cx)).map_err(io_error)?;
            let part = bytes.get(..FRAME_OUT).unwrap_or(bytes);
            let message = Message::Binary(Bytes::copy_from_slice(part));
            socket.as_mut().start_send(message).map_err(io_error)?;
            self.unflushed = part.len();
        }
        ready!(socket.poll_flush(cx)).map_err(io_error)?;
        Poll::Ready(Ok(std::mem::take(&mut self.unflushed)))
    }

    pub(super) fn stream(&self) -> &Stream {
        self.socket.get_ref()
    }

    /// Says goodbye: a frame that closes, first or in answer, then as the stream does.
    pub(super) async fn goodbye(mut self) {
        // The method of the trait, which also sends the answer to a frame that closes.
        // Whoever does not take it is gone, or hangs.
        let _ = SinkExt::close(&mut self.socket).await;
        self.socket.into_inner().goodbye().await;
    }
}

/// Why there is no WebSocket.
fn refusal(error: &Error, asked: bool) -> NetError {
    tracing::debug!("WebSocket: {error}");
    let status = match error {
        Error::Io(error) => {
            return tls_error(error, asked).unwrap_or_else(|| after_open(error));
        }
        Error::Protocol(ProtocolError::HandshakeIncomplete) => return NetError::Broken,
        Error::Http(response) => response.status().as_u16(),
        // It was switched to, and not as it should be.
        Error::Protocol(
            ProtocolError::MissingConnectionUpgradeHeader
            | ProtocolError::MissingUpgradeWebSocketHeader
            | ProtocolError::SecWebSocketAcceptKeyMismatch
            | ProtocolError::SecWebSocketSubProtocolError(_),
        ) => 101,
        _ => 0,
    };
    NetError::WebSocket { status }
}

/// How a WebSocket that was up ended.
fn ended(error: &Error, asked: bool) -> Result<usize, NetError> {
    match error {
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Ok(0),
        Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
        Error::Io(error) => Err(tls_error(error, asked).unwrap_or_else(|| after_open(error))),
        error => {
            tracing::debug!("WebSocket: {error}");
            Err(NetError::Protocol)
        }
    }
}

fn io_error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        _ => io::ErrorKind::BrokenPipe.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqmodem_core::{Headers, Instant, TlsFiles};

    #[test]
    fn a_request_names_the_host_as_a_browser_does() {
        for (host, port, tls, named, uri) in [
            ("broker", 80, false, "broker", "ws://broker/mqtt"),
            ("broker", 443, false, "broker:443", "ws://broker:443/mqtt"),
            ("broker", 443, true, "broker", "wss://broker/mqtt"),
            ("[::1]", 80, true, "[::1]:80", "wss://[::1]:80/mqtt"),
            (
                "[fe80::1%eth0]",
                80,
                false,
                "[fe80::1]",
                "ws://[fe80::1]/mqtt",
            ),
        ] {
            let target = WebSocketTarget {
                path: "/mqtt",
                query: None,
                headers: Headers::default(),
            };
            let to = Endpoint {
                host,
                port,
                tls: tls.then(TlsFiles::default),
                websocket: Some(target),
                deadline: Instant::ZERO,
            };
            let request = request(&to, &target).unwrap();
            assert_eq!(request.headers()["Host"], named);
            assert_eq!(request.uri(), uri);
        }
    }
}
