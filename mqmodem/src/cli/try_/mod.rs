//! `mqmodem try`

mod prompt;
mod transcript;
mod walkthrough;

use super::failure::ProgramFailure;
use super::local_broker::LocalTlsBroker;
use super::logs::{self, coloured};
#[cfg(feature = "inspector")]
use super::modems::inspect::{self, InspectFlags};
#[cfg(feature = "inspector")]
use super::modems::{
    control,
    watchers::{Watchers, ring_size},
};
use super::output::print;
use super::runtime::runtime;
use crate::Shared;
#[cfg(feature = "inspector")]
use crate::config::{FaultsTable, InspectPlan, TracePlan};
use crate::port::Label;
use crate::port::pty::{Pty, PtyOptions};
use crate::port::watch::Watch;
use clap::{ArgAction, Args};
use mqmodem_core::Config;
use mqmodem_core::mqtt::Version;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use transcript::{print_line, title};
use walkthrough::{PtyHost, over_tcp, over_tls, play};

/// What is said before the prompt.
const TURN: &str = "Your turn: type AT commands, Ctrl-D ends";
const OFFER: &str =
    "Your turn: type AT commands, Ctrl-D ends; mqmodem try --inspect shows them in a browser, too";

/// See a whole session work: a broker, a modem, TCP and TLS, then a prompt.
///
/// Everything is started for the moment and on this machine only; nothing is
/// left behind.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem try
  mqmodem try --mqtt5
  mqmodem try --inspect            then: open the address it prints
  mqmodem try --no-prompt > transcript.txt")]
pub(super) struct TryArguments {
    /// End after the session, also on a terminal.
    #[arg(long)]
    no_prompt: bool,

    /// Speak MQTT 5.0: with a user property, and a refusal that says why.
    #[arg(long)]
    mqtt5: bool,

    #[cfg(feature = "inspector")]
    #[command(flatten)]
    inspect: InspectFlags,

    /// Log what happens, twice for details.
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
}

pub(super) fn run(arguments: &TryArguments) -> Result<ExitCode, ProgramFailure> {
    logs::start(arguments.verbose);
    let runtime = runtime(false)?;
    let done = runtime.block_on(session(arguments));
    runtime.shutdown_background();
    done.map(|()| ExitCode::SUCCESS)
}

async fn session(arguments: &TryArguments) -> Result<(), ProgramFailure> {
    let broker = LocalTlsBroker::start().await.map_err(|why| {
        ProgramFailure::new(format!("the broker for the session does not start: {why}"))
    })?;
    let watch =
        Watch::start().map_err(|error| ProgramFailure::system("cannot use inotify", &error))?;
    let pty = Pty::open(&PtyOptions::default(), &watch)
        .map_err(|error| ProgramFailure::system("cannot make a pseudo-terminal", &error))?;
    let path = pty.published().to_owned();
    let (shared, inspected) = watched(arguments).await?;
    let label = Label::new(&path.display().to_string());
    let modem = tokio::spawn(shared.driver(Box::new(pty), label, Config::default()));
    let prompt =
        !arguments.no_prompt && std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let version = if arguments.mqtt5 {
        Version::V5
    } else {
        Version::V311
    };
    let turn = prompt.then_some(if inspected { TURN } else { OFFER });
    let host = tokio::task::spawn_blocking(move || at_the_host(&broker, &path, version, turn));
    let done = host
        .await
        .unwrap_or_else(|error| Err(ProgramFailure::new(error.to_string())));
    shared.stop();
    modem.await.map_err(|error| {
        ProgramFailure::new(format!("the modem failed, please report it: {error}"))
    })?;
    done
}

/// What modems share, and whether a page shows them.
#[cfg(feature = "inspector")]
async fn watched(arguments: &TryArguments) -> Result<(Shared, bool), ProgramFailure> {
    let plan = arguments.inspect.plan(InspectPlan::default())?;
    let watch = Watchers::begin(&TracePlan::default(), ring_size(&plan, false))?;
    let inspected = plan.at.is_some();
    let seen = (inspected, watch.live.as_ref());
    let (desk, _) = control::open(None, seen, &FaultsTable::default())?;
    inspect::open(&plan, watch.live.as_ref(), desk.as_ref(), false).await?;
    let shared = watch.watch(Shared::default()).with_faults(desk);
    Ok((shared, inspected))
}

#[cfg(not(feature = "inspector"))]
#[expect(
    clippy::unused_async,
    reason = "there is nothing to wait for without it"
)]
async fn watched(_arguments: &TryArguments) -> Result<(Shared, bool), ProgramFailure> {
    Ok((Shared::default(), true))
}

/// What the user of a terminal program would do.
fn at_the_host(
    broker: &LocalTlsBroker,
    path: &Path,
    version: Version,
    turn: Option<&str>,
) -> Result<(), ProgramFailure> {
    let mut host = PtyHost::open(path)?;
    let colour = coloured(&std::io::stdout());
    let mut tell = |direction, line: &str| print_line(colour, direction, line);
    title(colour, "A session over TCP")?;
    play(&mut host, &over_tcp(broker, version), &mut tell)?;
    title(colour, "The same over TLS")?;
    play(&mut host, &over_tls(broker, version), &mut tell)?;
    if let Some(turn) = turn {
        title(colour, turn)?;
        return prompt::run(host, colour);
    }
    print("\nAll as it should be. Next: mqmodem serve --pty=/tmp/modem, then picocom /tmp/modem\n")
}
