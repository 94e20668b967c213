//! One TCP port for a whole fleet: each connection is the host of a modem.

use crate::port::socket::Accept;
use crate::port::tcp::prepare;
use std::collections::{BTreeSet, HashMap};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How long a host may take to say which modem it wants.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest name.
const LONGEST: usize = 200;

/// A host's connection to the modem it is assigned to, which is free again at its end.
#[derive(Debug)]
pub(crate) struct AssignedHost {
    stream: TcpStream,
    index: u32,
    /// Where it is free again, if that matters.
    assignments: Option<Assignments>,
}

/// Which modems have a host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assignments(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    /// Modems below this were assigned once.
    upto: u32,
    /// Those of them that are free again.
    free: BTreeSet<u32>,
}

impl Assignments {
    /// Takes the first of so many modems that is free.
    pub(crate) fn take(&self, stream: TcpStream, count: u32) -> Option<(u32, AssignedHost)> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = taken.first(count)?;
        let assignments = Some(self.clone());
        let assigned = AssignedHost {
            stream,
            index,
            assignments,
        };
        Some((index, assigned))
    }
}

impl Taken {
    fn first(&mut self, count: u32) -> Option<u32> {
        if self.free.first().is_some_and(|index| *index < count) {
            return self.free.pop_first();
        }
        let fresh = (self.upto < count).then_some(self.upto)?;
        self.upto += 1;
        Some(fresh)
    }
}

impl AssignedHost {
    /// Takes this modem, whoever has it.
    pub(crate) fn at(stream: TcpStream, index: u32) -> Self {
        Self {
            stream,
            index,
            assignments: None,
        }
    }
}

impl Drop for AssignedHost {
    fn drop(&mut self) {
        if let Some(assignments) = &self.assignments {
            let mut taken = assignments.0.lock().unwrap_or_else(PoisonError::into_inner);
            taken.free.insert(self.index);
        }
    }
}

/// Hands connections to the modems they are for.
#[derive(Debug, Default)]
pub(crate) struct HostQueues(HashMap<u32, UnboundedSender<AssignedHost>>);

/// Where the hosts of one modem come in.
#[derive(Debug)]
pub(crate) struct HostQueue(UnboundedReceiver<AssignedHost>);

impl HostQueues {
    /// The connection comes in where the modem is; else the queue of a modem that
    /// is to be started.
    pub(crate) fn deliver(&mut self, index: u32, host: AssignedHost) -> Option<HostQueue> {
        let host = match self.0.get(&index) {
            Some(queue) => match queue.send(host) {
                Ok(()) => return None,
                Err(back) => back.0,
            },
            None => host,
        };
        let (queue, hosts) = unbounded_channel();
        // The other end is in our hands.
        let _ = queue.send(host);
        self.0.insert(index, queue);
        Some(HostQueue(hosts))
    }
}

impl Accept for HostQueue {
    type Stream = AssignedHost;

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(AssignedHost, String)>> {
        match ready!(self.0.poll_recv(cx)) {
            Some(host) => {
                let from = host.stream.peer_addr();
                let from = from.map_or_else(|_| "a host".to_owned(), |from| from.to_string());
                Poll::Ready(Ok((host, from)))
            }
            None => Poll::Pending,
        }
    }

    fn prepare(host: &AssignedHost) -> io::Result<()> {
        prepare(&host.stream)
    }
}

/// The first line a host sends: the name of its modem. Nothing behind it is read.
pub(crate) async fn first_line(stream: &mut TcpStream) -> io::Result<String> {
    let read = async {
        let mut line = Vec::new();
        loop {
            match stream.read_u8().await? {
                b'\n' => break,
                byte if line.len() < LONGEST => line.push(byte),
                _ => return Err(io::Error::other("the line is too long")),
            }
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    };
    let line = tokio::time::timeout(PATIENCE, read).await;
    line.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

impl AsyncRead for AssignedHost {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for AssignedHost {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsFd for AssignedHost {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_modem_is_assigned_first() {
        let mut taken = Taken::default();
        let first: Vec<_> = (0..5).map(|_| taken.first(4)).collect();
        assert_eq!(first, [Some(0), Some(1), Some(2), Some(3), None]);
        taken.free.extend([3, 1]);
        assert_eq!(
            [4, 4, 4].map(|count| taken.first(count)),
            [Some(1), Some(3), None]
        );
        taken.free.insert(3);
        assert_eq!([2, 5].map(|count| taken.first(count)), [None, Some(3)]);
    }
}
