//! A host on a serial device.

use super::{ABSENT, Input, PRESENT, Port};
use mqmodem_core::HostLines;
use serial2_tokio::SerialPort;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// How often a device that vanished is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// A host on a serial device, 8N1. A device that vanishes, as a USB adapter
/// does when it is pulled, is opened again when it is back.
#[derive(Debug)]
pub struct Serial {
    path: PathBuf,
    baud: u32,
    device: Option<SerialPort>,
    retry: Option<Pin<Box<Sleep>>>,
    news: Option<HostLines>,
}

impl Serial {
    /// Opens the device.
    pub fn open(path: &Path, baud: u32) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            baud,
            device: Some(SerialPort::open(path, baud)?),
            retry: None,
            news: Some(PRESENT),
        })
    }

    fn lose(&mut self, why: &str) {
        tracing::error!(device = %self.path.display(), "lost, trying to open it again: {why}");
        self.device = None;
        self.news = Some(ABSENT);
        self.retry = Some(Box::pin(tokio::time::sleep(RETRY)));
    }

    fn reopen(&mut self) {
        if let Ok(device) = SerialPort::open(&self.path, self.baud) {
            tracing::info!(device = %self.path.display(), "open again");
            self.device = Some(device);
            self.news = Some(PRESENT);
        } else {
            self.retry = Some(Box::pin(tokio::time::sleep(RETRY)));
        }
    }
}

impl Port for Serial {
    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Input> {
        loop {
            if let Some(lines) = self.news.take() {
                return Poll::Ready(Input::Lines(lines));
            }
            let Some(device) = &mut self.device else {
                return Poll::Pending;
            };
            let mut filled = ReadBuf::new(buf);
            match ready!(Pin::new(device).poll_read(cx, &mut filled)) {
                Ok(()) if !filled.filled().is_empty() => {
                    return Poll::Ready(Input::Bytes(filled.filled().len()));
                }
                Ok(()) => self.lose("end of file"),
                Err(error) => self.lose(&error.to_string()),
            }
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        let Some(device) = &mut self.device else {
            return Poll::Ready(bytes.len());
        };
        match ready!(Pin::new(device).poll_write(cx, bytes)) {
            Ok(n) => Poll::Ready(n),
            Err(error) => {
                self.lose(&error.to_string());
                Poll::Ready(bytes.len())
            }
        }
    }

    fn poll_attend(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(retry) = &mut self.retry else {
            return Poll::Pending;
        };
        ready!(retry.as_mut().poll(cx));
        self.retry = None;
        self.reopen();
        Poll::Ready(())
    }
}
