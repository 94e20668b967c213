//! Opens a transport: name, addresses, TCP, proxy, TLS, WebSocket.

use super::channel::Channel;
use super::error::{before_open, other_failure, tls_error};
use super::host_name::unbracketed;
use super::identity::asked_during;
use super::pace::Pace;
use super::probe::{found_nothing_in_common, shows_unsupported};
use super::progress::OpenProgress;
use super::proxy::Proxy;
#[cfg(feature = "psk")]
use super::psk;
use super::resolve;
use super::security::{ReadySecurity, Security};
use super::stream::Stream;
use super::websocket::{UpgradeRequest, WebSocket};
use mqmodem_core::{NetError, Stage};
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

/// How long one address may take before the next is tried beside it (RFC 8305).
const HEAD_START: Duration = Duration::from_millis(250);

/// Where a transport goes.
pub(super) struct ConnectTarget {
    /// An IP address or a name.
    pub(super) host: String,
    pub(super) port: u16,
    /// What is on the way.
    pub(super) proxy: Option<Arc<Proxy>>,
    /// What a WebSocket is asked for, where MQTT goes over one.
    pub(super) websocket: Option<UpgradeRequest>,
}

/// Opens the transport.
pub(super) async fn connect(
    target: ConnectTarget,
    security: Option<Security>,
    pace: Option<Arc<Pace>>,
    progress: OpenProgress,
) -> Result<Channel, NetError> {
    // Certificates that cannot work are told before the network is asked.
    let security = match security {
        Some(security) => Some(security.ready().await?),
        None => None,
    };
    if let Some(pace) = pace {
        progress.at(Stage::Turn);
        pace.turn().await;
    }
    let tcp = reach(&target, &progress).await?;
    let stream = match security {
        None => Stream::Plain(tcp),
        Some(security) => {
            progress.at(Stage::Tls);
            let is_direct = target.proxy.is_none();
            // Without TLS, and before it, a link that opens is small: thousands may wait.
            Box::pin(secure(tcp, security, is_direct)).await?
        }
    };
    let Some(request) = target.websocket else {
        return Ok(Channel::of_stream(stream));
    };
    progress.at(Stage::WebSocket);
    let socket = Box::pin(WebSocket::open(stream, request)).await?;
    Ok(Channel::WebSocket(Box::new(socket)))
}

/// TCP to the broker, through the proxy where there is one.
async fn reach(target: &ConnectTarget, progress: &OpenProgress) -> Result<TcpStream, NetError> {
    let broker = unbracketed(&target.host);
    let (host, port) = match &target.proxy {
        Some(proxy) => (unbracketed(proxy.host()), proxy.port()),
        None => (broker, target.port),
    };
    progress.at(Stage::Name);
    let addresses = interleaved(resolve::lookup(host, port).await?);
    progress.at(Stage::Tcp);
    let mut tcp = connect_any(addresses).await?;
    if let Err(error) = tcp.set_nodelay(true) {
        tracing::debug!("cannot set TCP_NODELAY: {error}");
    }
    if let Some(proxy) = &target.proxy {
        progress.at(Stage::Proxy);
        proxy.pass(&mut tcp, broker, target.port).await?;
    }
    Ok(tcp)
}

/// TLS on a TCP connection.
async fn secure(
    tcp: TcpStream,
    security: ReadySecurity,
    is_direct: bool,
) -> Result<Stream, NetError> {
    match security {
        ReadySecurity::Certificates(config, name) => certified(tcp, config, name, is_direct).await,
        #[cfg(feature = "psk")]
        ReadySecurity::Psk(config) => psk::secure(tcp, config).await.map(Stream::Psk),
    }
}

/// TLS with certificates.
async fn certified(
    tcp: TcpStream,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    is_direct: bool,
) -> Result<Stream, NetError> {
    let broker = tcp.peer_addr();
    let handshake = TlsConnector::from(config).connect(name.clone(), tcp);
    let (stream, asked) = asked_during(handshake).await;
    match stream {
        Ok(stream) => Ok(Stream::Tls {
            stream: Box::new(stream),
            asked,
        }),
        Err(error) => {
            if !asked
                && is_direct
                && found_nothing_in_common(&error)
                && let Ok(broker) = broker
                && shows_unsupported(broker, name).await
            {
                return Err(NetError::TlsUnsupported);
            }
            Err(tls_error(&error, asked).unwrap_or_else(|| other_failure(&error)))
        }
    }
}

/// The resolver's order, with the families taking turns (RFC 8305 §4).
fn interleaved(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (VecDeque<_>, VecDeque<_>) = found
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let mut all = Vec::with_capacity(first.len() + second.len());
    while !first.is_empty() || !second.is_empty() {
        all.extend(first.pop_front());
        all.extend(second.pop_front());
    }
    all
}

async fn connect_any(addresses: Vec<SocketAddr>) -> Result<TcpStream, NetError> {
    if let [only] = *addresses {
        let opened = TcpStream::connect(only).await;
        return opened.map_err(|error| before_open(&error));
    }
    let mut race = JoinSet::new();
    let mut failure = None;
    for address in addresses {
        race.spawn(TcpStream::connect(address));
        if let Ok(Some(end)) = tokio::time::timeout(HEAD_START, race.join_next()).await
            && let Some(stream) = judge(end.map_err(io::Error::from).flatten(), &mut failure)
        {
            return Ok(stream);
        }
    }
    while let Some(end) = race.join_next().await {
        if let Some(stream) = judge(end.map_err(io::Error::from).flatten(), &mut failure) {
            return Ok(stream);
        }
    }
    Err(failure.unwrap_or(NetError::NameNotFound))
}

/// Keeps the failure that says most: who answered at all beats who did not.
fn judge(end: io::Result<TcpStream>, failure: &mut Option<NetError>) -> Option<TcpStream> {
    let weight = |error: &NetError| match error {
        // Whatever the others say: with another handle it might have been reached.
        NetError::NoFileHandle => 5,
        NetError::Refused => 4,
        NetError::TimedOut => 3,
        NetError::Broken => 2,
        NetError::NoLocalAddress => 1,
        _ => 0,
    };
    match end {
        Ok(stream) => Some(stream),
        Err(error) => {
            let error = before_open(&error);
            if failure.is_none_or(|old| weight(&old) < weight(&error)) {
                *failure = Some(error);
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_families_are_tried_alternately() {
        let all = ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"].map(|a| a.parse().unwrap());
        let order: Vec<_> = interleaved(all.to_vec());
        let want = ["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"].map(|a| a.parse().unwrap());
        assert_eq!(order, want);
    }
}
