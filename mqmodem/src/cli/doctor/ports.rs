//! The ports, without touching who uses them.

use super::report::CheckResult;
use crate::cli::modems::address::tcp_address;
use crate::cli::modems::ports::group_id;
use crate::config::PortPlan;
use rustix::fs::{Access, access};
use rustix::process::{getegid, geteuid, getgroups};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

pub(super) async fn examine(port: &PortPlan) -> CheckResult {
    match port {
        PortPlan::Pty { link, group, .. } => {
            if let Some(group) = group {
                membership(group)?;
            }
            link.as_deref().map_or(
                Ok("a pseudo-terminal that is named when it starts".to_owned()),
                place,
            )
        }
        PortPlan::Tcp(address) => listen("tcp", address).await,
        PortPlan::Rfc2217(address) => listen("rfc2217", address).await,
        PortPlan::Unix(path) => socket(path),
        PortPlan::Serial { device, .. } => serial(device),
        PortPlan::Stdio => Ok("standard input and output".to_owned()),
    }
}

/// Whether the link of a pseudo-terminal can be made.
fn place(link: &Path) -> CheckResult {
    let shown = link.display();
    if link.symlink_metadata().is_ok_and(|meta| !meta.is_symlink()) {
        return Err(format!("{shown} is there and no link; choose another name"));
    }
    room(link)
}

/// Whether a Unix socket can be made.
fn socket(path: &Path) -> CheckResult {
    let shown = path.display();
    let other = |meta: std::fs::Metadata| !meta.file_type().is_socket();
    if path.symlink_metadata().is_ok_and(other) {
        return Err(format!(
            "{shown} is there and no socket; choose another name"
        ));
    }
    room(path)
}

/// Whether something can be made at this place.
fn room(place: &Path) -> CheckResult {
    let shown = place.display();
    let directory = match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let above = directory.display();
    if !directory.is_dir() {
        return Err(format!(
            "there is no directory {above}; make it (the service does: RuntimeDirectory=)"
        ));
    }
    match access(directory, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => Ok(format!("{shown} can be made")),
        Err(_) => Err(format!(
            "{above} cannot be written; give it to this user (chown)"
        )),
    }
}

/// Whether a pseudo-terminal may be given to the group.
fn membership(group: &str) -> Result<(), String> {
    let id = group_id(group).map_err(|failure| failure.to_string())?;
    let groups = getgroups().unwrap_or_default();
    let is_member = getegid().as_raw() == id || groups.iter().any(|group| group.as_raw() == id);
    if is_member || geteuid().is_root() {
        return Ok(());
    }
    Err(format!(
        "this user is not in the group {group}: usermod -aG {group} USER"
    ))
}

async fn listen(kind: &str, text: &str) -> CheckResult {
    let address = tcp_address(kind, text)
        .await
        .map_err(|failure| failure.to_string())?;
    match TcpListener::bind(address) {
        Ok(_) => Ok(format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(format!(
            "{address} is in use; stop what uses it, unless it is mqmodem itself"
        )),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(format!(
            "this user may not listen on {address}; choose a port above 1023"
        )),
        Err(error) => Err(format!(
            "cannot listen on {address}: {error}; choose an address of this machine"
        )),
    }
}

fn serial(device: &Path) -> CheckResult {
    let shown = device.display();
    let Ok(meta) = device.metadata() else {
        return Err(format!(
            "there is no {shown}; plug it in, or look for its name with: ls /dev/serial/by-id"
        ));
    };
    if !meta.file_type().is_char_device() {
        return Err(format!("{shown} is no device; check the name"));
    }
    match access(device, Access::READ_OK | Access::WRITE_OK) {
        Ok(()) => Ok(format!("{shown} can be opened")),
        Err(_) => Err(format!(
            "this user may not use {shown}; join its group, mostly: usermod -aG dialout USER"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_wrong_with_a_port_is_told() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port().to_string();
        let pty = |link: &str, group: Option<&str>| PortPlan::Pty {
            link: Some(link.into()),
            mode: None,
            group: group.map(str::to_owned),
        };
        let serial = |device: &str| PortPlan::Serial {
            device: device.into(),
            settings: crate::port::serial::DEFAULT,
        };
        for (port, hint) in [
            (PortPlan::Tcp(port), "is in use"),
            (PortPlan::Tcp("nonsense".to_owned()), "such as 7000"),
            (
                PortPlan::Tcp("192.0.2.1:1".to_owned()),
                "address of this machine",
            ),
            (pty("/proc/version", None), "choose another name"),
            (pty("/no/such/link", None), "no directory /no/such"),
            (pty("/tmp/link", Some("no-such-group")), "give its number"),
            (serial("/dev/no-such"), "plug it in"),
            (serial("/etc/passwd"), "is no device"),
        ] {
            let said = examine(&port).await.unwrap_err();
            assert!(said.contains(hint), "{port:?}: {said}");
        }
        for port in [
            PortPlan::Tcp("0".to_owned()),
            PortPlan::Stdio,
            pty("/tmp/mqmodem-doctor-link", Some("0")),
        ] {
            // Group 0 needs root.
            let result = examine(&port).await;
            assert!(result.is_ok() || !geteuid().is_root(), "{result:?}");
        }
    }
}
