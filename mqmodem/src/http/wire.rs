//! A connection on which no answer lacks the fields that every answer has.

use super::refusal::HttpFields;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// How an answer to what is no request begins: it is written by who reads requests, and
/// nothing can be added to it there.
const REFUSED: &[u8] = b"HTTP/1.1 4";
/// The longest head of such an answer.
const LONGEST: usize = 512;

/// How long a client may take nothing of what is written to it. A page that is awake again
/// asks for what it missed.
const STUCK: Duration = Duration::from_mins(1);

/// A connection on which each answer has certain fields, and that ends where the client does
/// not read.
pub(super) struct HttpWire {
    stream: TcpStream,
    fields: HttpFields,
    /// Until when the client is to take something, while it takes nothing.
    stuck: Option<Pin<Box<Sleep>>>,
    /// What is written in place of what was offered.
    instead: Option<Instead>,
}

struct Instead {
    text: Vec<u8>,
    written: usize,
    /// Bytes it stands for.
    of: usize,
}

impl HttpWire {
    pub(super) fn new(stream: TcpStream, fields: HttpFields) -> Self {
        Self {
            stream,
            fields,
            stuck: None,
            instead: None,
        }
    }

    /// Writes these bytes, or what takes their place.
    fn poll_written(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.instead.is_none() {
            self.instead = self.instead_of(bytes).map(|text| Instead {
                text,
                written: 0,
                of: bytes.len(),
            });
        }
        let Self {
            stream, instead, ..
        } = self;
        let Some(it) = instead else {
            return Pin::new(stream).poll_write(cx, bytes);
        };
        while let Some(rest) = it.text.get(it.written..).filter(|rest| !rest.is_empty()) {
            it.written += ready!(Pin::new(&mut *stream).poll_write(cx, rest))?;
        }
        let of = it.of;
        *instead = None;
        Poll::Ready(Ok(of))
    }

    /// What was written, where the client takes anything in time.
    fn in_time(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let stuck = &mut self.stuck;
        let sleep = stuck.get_or_insert_with(|| Box::pin(tokio::time::sleep(STUCK)));
        ready!(sleep.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// What is to be written in place of this, where it lacks the fields.
    fn instead_of(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let (name, _) = self.fields.first()?;
        if !bytes.starts_with(REFUSED) || bytes.len() > LONGEST {
            return None;
        }
        let head = std::str::from_utf8(bytes).ok()?;
        if head.contains(&format!("\r\n{name}: ")) {
            return None;
        }
        let (status, _) = head.split_once("\r\n")?;
        let fields = self.fields.iter();
        let fields: Vec<_> = fields
            .map(|(name, it)| format!("{name}: {it}\r\n"))
            .collect();
        let fields = fields.concat();
        let why = "the request cannot be read\n";
        let answer = format!(
            "{status}\r\ncontent-type: text/plain; charset=utf-8\r\n{fields}content-length: {}\r\n\
             connection: close\r\n\r\n{why}",
            why.len()
        );
        Some(answer.into_bytes())
    }
}

impl AsyncRead for HttpWire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for HttpWire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.poll_written(cx, bytes);
        self.in_time(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_nothing_is_left_after_a_minute() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap());
        let (client, accepted) = tokio::join!(client, listener.accept());
        let mut wire = HttpWire::new(accepted.unwrap().0, &[]);
        let before = Instant::now();
        let failed = loop {
            match wire.write(&[0; 4096]).await {
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
        assert!(before.elapsed() >= STUCK);
        drop(client);
    }
}
