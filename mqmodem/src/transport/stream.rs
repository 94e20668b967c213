//! A transport that is up: TCP, or TLS on it.

use super::error::{after_open, tls_error};
use mqmodem_core::NetError;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ProtocolVersion;

/// How long a closed link may take to say goodbye.
pub(super) const GOODBYE: Duration = Duration::from_secs(1);

/// A transport that is up.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls {
        stream: Box<TlsStream<TcpStream>>,
        /// The broker asked for a client certificate.
        asked: bool,
    },
    #[cfg(feature = "psk")]
    Psk(Box<tokio_openssl::SslStream<TcpStream>>),
}

impl Stream {
    /// Reads from the broker; 0 when it has closed.
    pub(super) fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize, NetError>> {
        let mut buf = ReadBuf::new(buf);
        let asked = self.asked();
        Poll::Ready(match ready!(Pin::new(self).poll_read(cx, &mut buf)) {
            Ok(()) => Ok(buf.filled().len()),
            // Closed without TLS's own goodbye; MQTT has one, so nothing is lost.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            Err(error) => Err(tls_error(&error, asked).unwrap_or_else(|| after_open(&error))),
        })
    }

    /// Whether the broker asked for a client certificate.
    pub(super) fn asked(&self) -> bool {
        matches!(self, Self::Tls { asked: true, .. })
    }

    /// The version of TLS, where it is that.
    pub(super) fn tls_version(&self) -> Option<&'static str> {
        match self {
            Self::Plain(_) => None,
            Self::Tls { stream, .. } => match stream.get_ref().1.protocol_version() {
                Some(ProtocolVersion::TLSv1_2) => Some("1.2"),
                _ => Some("1.3"),
            },
            #[cfg(feature = "psk")]
            Self::Psk(stream) => match stream.ssl().version_str() {
                "TLSv1.2" => Some("1.2"),
                _ => Some("1.3"),
            },
        }
    }

    /// Acknowledges what has come and what comes next at once.
    pub(super) fn acknowledge_quickly(&self) {
        #[cfg(target_os = "linux")]
        if let Err(error) = rustix::net::sockopt::set_tcp_quickack(self.tcp(), true) {
            tracing::debug!("cannot set TCP_QUICKACK: {error}");
        }
    }

    #[cfg(target_os = "linux")]
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls { stream, .. } => stream.get_ref().0,
            #[cfg(feature = "psk")]
            Self::Psk(stream) => stream.get_ref(),
        }
    }

    /// Says goodbye and waits until the broker has too.
    pub(super) async fn goodbye(mut self) {
        // Mostly nothing comes, and thousands may say goodbye at once.
        let mut rest = [0; 64];
        if self.shutdown().await.is_ok() {
            while matches!(self.read(&mut rest).await, Ok(n) if n > 0) {}
        }
    }

    fn io(&mut self) -> Pin<&mut dyn Io> {
        match self {
            Self::Plain(stream) => Pin::new(stream),
            Self::Tls { stream, .. } => Pin::new(&mut **stream),
            #[cfg(feature = "psk")]
            Self::Psk(stream) => Pin::new(&mut **stream),
        }
    }
}

/// Bytes in both directions.
trait Io: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Io for T {}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.io().poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.io().poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_shutdown(cx)
    }
}
