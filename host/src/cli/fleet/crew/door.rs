//! The one TCP port of a fleet whose modems are connections.

use crate::cli::Failure;
use crate::cli::serve::{cannot_listen, tcp_address};
use crate::fleet::plan::{Hosts, Identify};
use crate::fleet::seats::{Door, Doors, Seated, Seats, first_line};
use crate::port::socket::Socket;
use crate::port::{Label, Port};
use std::collections::HashMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long to wait after a failed accept, which mostly is a lack of
/// descriptors and comes again at once.
const PAUSE: Duration = Duration::from_secs(1);

/// Where hosts come in, and which modems they are for.
pub(super) struct Entrance {
    /// As it was asked for.
    address: SocketAddr,
    listener: Arc<TcpListener>,
    identify: Identify,
    seats: Seats,
    doors: Doors,
    /// Hosts that have not said yet who they are.
    strangers: JoinSet<std::io::Result<(String, TcpStream)>>,
    modems: HashMap<String, u32>,
}

impl Entrance {
    /// Listens, where the fleet has one port; where there was one at this address,
    /// its listener goes on.
    pub(super) async fn open(
        hosts: &Hosts,
        before: Option<&Self>,
    ) -> Result<Option<Self>, Failure> {
        let Hosts::Connections(text, identify) = hosts else {
            return Ok(None);
        };
        let address = tcp_address("tcp", text).await?;
        let listener = match before.filter(|before| before.address == address) {
            Some(before) => before.listener.clone(),
            None => listen(address).await?,
        };
        Ok(Some(Self {
            address,
            listener,
            identify: *identify,
            seats: Seats::default(),
            doors: Doors::default(),
            strangers: JoinSet::new(),
            modems: HashMap::new(),
        }))
    }

    /// Modems of these names may have hosts.
    pub(super) fn expect(&mut self, names: impl Iterator<Item = String>) {
        self.modems = names.zip(0..).collect();
    }

    /// The modem that is to be started next for a host that came, and its port.
    pub(super) async fn next(entrance: &mut Option<Self>) -> Option<(u32, Box<dyn Port>)> {
        match entrance {
            Some(entrance) => Some(entrance.newcomer().await),
            None => pending().await,
        }
    }

    async fn newcomer(&mut self) -> (u32, Box<dyn Port>) {
        loop {
            let seated = tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => self.welcome(stream),
                    Err(error) => {
                        tracing::error!("cannot accept a host: {error}");
                        tokio::time::sleep(PAUSE).await;
                        None
                    }
                },
                Some(told) = self.strangers.join_next() => match told {
                    Ok(Ok((name, stream))) => self.named(&name, stream).await,
                    Ok(Err(error)) => {
                        tracing::warn!("a host left without its modem's name: {error}");
                        None
                    }
                    Err(_) => None,
                },
            };
            if let Some((seat, host)) = seated
                && let Some(door) = self.doors.let_in(seat, host)
            {
                return (seat, port(seat, door));
            }
        }
    }

    fn welcome(&mut self, mut stream: TcpStream) -> Option<(u32, Seated)> {
        if self.identify == Identify::Line {
            self.strangers.spawn(async move {
                let name = first_line(&mut stream).await?;
                Ok((name, stream))
            });
            return None;
        }
        let count = self.modems.len() as u32;
        let seated = self.seats.take(stream, count);
        if seated.is_none() {
            tracing::warn!("refused: all {count} modems have a host");
        }
        seated
    }

    async fn named(&mut self, name: &str, mut stream: TcpStream) -> Option<(u32, Seated)> {
        if let Some(seat) = self.modems.get(name) {
            return Some((*seat, self.seats.take_at(stream, *seat)));
        }
        tracing::warn!("refused: there is no modem \"{}\"", name.escape_debug());
        // Told like any wrong line; that it does not hear it is its own matter.
        let _ = stream.write_all(b"\r\nERROR\r\n").await;
        None
    }
}

async fn listen(address: SocketAddr) -> Result<Arc<TcpListener>, Failure> {
    let listener = TcpListener::bind(address).await;
    let listener = listener.map_err(|error| cannot_listen(address, &error))?;
    if let Ok(address) = listener.local_addr() {
        crate::cli::say(&format!("{address}\n"))?;
    }
    Ok(Arc::new(listener))
}

fn port(seat: u32, door: Door) -> Box<dyn Port> {
    Box::new(Socket::new(door, Label::new(&format!("host {seat}"))))
}
