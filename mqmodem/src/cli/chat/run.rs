//! `mqmodem chat run`

use super::attached::Attached;
use super::file::read;
use super::port::{Patience, attach};
use super::start::{bring, hung_up};
use crate::cli::failure::ProgramFailure;
use crate::cli::output::print;
use crate::cli::runtime::runtime;
use crate::runtime::clock::SystemClock;
use clap::Args;
use mqmodem_chat::live::{LiveRules, Names, Next, preamble};
use mqmodem_chat::{HostSide, Live, Report};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Play chats: with the modem at a port, or in virtual time with one of ours.
///
/// Each thing the host says must be answered exactly as written, else the first
/// difference is shown. On a port only the host's side is played: what modem
/// and broker say to each other is left out, and a chat in which the broker does
/// more than answer is refused. First the modem is brought to where chats begin, by
/// ATE1V1Q0+CMEE=0. `mqmodem chat --format` tells how a chat is written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem chat run first.chat --port /dev/ttyUSB0,9600
  mqmodem chat run chats/ --port 127.0.0.1:7000
  mqmodem chat run chats/                          our modem, in virtual time")]
pub(super) struct ChatRunArguments {
    /// Chats, or folders of them.
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// A serial device or pseudo-terminal, a Unix socket, or a TCP port on
    /// loopback or HOST:PORT.
    #[arg(long, value_name = "DEVICE[,BAUD]|ADDRESS")]
    port: Option<OsString>,

    #[command(flatten)]
    patience: Patience,
}

pub(super) fn run(arguments: &ChatRunArguments) -> Result<ExitCode, ProgramFailure> {
    let mut files = Vec::new();
    for file in &arguments.files {
        mqmodem_chat::find(file, &mut files).map_err(|error| {
            ProgramFailure::system(format_args!("cannot read {}", file.display()), &error)
        })?;
    }
    let report = match &arguments.port {
        None => in_virtual_time(&files)?,
        Some(port) => {
            let runtime = runtime(true)?;
            let report = runtime.block_on(on_port(&files, port, arguments.patience));
            runtime.shutdown_background();
            report?
        }
    };
    print(&format!("{report}\n"))?;
    Ok(if report.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn in_virtual_time(files: &[PathBuf]) -> Result<Report, ProgramFailure> {
    let mut report = Report::default();
    for file in files {
        let played = read(file)?
            .and_then(|script| mqmodem_chat::run(&script).map_err(|wrong| wrong.to_string()));
        report
            .chats
            .push((file.display().to_string(), played.err()));
    }
    Ok(report)
}

async fn on_port(
    files: &[PathBuf],
    port: &OsStr,
    patience: Patience,
) -> Result<Report, ProgramFailure> {
    let mut attached = attach(port).await?;
    let rules = LiveRules {
        within: patience.within,
        quiet: patience.quiet,
        exact: true,
    };
    let mut report = Report::default();
    for file in files {
        let name = file.display().to_string();
        let side =
            read(file)?.and_then(|script| HostSide::of(script).map_err(|error| error.to_string()));
        let wrong = match side {
            Ok(side) => {
                report_skipped(&name, &side.skipped)?;
                play_side(&mut attached, side, rules, patience).await
            }
            Err(why) => Some(why),
        };
        report.chats.push((name, wrong));
    }
    Ok(report)
}

/// What was wrong, if anything was.
async fn play_side(
    port: &mut Attached,
    side: HostSide,
    rules: LiveRules,
    patience: Patience,
) -> Option<String> {
    let name = side.script.file.clone();
    let setup = &side.script.setup;
    let preamble = preamble(setup.dialect, setup.echo);
    let mut chat = Live::new(Arc::new(side.script), rules);
    let mut played = bring(port, &preamble, patience).await;
    if played.is_ok() {
        played = play(port, &mut chat).await;
    }
    let wrong = chat.wrong().map(ToString::to_string);
    wrong.or(played
        .err()
        .map(|why| format!("{name}:{}: {why}", chat.line())))
}

fn report_skipped(name: &str, lines: &[usize]) -> Result<(), ProgramFailure> {
    if lines.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
    print(&format!(
        "chat {name}: not seen on a port and left out: lines {}\n",
        lines.join(", ")
    ))
}

/// Plays the chat to its end or its first difference.
async fn play(port: &mut Attached, live: &mut Live) -> std::io::Result<()> {
    let clock = SystemClock::new();
    let mut buf = [0; 4096];
    loop {
        match live.next(clock.now(), &Names::default()) {
            Next::Write(bytes) => {
                let said = port.write(bytes).await?;
                live.written(clock.now(), said);
            }
            Next::Dtr(on) => port.set_dtr(on)?,
            Next::Rts(on) => port.set_rts(on)?,
            Next::Listen(until) => {
                let until = clock.runtime(until);
                if let Ok(read) = tokio::time::timeout_at(until, port.read(&mut buf)).await {
                    let Some(heard @ [_, ..]) = buf.get(..read?) else {
                        return Err(hung_up());
                    };
                    live.receive(clock.now(), heard);
                }
            }
            Next::End => return Ok(()),
        }
    }
}
