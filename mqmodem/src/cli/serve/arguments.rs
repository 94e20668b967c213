//! The flags of `mqmodem serve`.

use crate::cli::dialect::DialectArguments;
use crate::cli::modems::control::ControlFlags;
#[cfg(feature = "inspector")]
use crate::cli::modems::inspect::InspectFlags;
use crate::cli::modems::trace::TraceArguments;
use crate::config::{Secret, mode};
use clap::{ArgAction, Args};
use std::ffi::OsString;
use std::path::PathBuf;

/// Where a pseudo-terminal is that has no link. No argument of a process has a zero.
pub(super) const NOWHERE: &str = "\0";

/// Run modems, one at each port.
///
/// Without a port, those of a configuration file: the one named, else
/// ./mqmodem.toml, else /etc/mqmodem/mqmodem.toml. What is said here counts more
/// than the file. SIGHUP reads it again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem serve --pty=/tmp/modem              then: picocom /tmp/modem
  mqmodem serve --tcp 7000 --trace trace.log  then: nc 127.0.0.1 7000
  mqmodem serve --serial /dev/ttyUSB0,9600
  mqmodem serve --pty=/tmp/modem --inspect    then: open the address it prints
  mqmodem serve --config mqmodem.toml
  printf 'ATI\\r' | mqmodem serve --stdio")]
pub(in crate::cli) struct ServeArguments {
    /// Modems and what they share; ports given beside it are served instead.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// A modem on a new pseudo-terminal, with a link to it where one is given.
    #[arg(long, value_name = "LINK", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = NOWHERE, action = ArgAction::Append)]
    pub(super) pty: Vec<OsString>,

    /// Permissions of the pseudo-terminals, as for chmod.
    #[arg(long, value_name = "OCTAL", value_parser = mode, requires = "pty")]
    pub(super) mode: Option<u32>,

    /// Group of the pseudo-terminals, a name or number.
    #[arg(long, value_name = "GROUP", requires = "pty")]
    pub(super) group: Option<String>,

    /// A modem on TCP, one host at a time: PORT on loopback, or HOST:PORT.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) tcp: Vec<String>,

    /// A modem on TCP with speed and control lines (RFC 2217), addressed alike.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) rfc2217: Vec<String>,

    /// A modem on a Unix socket.
    #[arg(long, value_name = "PATH")]
    pub(super) unix: Vec<PathBuf>,

    /// A modem on a serial device, at 115200 8N1 unless told otherwise; rtscts or
    /// xonxoff for flow control.
    #[arg(long, value_name = "DEVICE[,BAUD][,8N1][,rtscts]")]
    pub(super) serial: Vec<OsString>,

    /// A modem on standard input and output; it ends with the input.
    #[arg(long)]
    pub(super) stdio: bool,

    /// What the modem is called in the state directory; otherwise as its port.
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,

    /// Keep settings and certificates in this directory, made where it is missing.
    #[arg(long, value_name = "DIR")]
    pub(super) state_dir: Option<PathBuf>,

    #[command(flatten)]
    pub(super) trace: TraceArguments,

    #[command(flatten)]
    pub(super) control: ControlFlags,

    #[cfg(feature = "inspector")]
    #[command(flatten)]
    pub(super) inspect: InspectFlags,

    /// Serve metrics for Prometheus: PORT on loopback, or HOST:PORT.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) metrics: Option<String>,

    /// Take AT lines and brokers as the standards say, without the usual leniences.
    #[arg(long)]
    pub(super) strict: bool,

    #[command(flatten)]
    pub(super) module: DialectArguments,

    /// Show *** where a command would show a password.
    #[arg(long)]
    pub(super) mask_secrets: bool,

    /// Connect through this HTTP proxy: http://[USER:PASSWORD@]HOST:PORT.
    #[arg(long, value_name = "URL")]
    pub(super) proxy: Option<Secret>,

    /// Seed of what looks random, such as the IMEI; the next modem's is one more.
    #[arg(long, value_name = "NUMBER")]
    pub(super) seed: Option<u64>,

    /// Log what happens, twice for details.
    #[arg(short, long, action = ArgAction::Count)]
    pub(super) verbose: u8,
}
