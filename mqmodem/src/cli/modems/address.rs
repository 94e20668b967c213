//! Addresses of this machine that are listened on.

use crate::cli::failure::ProgramFailure;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub(in crate::cli) fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> ProgramFailure {
    ProgramFailure::system(format_args!("cannot listen on {address}"), error)
}

/// Warns of an address beyond this machine: nobody is asked there who they are.
pub(in crate::cli) fn warn_if_reachable(address: SocketAddr, to_do_what: &str) {
    if !address.ip().to_canonical().is_loopback() {
        tracing::warn!("anyone who can reach {address} can {to_do_what}");
    }
}

pub(in crate::cli) fn check_address(kind: &str, text: &str) -> Result<(), ProgramFailure> {
    let has_host = |(host, port): (&str, &str)| !host.is_empty() && port.parse::<u16>().is_ok();
    if text.parse::<u16>().is_ok() || text.rsplit_once(':').is_some_and(has_host) {
        return Ok(());
    }
    Err(ProgramFailure::new(format!(
        "{kind} takes a port or an address of this machine with a port, such as 7000 or 0.0.0.0:7000, not \"{text}\""
    )))
}

/// `PORT` on loopback, or `HOST:PORT`.
pub(in crate::cli) async fn tcp_address(
    kind: &str,
    text: &str,
) -> Result<SocketAddr, ProgramFailure> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    check_address(kind, text)?;
    let found = tokio::net::lookup_host(text).await;
    let mut found = found
        .map_err(|error| ProgramFailure::system(format_args!("cannot find {text}"), &error))?;
    found.next().ok_or_else(|| {
        ProgramFailure::new(format!("\"{text}\" has no address; give one for {kind}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bare_port_is_on_loopback() {
        assert_eq!(
            tcp_address("tcp", "7000").await.unwrap().to_string(),
            "127.0.0.1:7000"
        );
        assert_eq!(
            tcp_address("tcp", "0.0.0.0:1").await.unwrap().to_string(),
            "0.0.0.0:1"
        );
        assert!(tcp_address("tcp", ":7000").await.is_err());
        assert!(tcp_address("tcp", "70000").await.is_err());
    }
}
