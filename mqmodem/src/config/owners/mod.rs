//! What has one owner: names, ports, files, client ids. Two of one are refused before anything
//! starts, since each would break the other unnoticed.

use super::fleet::{FleetPlan, Hosts};
use super::modem::ModemPlan;
use super::plan::Plan;
use super::port::PortPlan;
use crate::observe::trace::TraceTarget;
use crate::store;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Something that has one owner.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Thing {
    /// What is kept in the state directory under this name.
    Name(String),
    /// The file at this place.
    File(PathBuf),
    /// A file by whatever path: its device and inode.
    Inode(u64, u64),
    /// A device by whatever path: its number.
    Device(u64),
    /// Standard input and output.
    Stdio,
    /// Who one is to the broker of this host and port.
    Client(String, u16, String),
}

/// What is owned so far, and by whom.
#[derive(Debug, Default)]
pub(crate) struct Owners {
    things: HashMap<Thing, String>,
    listeners: HashMap<u16, Vec<(IpAddr, String)>>,
    /// Directories as they are without links.
    directories: HashMap<PathBuf, PathBuf>,
}

type Owned = Result<(), String>;

impl Owners {
    /// Checks what a configuration and its flags ask for.
    pub(crate) fn check(plan: &Plan) -> Owned {
        let mut owners = Self::default();
        owners.shared(plan.file.as_deref(), plan.state_dir.as_deref())?;
        owners.trace(plan.trace.target.as_ref())?;
        owners.control(plan.control.as_deref())?;
        owners.metrics(plan.metrics.as_deref())?;
        owners.inspector(plan.inspect.address())?;
        for modem in &plan.modems {
            owners.modem(modem)?;
        }
        let fleet = plan.fleet.clone().filter(|_| plan.state_dir.is_some());
        let fleet = fleet.and_then(|table| table.plan(plan.behaviour.clone(), None).ok());
        if let Some(fleet) = fleet {
            for index in 0..fleet.count() {
                owners.name(&fleet.name(index), "in the fleet")?;
            }
        }
        Ok(())
    }

    /// Checks what a fleet asks for, beside its configuration file, state directory,
    /// control socket, trace and inspector.
    pub(crate) fn check_fleet(
        fleet: &FleetPlan,
        [file, state, control]: [Option<&Path>; 3],
        (trace, inspector): (Option<&TraceTarget>, Option<&str>),
    ) -> Owned {
        let mut owners = Self::default();
        owners.shared(file, state)?;
        owners.trace(trace)?;
        owners.control(control)?;
        owners.metrics(fleet.metrics.as_deref())?;
        owners.inspector(inspector)?;
        let hosts = &fleet.template.hosts;
        if let Hosts::Connections(address, _) = hosts {
            owners.listener(address, "the fleet")?;
        }
        for index in 0..fleet.count() {
            let modem = fleet.modem(index)?;
            if let Hosts::Ports(_) = hosts {
                owners.port(&modem.port, &who(&modem))?;
            }
            owners.client(&modem)?;
        }
        Ok(())
    }

    fn shared(&mut self, file: Option<&Path>, state: Option<&Path>) -> Owned {
        if let Some(file) = file {
            self.file(file, "the configuration")?;
        }
        for name in state.iter().flat_map(|_| store::FILES) {
            let path = state.unwrap_or(Path::new(".")).join(name);
            self.file(&path, "the state directory")?;
        }
        Ok(())
    }

    fn trace(&mut self, trace: Option<&TraceTarget>) -> Owned {
        let owner = "the trace";
        match trace.map(TraceTarget::path) {
            None => Ok(()),
            Some(Some(path)) => self.file(path, owner),
            Some(None) => self.own(Thing::Stdio, owner, "standard output"),
        }
    }

    fn control(&mut self, control: Option<&Path>) -> Owned {
        control.map_or(Ok(()), |path| self.file(path, "the control socket"))
    }

    fn metrics(&mut self, address: Option<&str>) -> Owned {
        address.map_or(Ok(()), |address| self.listener(address, "the metrics"))
    }

    fn inspector(&mut self, address: Option<&str>) -> Owned {
        address.map_or(Ok(()), |address| self.listener(address, "the inspector"))
    }

    fn modem(&mut self, modem: &ModemPlan) -> Owned {
        self.name(&modem.name, &format!("at {}", modem.port))?;
        self.port(&modem.port, &who(modem))?;
        self.client(modem)
    }

    /// Who a modem is to its broker, which lets one client id have one connection.
    fn client(&mut self, modem: &ModemPlan) -> Owned {
        let Some((host, port, id)) = modem.client() else {
            return Ok(());
        };
        if id.is_empty() {
            return Ok(());
        }
        let (name, client) = (&modem.name, Thing::Client(same(&host), port, id.clone()));
        match self.things.insert(client, name.clone()) {
            None => Ok(()),
            Some(other) => Err(format!(
                "modem \"{other}\" and modem \"{name}\" both have the client id \"{id}\" at {host}, \
                 port {port}: the broker would end the connection of one for the other; give one \
                 another name or client_id"
            )),
        }
    }

    fn name(&mut self, name: &str, place: &str) -> Owned {
        let thing = Thing::Name(name.to_owned());
        match self.things.insert(thing, place.to_owned()) {
            None => Ok(()),
            Some(other) => Err(format!(
                "two modems are called \"{name}\", the one {other} and the one {place}: they would \
                 keep the same things; give one another name"
            )),
        }
    }

    fn port(&mut self, port: &PortPlan, owner: &str) -> Owned {
        match port {
            PortPlan::Tcp(address) | PortPlan::Rfc2217(address) => self.listener(address, owner),
            PortPlan::Pty { link: None, .. } => Ok(()),
            PortPlan::Pty {
                link: Some(path), ..
            }
            | PortPlan::Unix(path) => self.file(path, owner),
            PortPlan::Serial { device, .. } => self.file(device, owner),
            PortPlan::Stdio => self.own(Thing::Stdio, owner, "standard input and output"),
        }
    }

    /// A file, however it is named.
    fn file(&mut self, path: &Path, owner: &str) -> Owned {
        let shown = path.display().to_string();
        let place = self.place(path);
        self.own(Thing::File(place), owner, &shown)?;
        let Ok(metadata) = path.metadata() else {
            return Ok(());
        };
        let kind = metadata.file_type();
        if kind.is_char_device() {
            return self.own(Thing::Device(metadata.rdev()), owner, &shown);
        }
        if kind.is_file() || kind.is_socket() {
            let inode = Thing::Inode(metadata.dev(), metadata.ino());
            return self.own(inode, owner, &shown);
        }
        Ok(())
    }

    fn own(&mut self, thing: Thing, owner: &str, shown: &str) -> Owned {
        match self.things.insert(thing, owner.to_owned()) {
            Some(other) if other != owner => Err(format!(
                "{other} and {owner} both use {shown}; give each its own"
            )),
            _ => Ok(()),
        }
    }

    /// Where a file is, without links on the way and without `.` and `..`.
    fn place(&mut self, path: &Path) -> PathBuf {
        let Some(name) = path.file_name() else {
            return path.to_owned();
        };
        let above = path.parent().filter(|above| !above.as_os_str().is_empty());
        let above = above.unwrap_or(Path::new("."));
        if let Some(known) = self.directories.get(above) {
            return known.join(name);
        }
        let real = above.canonicalize().or_else(|_| std::path::absolute(above));
        let real = real.unwrap_or_else(|_| above.to_owned());
        let place = real.join(name);
        self.directories.insert(above.to_owned(), real);
        place
    }

    fn listener(&mut self, text: &str, owner: &str) -> Owned {
        for address in addresses(text) {
            let ip = address.ip().to_canonical();
            let others = self.listeners.entry(address.port()).or_default();
            if let Some((_, other)) = others.iter().find(|(other, _)| overlap(*other, ip)) {
                return Err(format!(
                    "{other} and {owner} both listen on port {}; give each its own",
                    address.port()
                ));
            }
        }
        for address in addresses(text) {
            let others = self.listeners.entry(address.port()).or_default();
            others.push((address.ip().to_canonical(), owner.to_owned()));
        }
        Ok(())
    }
}

fn who(modem: &ModemPlan) -> String {
    let (name, port) = (&modem.name, modem.port.to_string());
    if *name == port {
        return format!("the modem at {port}");
    }
    format!("modem \"{name}\" at {port}")
}

/// A host as it is written for all ways to write it.
fn same(host: &str) -> String {
    let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let bare = bare.unwrap_or(host);
    match bare.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().to_string(),
        Err(_) => bare.trim_end_matches('.').to_ascii_lowercase(),
    }
}

/// The addresses a text may stand for; none that the system chooses.
fn addresses(text: &str) -> Vec<SocketAddr> {
    if let Ok(port) = text.parse::<u16>() {
        return chosen(vec![(Ipv4Addr::LOCALHOST, port).into()]);
    }
    // What is no address is told where it is to be used.
    let found = text.to_socket_addrs();
    chosen(found.map_or_else(|_| Vec::new(), Iterator::collect))
}

fn chosen(mut addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    addresses.retain(|address| address.port() != 0);
    addresses
}

/// Whether a host may reach both by one address. `[::]` listens on IPv4 too.
fn overlap(one: IpAddr, other: IpAddr) -> bool {
    let covers = |all: IpAddr, ip: IpAddr| all.is_unspecified() && (all.is_ipv6() || ip.is_ipv4());
    one == other || covers(one, other) || covers(other, one)
}

#[cfg(test)]
mod tests;
