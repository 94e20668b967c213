//! Who plays a chat, and the output of the modem.

use crate::script::{Input, Script, Step};
use mqmodem_core::LinkId;
use std::collections::BTreeMap;

/// Carries out the steps of a chat with a modem: in virtual time, on a port.
pub trait Player {
    /// Does this one thing, to a link where it is done to one, and waits for everything that
    /// follows from it now.
    fn play(&mut self, link: LinkId, input: &Input) -> Result<(), String>;
    /// The chat is over.
    ///
    /// # Errors
    /// Where it did not do what it says: a fault never acted.
    fn end(&mut self) -> Result<(), String> {
        Ok(())
    }

    /// What the modem said and did since this was asked last.
    #[must_use]
    fn output(&mut self) -> Output;
}

/// What the modem said and did during one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Bytes to the host.
    pub host: Vec<u8>,
    /// Bytes to the broker of each link that sent some.
    pub brokers: BTreeMap<LinkId, Vec<u8>>,
    /// What it asked of the network and the port, as lines of a chat.
    pub asked: Vec<String>,
}

/// A whole chat as it was played.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// The output after each step, as far as it got.
    pub output: Vec<Output>,
    /// Why it got no further.
    pub stopped: Option<String>,
}

/// Does what a step says, and what is made to go wrong behind it.
pub(crate) fn step_in(step: &Step, player: &mut dyn Player) -> Result<(), String> {
    player.play(step.link, &step.input)?;
    step.faults.iter().try_for_each(|(line, fault)| {
        let done = player.play(step.link, &Input::Fault(fault.clone()));
        done.map_err(|why| format!("in line {line}: {why}"))
    })
}

/// Plays all of a chat, whether or not the modem says what is expected.
pub fn play(script: &Script, player: &mut dyn Player) -> Played {
    let mut record = Played::default();
    for step in &script.steps {
        record.stopped = step_in(step, player).err();
        record.output.push(player.output());
        if record.stopped.is_some() {
            return record;
        }
    }
    record.stopped = player.end().err();
    record
}
