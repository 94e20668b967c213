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

/// How long a closed link may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

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
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize, NetError>> {
        let mut buf = ReadBuf::new(buf);
        let (read, asked) = match self {
            Self::Plain(stream) => (Pin::new(stream).poll_read(cx, &mut buf), false),
            Self::Tls { stream, asked } => {
                (Pin::new(&mut **stream).poll_read(cx, &mut buf), *asked)
            }
            #[cfg(feature = "psk")]
            Self::Psk(stream) => (Pin::new(&mut **stream).poll_read(cx, &mut buf), false),
        };
        Poll::Ready(match ready!(read) {
            Ok(()) => Ok(buf.filled().len()),
            // Closed without TLS's own goodbye; MQTT has one, so nothing is lost.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            Err(error) => Err(tls_error(&error, asked).unwrap_or_else(|| after_open(&error))),
        })
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

    /// Says goodbye and waits, not long, until the broker has too. Dropping at once
    /// with bytes unread would reset the connection and could lose DISCONNECT.
    pub(super) async fn goodbye(self) {
        let done = async {
            match self {
                Self::Plain(stream) => linger(stream).await,
                Self::Tls { stream, .. } => linger(*stream).await,
                #[cfg(feature = "psk")]
                Self::Psk(stream) => linger(*stream).await,
            }
        };
        let _ = tokio::time::timeout(GOODBYE, done).await;
    }
}

async fn linger(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    // Mostly nothing comes, and thousands may say goodbye at once.
    let mut rest = [0; 64];
    if stream.shutdown().await.is_ok() {
        while matches!(stream.read(&mut rest).await, Ok(n) if n > 0) {}
    }
}
