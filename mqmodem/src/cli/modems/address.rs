//! Addresses of this machine that are listened on.

use crate::cli::failure::ProgramFailure;
use crate::transport::resolve;
use mqmodem_core::{Failure, NetError};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// How long the look-up of a name may take.
const PATIENCE: Duration = Duration::from_secs(10);

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

/// As [`check_address`], of a flag.
pub(in crate::cli) fn check_flag(kind: &str, text: Option<&str>) -> Result<(), ProgramFailure> {
    let checked = text.map_or(Ok(()), |text| check_address(kind, text));
    checked.map_err(ProgramFailure::of_usage)
}

/// `PORT` on loopback, or `HOST:PORT`.
pub(in crate::cli) async fn tcp_address(
    kind: &str,
    text: &str,
) -> Result<SocketAddr, ProgramFailure> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    check_address(kind, text)?;
    let (host, port) = text.rsplit_once(':').unwrap_or_default();
    let found = resolve::lookup(host, port.parse().unwrap_or_default());
    let found = tokio::time::timeout(PATIENCE, found).await;
    let found = found.unwrap_or(Err(NetError::NoNameServer));
    let found = found.map_err(|error| {
        let words = Failure::from(error).words;
        ProgramFailure::new(format!("cannot find {text}: {words}; check the name"))
    })?;
    found.first().copied().ok_or_else(|| {
        ProgramFailure::new(format!("\"{text}\" has no address; give one for {kind}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bare_port_is_on_loopback_and_a_name_is_looked_up() {
        assert_eq!(
            tcp_address("tcp", "7000").await.unwrap().to_string(),
            "127.0.0.1:7000"
        );
        assert_eq!(
            tcp_address("tcp", "0.0.0.0:1").await.unwrap().to_string(),
            "0.0.0.0:1"
        );
        assert_eq!(
            tcp_address("tcp", "[::1]:1").await.unwrap().to_string(),
            "[::1]:1"
        );
        // A name of this machine, and one that nobody has (RFC 6761).
        let named = tcp_address("tcp", "localhost:1").await.unwrap();
        assert!(named.ip().is_loopback() && named.port() == 1, "{named}");
        let failure = tcp_address("tcp", "nobody.invalid:1").await.unwrap_err();
        assert!(failure.to_string().contains("check the name"), "{failure}");
        assert!(tcp_address("tcp", ":7000").await.is_err());
        assert!(tcp_address("tcp", "70000").await.is_err());
    }
}
