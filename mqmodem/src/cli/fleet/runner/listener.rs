//! The one TCP port of a fleet whose modems are connections.

use crate::cli::failure::ProgramFailure;
use crate::cli::modems::address::{cannot_listen, tcp_address, warn_if_reachable};
use crate::cli::output::print_without_waiting;
use crate::config::fleet::{Hosts, Identify};
use crate::fleet::assignment::{AssignedHost, Assignments, HostQueue, HostQueues, first_line};
use crate::log::rate::Rate;
use crate::port::socket::Socket;
use crate::port::{Label, Port};
use crate::runtime::bounded_tasks::BoundedTasks;
use std::collections::HashMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// How long to wait after a failed accept, which mostly is a lack of
/// descriptors and comes again at once.
const PAUSE: Duration = Duration::from_secs(1);

/// Hosts at once that have not said yet who they are.
const STRANGERS: usize = 64;

/// Where hosts come in, and which modems they are for.
pub(super) struct HostListener {
    /// As it was asked for.
    address: SocketAddr,
    listener: Arc<TcpListener>,
    identify: Identify,
    assignments: Assignments,
    queues: HostQueues,
    /// Hosts that have not said yet who they are.
    strangers: BoundedTasks<std::io::Result<(String, TcpStream)>>,
    modems: HashMap<String, u32>,
    /// Hosts that were sent away, of each kind.
    full: Rate,
    silent: Rate,
    unknown: Rate,
}

impl HostListener {
    /// Listens, where the fleet has one port; where there was one at this address,
    /// its listener goes on.
    pub(super) async fn open(
        hosts: &Hosts,
        before: Option<&Self>,
    ) -> Result<Option<Self>, ProgramFailure> {
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
            assignments: Assignments::default(),
            queues: HostQueues::default(),
            strangers: BoundedTasks::new(STRANGERS),
            modems: HashMap::new(),
            full: Rate::default(),
            silent: Rate::default(),
            unknown: Rate::default(),
        }))
    }

    /// This one, or at another address the other.
    pub(super) fn or_become(self, other: Self) -> Self {
        if self.address != other.address {
            return other;
        }
        Self {
            identify: other.identify,
            ..self
        }
    }

    /// Modems of these names may have hosts.
    pub(super) fn expect(&mut self, names: impl Iterator<Item = String>) {
        self.modems = names.zip(0..).collect();
    }

    /// The modem that is to be started next for a host that came, and its port.
    pub(super) async fn next(listener: &mut Option<Self>) -> Option<(u32, Box<dyn Port>)> {
        match listener {
            Some(listener) => Some(listener.newcomer().await),
            None => pending().await,
        }
    }

    async fn newcomer(&mut self) -> (u32, Box<dyn Port>) {
        loop {
            let assigned = tokio::select! {
                // Who has said a name is not sent away for those that come.
                biased;
                Some(named) = self.strangers.next() => self.named(named),
                more = self.full.more() => {
                    tracing::warn!("refused {more} more: all modems have a host");
                    None
                }
                more = self.silent.more() => {
                    tracing::warn!("{more} more hosts left without their modem's name");
                    None
                }
                more = self.unknown.more() => {
                    tracing::warn!("refused {more} more: they named no modem that is here");
                    None
                }
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => self.welcome(stream),
                    Err(error) => {
                        tracing::error!("cannot accept a host: {error}");
                        tokio::time::sleep(PAUSE).await;
                        None
                    }
                },
            };
            if let Some((index, host)) = assigned
                && let Some(queue) = self.queues.deliver(index, host)
            {
                return (index, port(index, queue));
            }
        }
    }

    fn welcome(&mut self, mut stream: TcpStream) -> Option<(u32, AssignedHost)> {
        if self.identify == Identify::Line {
            self.strangers.admit(async move {
                let name = first_line(&mut stream).await?;
                Ok((name, stream))
            });
            return None;
        }
        let count = self.modems.len() as u32;
        let assigned = self.assignments.take(stream, count);
        if assigned.is_none() && self.full.may_report() {
            tracing::warn!("refused: all {count} modems have a host");
        }
        assigned
    }

    fn named(
        &mut self,
        named: std::io::Result<(String, TcpStream)>,
    ) -> Option<(u32, AssignedHost)> {
        let (name, stream) = match named {
            Ok(named) => named,
            Err(error) => {
                if self.silent.may_report() {
                    tracing::warn!("a host left without its modem's name: {error}");
                }
                return None;
            }
        };
        if let Some(index) = self.modems.get(&name) {
            return Some((*index, AssignedHost::at(stream, *index)));
        }
        if self.unknown.may_report() {
            // What it said is not shown: a host that knows of no names begins with
            // any line, also one with a password.
            let said = name.len();
            tracing::warn!("refused: a host named no modem that is here, in {said} bytes");
        }
        // Told like any wrong line; that it does not hear it is its own matter.
        let _ = stream.try_write(b"\r\nERROR\r\n");
        None
    }
}

async fn listen(address: SocketAddr) -> Result<Arc<TcpListener>, ProgramFailure> {
    let listener = TcpListener::bind(address).await;
    let listener = listener.map_err(|error| cannot_listen(address, &error))?;
    if let Ok(address) = listener.local_addr() {
        warn_if_reachable(address, "use the modems there");
        print_without_waiting(format!("{address}\n"))?;
    }
    Ok(Arc::new(listener))
}

fn port(index: u32, queue: HostQueue) -> Box<dyn Port> {
    Box::new(Socket::new(queue, Label::new(&format!("host {index}"))))
}
