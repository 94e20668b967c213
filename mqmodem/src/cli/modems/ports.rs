//! Opens the ports that were asked for.

use super::address::{cannot_listen, check_address, tcp_address, warn_if_reachable};
use crate::cli::failure::ProgramFailure;
use crate::config::{ModemPlan, PortPlan};
use crate::port::pty::{Pty, PtyOptions};
use crate::port::rfc2217::Rfc2217;
use crate::port::serial::SerialDevice;
use crate::port::stdio::Stdio;
use crate::port::tcp::Tcp;
use crate::port::unix::Unix;
use crate::port::watch::Watch;
use crate::port::{Label, Port};
use mqmodem_core::Serial;
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// A port that is open, and where a host finds it.
pub(in crate::cli) struct OpenPort {
    pub(in crate::cli) label: Label,
    pub(in crate::cli) port: Box<dyn Port>,
    pub(in crate::cli) address: Option<String>,
}

impl OpenPort {
    /// A port without an address.
    pub(in crate::cli) fn inside(label: Label, port: Box<dyn Port>) -> Self {
        Self {
            label,
            port,
            address: None,
        }
    }
}

/// Opens ports; one watch does for all pseudo-terminals.
#[derive(Default)]
pub(in crate::cli) struct Ports {
    watch: Option<Watch>,
    /// Addresses that anyone can reach and that are not to be reported again.
    reported: Option<HashSet<IpAddr>>,
}

/// Whether ports are written as they can be. Whether they can be had is another matter,
/// and may change.
pub(in crate::cli) fn check(modems: &[ModemPlan]) -> Result<(), ProgramFailure> {
    for modem in modems {
        match &modem.port {
            PortPlan::Pty {
                group: Some(group), ..
            } => drop(group_id(group)?),
            PortPlan::Tcp(address) => check_address("tcp", address)?,
            PortPlan::Rfc2217(address) => check_address("rfc2217", address)?,
            _ => {}
        }
    }
    Ok(())
}

impl Ports {
    /// For many modems alike: what is so of all of them is reported once.
    pub(in crate::cli) fn of_fleet() -> Self {
        Self {
            reported: Some(HashSet::new()),
            ..Self::default()
        }
    }

    /// Opens a port.
    pub(in crate::cli) async fn open(
        &mut self,
        port: &PortPlan,
    ) -> Result<OpenPort, ProgramFailure> {
        let opened = self.opened(port).await?;
        let address = opened.address.as_deref().and_then(|text| text.parse().ok());
        if let (PortPlan::Tcp(_) | PortPlan::Rfc2217(_), Some(address)) = (port, address) {
            self.warn_of(address);
        }
        Ok(opened)
    }

    fn warn_of(&mut self, address: SocketAddr) {
        match &mut self.reported {
            None => warn_if_reachable(address, "use the modem there"),
            Some(reported) => {
                if reported.insert(address.ip()) {
                    warn_if_reachable(address, "use the modem there, and those at other ports");
                }
            }
        }
    }

    async fn opened(&mut self, port: &PortPlan) -> Result<OpenPort, ProgramFailure> {
        Ok(match port {
            PortPlan::Pty { link, mode, group } => {
                let group = group.as_deref().map(group_id).transpose()?;
                self.open_pty(&PtyOptions {
                    link: link.clone(),
                    mode: *mode,
                    group,
                })?
            }
            PortPlan::Tcp(address) => open_tcp(address).await?,
            PortPlan::Rfc2217(address) => open_rfc2217(address).await?,
            PortPlan::Unix(path) => open_unix(path)?,
            PortPlan::Serial { device, settings } => open_serial(device, *settings)?,
            PortPlan::Stdio => OpenPort::inside(Label::new("stdio"), Box::new(Stdio::new())),
        })
    }

    fn open_pty(&mut self, options: &PtyOptions) -> Result<OpenPort, ProgramFailure> {
        let watch = match self.watch.take() {
            Some(watch) => watch,
            None => Watch::start().map_err(|error| {
                ProgramFailure::system("cannot watch pseudo-terminals with inotify", &error)
            })?,
        };
        let watch = self.watch.insert(watch);
        let pty = Pty::open(options, watch).map_err(|error| {
            let at = options.link.as_deref().unwrap_or(Path::new("anywhere"));
            ProgramFailure::system(
                format_args!("cannot make a pseudo-terminal at {}", at.display()),
                &error,
            )
        })?;
        let address = pty.published().display().to_string();
        Ok(found_at(address.clone(), &address, Box::new(pty)))
    }
}

fn open_unix(path: &Path) -> Result<OpenPort, ProgramFailure> {
    let port = Unix::bind(path).map_err(|error| {
        ProgramFailure::system(format_args!("cannot listen on {}", path.display()), &error)
    })?;
    let address = path.display().to_string();
    Ok(found_at(address.clone(), &address, Box::new(port)))
}

fn found_at(address: String, label: &str, port: Box<dyn Port>) -> OpenPort {
    OpenPort {
        label: Label::new(label),
        port,
        address: Some(address),
    }
}

async fn open_tcp(text: &str) -> Result<OpenPort, ProgramFailure> {
    let address = tcp_address("tcp", text).await?;
    let bound = Tcp::bind(address).await;
    let bound = bound.and_then(|port| Ok((port.local_addr()?, port)));
    let (address, port) = bound.map_err(|error| cannot_listen(address, &error))?;
    Ok(listening("tcp", address, Box::new(port)))
}

async fn open_rfc2217(text: &str) -> Result<OpenPort, ProgramFailure> {
    let address = tcp_address("rfc2217", text).await?;
    let bound = Rfc2217::bind(address).await;
    let bound = bound.and_then(|port| Ok((port.local_addr()?, port)));
    let (address, port) = bound.map_err(|error| cannot_listen(address, &error))?;
    Ok(listening("rfc2217", address, Box::new(port)))
}

fn listening(kind: &str, address: SocketAddr, port: Box<dyn Port>) -> OpenPort {
    found_at(address.to_string(), &format!("{kind} {address}"), port)
}

fn open_serial(path: &Path, settings: Serial) -> Result<OpenPort, ProgramFailure> {
    let port = SerialDevice::open(path, settings).map_err(|error| {
        ProgramFailure::system(format_args!("cannot open {}", path.display()), &error)
    })?;
    Ok(OpenPort {
        label: Label::new(&path.display().to_string()),
        port: Box::new(port),
        address: None,
    })
}

/// The number of a group, from `/etc/group` where it is given by name.
pub(in crate::cli) fn group_id(name: &str) -> Result<u32, ProgramFailure> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let groups = std::fs::read_to_string("/etc/group").unwrap_or_default();
    let id = groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next() == Some(name);
        fields.nth(1).filter(|_| found)?.parse().ok()
    });
    id.ok_or_else(|| {
        ProgramFailure::new(format!(
            "there is no group \"{name}\" in /etc/group; give its number instead"
        ))
    })
}
