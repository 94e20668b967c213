//! A store that has little room, and one that cannot be read when the modem starts.

use super::chance::Chance;
use super::plan::Plan;
use super::world::{Judged, Phase, World};
use mqmodem_core::{Instant, Modem, Slot};
use std::time::Duration;

/// What a seed plays of this; drawn apart, so that what it plays else is the same.
#[derive(Debug)]
pub(crate) struct Scarce {
    chance: Chance,
    /// Bytes there are for messages to the broker; 0 is as many as are wanted.
    pub(crate) room: usize,
    /// Whether what is kept cannot always be read when the modem starts.
    unreadable: bool,
    /// The modem runs without what it kept, until then.
    pub(crate) read_again_at: Option<Instant>,
}

impl Scarce {
    pub(crate) fn draw(plan: &Plan) -> Self {
        let mut chance = Chance::new(plan.seed ^ 0x5ca2);
        let room = if plan.keeps && chance.one_in(5) {
            chance.pick(&[700, 2000, 6000])
        } else {
            0
        };
        let unreadable = plan.faults.power > 0 && chance.one_in(2);
        Self {
            chance,
            room,
            unreadable,
            read_again_at: None,
        }
    }

    /// Whether the modem runs without what it kept.
    pub(crate) fn is_unread(&self) -> bool {
        self.read_again_at.is_some()
    }
}

impl World {
    /// Whether what is kept cannot be read as the modem starts now.
    pub(crate) fn starts_unread(&mut self) -> bool {
        self.phase == Phase::Storm && self.scarce.unreadable && self.scarce.chance.one_in(2)
    }

    /// The modem starts without what it kept.
    pub(crate) fn start_unread(&mut self, modem: &mut Modem) {
        self.ledger
            .log(|| "what was kept cannot be read".to_owned());
        modem.await_restore();
        self.host.echoes = true;
        let at = self.now + self.scarce.chance.millis(20_000);
        self.scarce.read_again_at = Some(at);
    }

    /// What was kept can be read, once nothing is under way.
    pub(crate) fn read_again(&mut self, modem: &mut Modem) -> Judged {
        if self.scarce.read_again_at.is_none_or(|at| at > self.now) {
            return Ok(());
        }
        let busy = modem.is_busy() || self.disk.is_asked() || self.host.is_talking();
        if busy {
            self.scarce.read_again_at = Some(self.now + Duration::from_millis(50));
            return Ok(());
        }
        self.ledger.log(|| "what was kept can be read".to_owned());
        self.scarce.read_again_at = None;
        self.host.echoes = false;
        self.restore(modem)?;
        modem.handle_restored(self.now);
        Ok(())
    }

    /// Gives the modem what is durable.
    pub(crate) fn restore(&mut self, modem: &mut Modem) -> Judged {
        for (slot, bytes) in self.disk.records() {
            let restored = modem.restore(slot, bytes);
            if matches!(slot, Slot::Session(..)) {
                self.ledger
                    .log(|| format!("restored {slot:?}, {} bytes", bytes.len()));
            }
            restored.map_err(|error| format!("{slot:?} is not restored: {error:?}"))?;
        }
        Ok(())
    }

    /// The disk does some of what it was asked, or fails.
    pub(crate) fn disk_writes(&mut self, modem: &mut Modem) {
        self.disk_due = false;
        let storm = self.phase == Phase::Storm;
        let fails = storm && self.chance.below(100) < self.plan.faults.disk;
        let done = if fails || self.scarce.is_unread() {
            self.disk.fail()
        } else {
            self.disk.write(&mut self.chance)
        };
        for (slot, ok) in done {
            self.ledger.log(|| format!("disk: {slot:?} {ok}"));
            modem.handle_stored(self.now, slot, ok);
        }
        if self.disk.is_asked() {
            self.call_disk();
        }
    }
}
