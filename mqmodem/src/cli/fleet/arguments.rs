//! The flags of `mqmodem fleet`.

use crate::cli::dialect::DialectArguments;
use crate::cli::modems::control::ControlFlags;
#[cfg(feature = "inspector")]
use crate::cli::modems::inspect::InspectFlags;
use crate::cli::modems::trace::TraceArguments;
use crate::config::Secret;
use clap::{ArgAction, Args};
use std::num::NonZeroU32;
use std::path::PathBuf;

/// Run many modems of one template in one process.
///
/// The template is the table [fleet] of a configuration file (the one named, else
/// ./mqmodem.toml, else /etc/mqmodem/mqmodem.toml), and what is said here. SIGHUP
/// reads the file again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem fleet --config fleet.toml --metrics 9100
  mqmodem fleet --pty '/run/mq/m{0000..0999}'
  mqmodem fleet --tcp 7000 --modems 1000         each connection is a modem
  mqmodem fleet --modems 1000 --setup connect.chat --script publish.chat --every 10")]
pub(in crate::cli) struct FleetArguments {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// How many modems, where no pattern says so.
    #[arg(long, value_name = "NUMBER")]
    pub(super) modems: Option<NonZeroU32>,

    /// What each is called; {index} stands for its number, in five
    /// digits where no pattern has others.
    #[arg(long, value_name = "PATTERN")]
    pub(super) name: Option<String>,

    /// A pseudo-terminal each, with links such as '/run/mq/m{0000..0999}'.
    #[arg(long, value_name = "PATTERN", conflicts_with_all = ["unix", "tcp"])]
    pub(super) pty: Option<PathBuf>,

    /// A Unix socket each, such as '/run/mq/m{0000..0999}.sock'.
    #[arg(long, value_name = "PATTERN", conflicts_with = "tcp")]
    pub(super) unix: Option<PathBuf>,

    /// A TCP port each, such as '127.0.0.1:{7000..7999}', or one port where each
    /// connection is a modem.
    #[arg(long, value_name = "PATTERN")]
    pub(super) tcp: Option<String>,

    /// A chat the host of each modem begins with, played in this process.
    #[arg(long, value_name = "FILE")]
    pub(super) setup: Option<PathBuf>,

    /// A chat the host of each modem plays in rounds; {name} and {index} stand for
    /// the modem's.
    #[arg(long, value_name = "FILE")]
    pub(super) script: Option<PathBuf>,

    /// How many rounds; else until the program ends.
    #[arg(long, value_name = "NUMBER")]
    pub(super) repeat: Option<u64>,

    /// A round begins so long after the last; the modems are spread over it.
    #[arg(long, value_name = "SECONDS")]
    pub(super) every: Option<f64>,

    /// How many modems are started in a second; as many may connect.
    #[arg(long, value_name = "NUMBER")]
    pub(super) rate: Option<NonZeroU32>,

    #[command(flatten)]
    pub(super) module: DialectArguments,

    /// Connect through this HTTP proxy: http://[USER:PASSWORD@]HOST:PORT.
    #[arg(long, value_name = "URL")]
    pub(super) proxy: Option<Secret>,

    #[command(flatten)]
    pub(super) control: ControlFlags,

    #[cfg(feature = "inspector")]
    #[command(flatten)]
    pub(super) inspect: InspectFlags,

    /// Serve metrics for Prometheus: PORT on loopback, or HOST:PORT.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) metrics: Option<String>,

    /// Keep settings and certificates in this directory, made where it is missing.
    #[arg(long, value_name = "DIR")]
    pub(super) state_dir: Option<PathBuf>,

    #[command(flatten)]
    pub(super) trace: TraceArguments,

    /// Log what happens, twice for details.
    #[arg(short, long, action = ArgAction::Count)]
    pub(super) verbose: u8,
}
