//! Name servers, asked over UDP, and over TCP where an answer is too large.

use super::conf::Conf;
use super::failure::{Addresses, LookupFailure, lacks};
use super::message::{DnsAnswer, KINDS, Query};
use crate::log::seldom::Seldom;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// How long a server may take before the next is asked, or it is once more.
const TRY: Duration = Duration::from_secs(1);

/// How long the other half of an answer is waited for: some never answer what
/// they do not know (RFC 8305 §3).
const HALF: Duration = Duration::from_millis(250);

static UNASKED: Seldom = Seldom::new();

/// The largest answer in a datagram.
const DATAGRAM: usize = 4096;

/// Asks until a server answers: who waits knows how long. Only where none can be
/// asked it ends by itself.
pub(super) async fn lookup(conf: &Conf, name: &str) -> Addresses {
    for candidate in conf.candidates(name) {
        let mut found = ask_all(conf, &candidate).await?;
        if !found.is_empty() {
            found.sort_by_key(IpAddr::is_ipv4);
            return Ok(found.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect());
        }
    }
    Err(LookupFailure::NotFound)
}

/// Asks one server after the other, round and round as long as one is silent.
async fn ask_all(conf: &Conf, name: &str) -> Result<Vec<IpAddr>, LookupFailure> {
    let servers = conf.servers.iter();
    let mut servers: Vec<_> = servers.map(|address| Server::new(*address, name)).collect();
    loop {
        let (mut silent, mut failure) = (false, LookupFailure::NoServer);
        for server in &mut servers {
            match server.ask().await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => silent = true,
                Err(why) => failure = why,
            }
        }
        if !silent {
            return Err(failure);
        }
    }
}

/// A server that is asked for a name. What it answers late still counts.
struct Server {
    address: SocketAddr,
    name: String,
    socket: Option<UdpSocket>,
    halves: Vec<Half>,
}

/// One of the questions, and what was said to it.
struct Half {
    query: Query,
    answer: Option<Result<Vec<IpAddr>, LookupFailure>>,
}

impl Half {
    fn found(&self) -> &[IpAddr] {
        match &self.answer {
            Some(Ok(found)) => found,
            _ => &[],
        }
    }
}

impl Server {
    fn new(address: SocketAddr, name: &str) -> Self {
        Self {
            address,
            name: name.to_owned(),
            socket: None,
            halves: Vec::new(),
        }
    }

    /// Addresses, or nothing where it is silent for now.
    async fn ask(&mut self) -> Result<Option<Vec<IpAddr>>, LookupFailure> {
        if let Err(error) = self.try_ask().await {
            self.socket = None;
            UNASKED.warn(format_args!(
                "cannot ask the name server {}: {error}",
                self.address.ip()
            ));
            return Err(lacks(&error).unwrap_or(LookupFailure::NoServer));
        }
        self.answer()
    }

    async fn try_ask(&mut self) -> io::Result<()> {
        let socket = if let Some(socket) = self.socket.take() {
            socket
        } else {
            let queries = KINDS.map(|kind| Query::new(&self.name, kind));
            self.halves = queries.into_iter().flatten().map(Half::from).collect();
            open(self.address).await?
        };
        let socket = self.socket.insert(socket);
        for half in self.halves.iter().filter(|half| half.answer.is_none()) {
            socket
                .send(&half.query.encode().unwrap_or_default())
                .await?;
        }
        let heard = timeout(TRY, receive(socket, self.address, &mut self.halves));
        heard.await.unwrap_or(Ok(()))
    }

    /// Who has no address of one kind may have one of the other. Of a half that is
    /// not there yet nothing can be said.
    fn answer(&self) -> Result<Option<Vec<IpAddr>>, LookupFailure> {
        let found: Vec<_> = self.halves.iter().flat_map(Half::found).copied().collect();
        if !found.is_empty() {
            return Ok(Some(found));
        }
        let mut answers = self.halves.iter().map(|half| half.answer.as_ref());
        if answers.any(|answer| answer.is_none()) {
            return Ok(None);
        }
        let failed = |half: &Half| half.answer.as_ref()?.as_ref().err().copied();
        self.halves
            .iter()
            .find_map(failed)
            .map_or(Ok(Some(found)), Err)
    }
}

impl From<Query> for Half {
    fn from(query: Query) -> Self {
        let answer = None;
        Self { query, answer }
    }
}

/// Hears until both questions are answered, or one is and the other takes long.
async fn receive(socket: &UdpSocket, server: SocketAddr, halves: &mut [Half]) -> io::Result<()> {
    let mut buf = vec![0; DATAGRAM];
    while halves.iter().any(|half| half.answer.is_none()) {
        let known = halves.iter().any(|half| !half.found().is_empty());
        let wait = if known { HALF } else { TRY };
        let Ok(read) = timeout(wait, socket.recv(&mut buf)).await else {
            break;
        };
        let bytes = buf.get(..read?).unwrap_or_default();
        for half in halves.iter_mut().filter(|half| half.answer.is_none()) {
            half.answer = match half.query.answer(bytes) {
                None => None,
                Some(DnsAnswer::Addresses(found)) => Some(Ok(found)),
                Some(DnsAnswer::Truncated) => over_tcp(server, &half.query).await.map(Ok),
                Some(DnsAnswer::Failed) => Some(Err(LookupFailure::NotFound)),
                Some(DnsAnswer::Refused) => {
                    UNASKED.warn(format_args!("the name server {} refuses", server.ip()));
                    Some(Err(LookupFailure::NoServer))
                }
            };
        }
    }
    Ok(())
}

/// A socket that receives from the server alone, and learns if nobody listens there.
async fn open(server: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    Ok(socket)
}

/// The whole answer; `None` where it does not come.
async fn over_tcp(server: SocketAddr, query: &Query) -> Option<Vec<IpAddr>> {
    let asked = async {
        let mut stream = TcpStream::connect(server).await?;
        let question = query.encode().unwrap_or_default();
        let len = u16::try_from(question.len()).unwrap_or_default();
        let whole = [&len.to_be_bytes()[..], &question].concat();
        stream.write_all(&whole).await?;
        let mut answer = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut answer).await?;
        io::Result::Ok(answer)
    };
    match query.answer(&asked.await.ok()?)? {
        DnsAnswer::Addresses(found) => Some(found),
        _ => None,
    }
}
