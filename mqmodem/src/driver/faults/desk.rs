//! Where the modems of a program can be reached, to make things go wrong with them.

use crate::port::Label;
use mqmodem_faults::FaultLine;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// Requests that wait for a modem at once; who makes one more waits.
const WAITING: usize = 16;

/// What is answered to a request, or why not.
pub(crate) type ControlAnswer = Result<String, String>;

/// What a modem is asked for from outside of its port.
#[derive(Debug)]
pub(crate) struct ControlRequest {
    pub(crate) what: ControlWish,
    pub(crate) answer: oneshot::Sender<ControlAnswer>,
}

/// What is wished for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ControlWish {
    /// Something is to go wrong, or to end.
    Fault(FaultLine),
    /// An answer once this fault has acted.
    Wait(u32),
    /// A line of a host, and what the modem answers.
    Send(String),
    /// How the modem is.
    State,
    /// A note for whoever observes it.
    Note(String),
}

/// The faults all modems begin with, and the way to each of them.
#[derive(Debug, Default)]
pub(crate) struct FaultDesk {
    pub(super) seed: u64,
    pub(super) lines: Vec<FaultLine>,
    modems: Mutex<BTreeMap<String, mpsc::Sender<ControlRequest>>>,
}

impl FaultDesk {
    /// One where all modems begin with these faults.
    pub(crate) fn new(seed: u64, lines: Vec<FaultLine>) -> Self {
        Self {
            seed,
            lines,
            modems: Mutex::default(),
        }
    }

    fn modems(&self) -> MutexGuard<'_, BTreeMap<String, mpsc::Sender<ControlRequest>>> {
        self.modems.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A modem begins; what it is asked for.
    pub(super) fn join(&self, label: &Label) -> mpsc::Receiver<ControlRequest> {
        let (sender, receiver) = mpsc::channel(WAITING);
        self.modems().insert(label.as_str().to_owned(), sender);
        receiver
    }

    /// The names of the modems that run.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut modems = self.modems();
        modems.retain(|_, way| !way.is_closed());
        modems.keys().cloned().collect()
    }

    /// The way to a modem.
    pub(crate) fn sender_to(&self, name: &str) -> Option<mpsc::Sender<ControlRequest>> {
        self.modems()
            .get(name)
            .filter(|way| !way.is_closed())
            .cloned()
    }
}
