//! `mqmodem broker`

use super::failure::ProgramFailure;
use super::local_broker::LocalBroker;
use super::logs;
use super::modems::signals::{Signals, Wanted};
use super::output::print;
use super::runtime::runtime;
use clap::{ArgAction, Args};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;

/// Run an MQTT broker to test against, until it is ended.
///
/// It speaks MQTT 3.1.1 and 5.0 without TLS, asks for no password, and keeps everything in
/// memory. Nobody may publish to the topic `forbidden`, so that a refusal can be seen. Once it
/// listens, it prints where: `listening on 127.0.0.1:40123`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem broker
  mqmodem broker --port 1883")]
pub(super) struct BrokerArguments {
    /// Where it listens; by default, or with 0, a port that is free.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,

    /// The address of this machine it listens at; by default nobody else reaches it.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,

    /// Log what happens, twice for details.
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
}

pub(super) fn run(arguments: &BrokerArguments) -> Result<ExitCode, ProgramFailure> {
    logs::start(arguments.verbose);
    let address = SocketAddr::new(arguments.address, arguments.port);
    let runtime = runtime(false)?;
    let done = runtime.block_on(serve(address));
    runtime.shutdown_background();
    done.map(|()| ExitCode::SUCCESS)
}

async fn serve(address: SocketAddr) -> Result<(), ProgramFailure> {
    let mut signals = Signals::new()?;
    // What the system has against it is told better than the broker does.
    TcpListener::bind(address).map_err(|error| {
        ProgramFailure::system(format_args!("cannot listen on {address}"), &error)
    })?;
    let broker = LocalBroker::start(address).await.map_err(|why| {
        ProgramFailure::new(format!("the broker does not start at {address}: {why}"))
    })?;
    if !address.ip().is_loopback() {
        tracing::warn!("whoever reaches {address} may read and write all messages");
    }
    print(&format!("listening on {}\n", broker.address))?;
    while signals.next().await == Wanted::Reload {}
    Ok(())
}
