//! The port a chat is played at, as flags name it.

use super::attached::{Attached, is_path};
use crate::cli::failure::ProgramFailure;
use crate::cli::modems::address::tcp_address;
use clap::Args;
use std::ffi::OsStr;
use std::time::Duration;

/// How a port is waited for.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Patience {
    /// How long an answer may take.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds, requires = "port")]
    pub(super) within: Duration,

    /// How long it must be quiet before the next line is said.
    #[arg(long, value_name = "MILLISECONDS", default_value = "50", value_parser = milliseconds, requires = "port")]
    pub(super) quiet: Duration,
}

/// Seconds, perhaps with a fraction, and not none.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok();
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let duration = duration.filter(|duration| !duration.is_zero());
    duration.ok_or_else(|| "write seconds, such as 10 or 0.5".to_owned())
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let milliseconds = text.parse().map(Duration::from_millis);
    milliseconds.map_err(|_| "write milliseconds, such as 50".to_owned())
}

/// A device, a Unix socket or a TCP address.
pub(super) async fn attach(port: &OsStr) -> Result<Attached, ProgramFailure> {
    if is_path(port) {
        return Attached::open(port).await;
    }
    let address = tcp_address("--port", &port.to_string_lossy()).await?;
    Attached::connect(address).await
}
