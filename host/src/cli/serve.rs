//! `mqmodem serve`

mod ports;

use super::{Failure, logs, say};
use crate::Shared;
use crate::port::{Label, Port};
use crate::trace::Trace;
use clap::{ArgAction, Args};
use mqmodem_core::Config;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;

/// Ports up to this number are served by one thread: no wake-up crosses threads.
const FEW: usize = 8;

/// Run modems, one at each port.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem serve --pty=/tmp/modem              then: picocom /tmp/modem
  mqmodem serve --tcp 7000 --trace trace.log  then: nc 127.0.0.1 7000
  mqmodem serve --serial /dev/ttyUSB0,9600
  printf 'ATI\\r' | mqmodem serve --stdio")]
pub(super) struct Arguments {
    /// A modem on a new pseudo-terminal, with a link to it where one is given.
    #[arg(long, value_name = "LINK", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "", action = ArgAction::Append)]
    pty: Vec<OsString>,

    /// Permissions of the pseudo-terminals, as for chmod.
    #[arg(long, value_name = "OCTAL", value_parser = ports::mode, requires = "pty")]
    mode: Option<u32>,

    /// Group of the pseudo-terminals, a name or number.
    #[arg(long, value_name = "GROUP", requires = "pty")]
    group: Option<String>,

    /// A modem on TCP, one host at a time: PORT on loopback, or HOST:PORT.
    #[arg(long, value_name = "ADDRESS")]
    tcp: Vec<String>,

    /// A modem on TCP with speed and control lines (RFC 2217), addressed alike.
    #[arg(long, value_name = "ADDRESS")]
    rfc2217: Vec<String>,

    /// A modem on a serial device, at 115200 8N1 unless told otherwise; rtscts or
    /// xonxoff for flow control.
    #[arg(long, value_name = "DEVICE[,BAUD][,8N1][,rtscts]")]
    serial: Vec<OsString>,

    /// A modem on standard input and output; it ends with the input.
    #[arg(long)]
    stdio: bool,

    /// Write what hosts, modems and brokers say to this file, without secrets.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,

    /// Take AT lines as the standard says, without the usual leniences.
    #[arg(long)]
    strict: bool,

    /// Show *** where a command would show a password.
    #[arg(long)]
    mask_secrets: bool,

    /// Seed of what looks random, such as the IMEI.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,

    /// Log what happens, twice for details.
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
}

/// A port that is open, and where a host finds it.
struct Opened {
    label: Label,
    port: Box<dyn Port>,
    address: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logs::start(arguments.verbose);
    let count = arguments.pty.len()
        + arguments.tcp.len()
        + arguments.rfc2217.len()
        + arguments.serial.len()
        + usize::from(arguments.stdio);
    if count == 0 {
        return Err(Failure::new(
            "serve needs a port; for example: mqmodem serve --pty=/tmp/modem",
        ));
    }
    let runtime = runtime(count <= FEW)?;
    let code = runtime.block_on(serve(arguments));
    // A read of standard input or a slow name server may still be waiting.
    runtime.shutdown_background();
    code
}

/// The runtime modems run in.
pub(super) fn runtime(single: bool) -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = if single {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let built = builder.enable_all().build();
    built.map_err(|error| Failure::system("cannot start", &error))
}

async fn serve(arguments: &Arguments) -> Result<ExitCode, Failure> {
    // Before a link is published, so that no signal leaves it behind.
    let mut signals = Signals::new()?;
    let trace = arguments.trace.as_deref().map(|path| {
        Trace::create(path).map_err(|error| {
            Failure::system(format_args!("cannot write {}", path.display()), &error)
        })
    });
    let shared = Shared::traced(trace.transpose()?.map(Arc::new));
    let opened = ports::open(arguments).await?;
    announce(&opened, arguments.stdio)?;
    let mut modems = JoinSet::new();
    for (seed, opened) in (arguments.seed..).zip(opened) {
        let config = Config {
            seed,
            strict: arguments.strict,
            mask_secrets: arguments.mask_secrets,
            ..Config::default()
        };
        modems.spawn(shared.driver(opened.port, opened.label, config));
    }
    Ok(run_until_stopped(&shared, &mut modems, &mut signals).await)
}

/// One line a port that has an address. With a modem on standard output they
/// go to the log.
fn announce(opened: &[Opened], stdio: bool) -> Result<(), Failure> {
    for opened in opened {
        match &opened.address {
            Some(address) if !stdio => say(&format!("{address}\n"))?,
            _ => tracing::info!("ready: {}", opened.label),
        }
    }
    Ok(())
}

async fn run_until_stopped(
    shared: &Shared,
    modems: &mut JoinSet<()>,
    signals: &mut Signals,
) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    let mut stopping = false;
    loop {
        tokio::select! {
            ended = modems.join_next() => match ended {
                None => return code,
                Some(Ok(())) => {}
                Some(Err(error)) if error.is_cancelled() => {}
                Some(Err(error)) => {
                    tracing::error!("a modem failed, please report it: {error}");
                    code = ExitCode::FAILURE;
                }
            },
            () = signals.next() => {
                if stopping {
                    tracing::warn!("stopped at once");
                    modems.abort_all();
                    code = ExitCode::from(130);
                } else {
                    tracing::info!("switching off");
                    stopping = true;
                    shared.stop();
                }
            }
        }
    }
}

/// The signals that end the program.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let catch =
            |kind| signal(kind).map_err(|error| Failure::system("cannot catch signals", &error));
        Ok(Self {
            interrupt: catch(SignalKind::interrupt())?,
            terminate: catch(SignalKind::terminate())?,
            hangup: catch(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}
