//! How modems are reached beside their ports, and what goes wrong with them.

use crate::cli::failure::ProgramFailure;
use crate::config::{FaultsTable, fault_line};
use crate::control::ControlSocket;
use crate::driver::FaultDesk;
use crate::observe::LiveEvents;
use clap::{ArgAction, Args};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The flags for it.
#[derive(Debug, Args)]
pub(in crate::cli) struct ControlFlags {
    /// Take lines of mqmodem fault and mqmodem control at this Unix socket.
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) control: Option<PathBuf>,

    /// Make this go wrong with each modem from the start; mqmodem fault --help has the words.
    #[arg(long, value_name = "WORDS", action = ArgAction::Append)]
    fault: Vec<String>,

    /// Seed of what looks random in faults; each modem adds its own seed to it.
    #[arg(long, value_name = "NUMBER")]
    fault_seed: Option<u64>,
}

impl ControlFlags {
    /// The faults of these, else those of a file.
    pub(in crate::cli) fn faults(&self, file: FaultsTable) -> Result<FaultsTable, ProgramFailure> {
        let words = self.fault.iter().map(|words| fault_line(words));
        let words = words.collect::<Result<_, _>>();
        let said = FaultsTable {
            seed: self.fault_seed,
            words: words
                .map_err(|why| ProgramFailure::new(format!("--fault: {why}")).of_usage())?,
        };
        Ok(said.or(file))
    }
}

/// What modems are reached by: by a socket, by who inspects them, or where something goes
/// wrong with them.
pub(in crate::cli) fn open(
    path: Option<&Path>,
    (inspected, live): (bool, Option<&Arc<LiveEvents>>),
    faults: &FaultsTable,
) -> Result<(Option<Arc<FaultDesk>>, Option<ControlSocket>), ProgramFailure> {
    if path.is_none() && !inspected && faults.words.is_empty() {
        return Ok((None, None));
    }
    let seed = faults.seed.unwrap_or_default();
    let desk = Arc::new(FaultDesk::new(seed, faults.words.clone()));
    for line in &faults.words {
        tracing::warn!("each modem has a fault, seed {seed}: {line}");
    }
    let bind = |path: &Path| {
        let socket = ControlSocket::bind(path, desk.clone(), live.cloned());
        socket.map_err(|error| taken(path, &error))
    };
    let socket = path.map(bind).transpose()?;
    Ok((Some(desk), socket))
}

/// Why nothing listens there.
fn taken(path: &Path, error: &io::Error) -> ProgramFailure {
    let what = format!("cannot listen on {}", path.display());
    if error.kind() == io::ErrorKind::AddrInUse {
        let hint = "stop what uses it, or choose another path for --control";
        return ProgramFailure::new(format!("{what}: the path is in use; {hint}"));
    }
    ProgramFailure::system(what, error)
}

/// Does this, and answers at the socket meanwhile.
pub(in crate::cli) async fn beside<T>(
    socket: Option<ControlSocket>,
    work: impl Future<Output = T>,
) -> T {
    let Some(socket) = socket else {
        return work.await;
    };
    tokio::select! {
        done = work => done,
        never = socket.serve() => match never {},
    }
}
