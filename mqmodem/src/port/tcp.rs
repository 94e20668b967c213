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

/// How long what was sent to a host may go unacknowledged: meanwhile nobody asks
/// whether it is alive.
const UNHEARD: Duration = Duration::from_mins(2);

/// Answers go out at once, and a host that vanished is noticed in two minutes.
pub(crate) fn prepare(client: &TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    rustix::net::sockopt::set_socket_keepalive(client, true)?;
    rustix::net::sockopt::set_tcp_keepidle(client, Duration::from_mins(1))?;
    rustix::net::sockopt::set_tcp_keepintvl(client, Duration::from_secs(15))?;
    rustix::net::sockopt::set_tcp_keepcnt(client, 4)?;
    rustix::net::sockopt::set_tcp_user_timeout(client, UNHEARD.as_millis() as u32)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::net::sockopt;

    #[tokio::test]
    async fn a_host_that_vanished_is_noticed_in_two_minutes() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = TcpStream::connect(listener.local_addr().unwrap()).await;
        prepare(&listener.accept().await.unwrap().0).unwrap();
        let host = host.unwrap();
        prepare(&host).unwrap();
        let asked = sockopt::tcp_keepidle(&host).unwrap()
            + sockopt::tcp_keepintvl(&host).unwrap() * sockopt::tcp_keepcnt(&host).unwrap();
        assert_eq!(asked, UNHEARD);
        let unheard = sockopt::tcp_user_timeout(&host).unwrap();
        assert_eq!(Duration::from_millis(unheard.into()), UNHEARD);
    }
}
