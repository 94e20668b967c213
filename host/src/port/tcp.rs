//! A host on a TCP connection, one at a time.

use super::Label;
use super::socket::{Accept, Socket};
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// A host on TCP.
pub type Tcp = Socket<TcpListener>;

impl Tcp {
    /// Listens at `address`.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let label = Label::new(&format!("tcp {}", listener.local_addr()?));
        Ok(Self::new(listener, label))
    }

    /// Where it listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.source().local_addr()
    }
}

impl Accept for TcpListener {
    type Stream = TcpStream;

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, String)>> {
        let accepted = ready!(Self::poll_accept(self, cx));
        Poll::Ready(accepted.map(|(stream, from)| (stream, from.to_string())))
    }

    fn prepare(stream: &TcpStream) -> io::Result<()> {
        prepare(stream)
    }
}

/// Answers go out at once, and a host that vanished is noticed in two minutes.
pub(crate) fn prepare(client: &TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    rustix::net::sockopt::set_socket_keepalive(client, true)?;
    rustix::net::sockopt::set_tcp_keepidle(client, Duration::from_secs(60))?;
    rustix::net::sockopt::set_tcp_keepintvl(client, Duration::from_secs(15))?;
    rustix::net::sockopt::set_tcp_keepcnt(client, 4)?;
    Ok(())
}
