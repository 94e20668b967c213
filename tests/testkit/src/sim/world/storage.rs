//! What is stored: written late, and perhaps not to be read when the modem starts.

use super::{Judged, Phase, World};
use crate::sim::agenda::Event;
use mqmodem_core::{Modem, Slot};
use std::time::Duration;

impl World {
    /// Whether the modem starts without what it stored.
    pub(super) fn starts_unread(&mut self) -> bool {
        self.phase == Phase::Storm && self.unreadable.starts_unread()
    }

    /// The modem starts without what it stored.
    pub(super) fn start_unread(&mut self, modem: &mut Modem) {
        self.story
            .log(|| "what is stored cannot be read".to_owned());
        modem.await_restore();
        self.port.echoes = true;
        self.unreadable.begin_unread(self.now);
    }

    /// What is stored can be read, once nothing is under way.
    pub(super) fn read_again(&mut self, modem: &mut Modem) -> Judged {
        if self.unreadable.read_again_at.is_none_or(|at| at > self.now) {
            return Ok(());
        }
        if modem.is_busy() || self.disk.is_busy() || self.port.is_busy() {
            self.unreadable.read_again_at = Some(self.now + Duration::from_millis(50));
            return Ok(());
        }
        self.story.log(|| "what is stored can be read".to_owned());
        self.unreadable.read_again_at = None;
        self.port.echoes = false;
        self.restore(modem)?;
        modem.handle_restored(self.now);
        Ok(())
    }

    /// Gives the modem what is durable.
    pub(super) fn restore(&mut self, modem: &mut Modem) -> Judged {
        for (slot, bytes) in self.disk.records() {
            let restored = modem.restore(slot, bytes);
            if matches!(slot, Slot::Session(..)) {
                self.story
                    .log(|| format!("restored {slot:?}, {} bytes", bytes.len()));
            }
            restored.map_err(|error| format!("{slot:?} is not restored: {error:?}"))?;
        }
        Ok(())
    }

    /// The disk gets round to it some time.
    pub(super) fn call_disk(&mut self) {
        if !self.disk_due {
            self.disk_due = true;
            let most = if self.random.one_in(20) { 3000 } else { 40 };
            let at = self.now + self.random.millis(most);
            self.agenda.add(at, self.random.below(9), Event::Disk);
        }
    }

    /// The disk does some of what it was asked, or fails.
    pub(super) fn disk_writes(&mut self, modem: &mut Modem) {
        self.disk_due = false;
        let storm = self.phase == Phase::Storm;
        let fails = storm && self.random.below(100) < self.plan.faults.disk;
        let done = if fails || self.unreadable.is_unread() {
            self.disk.fail()
        } else {
            self.disk.write(&mut self.random)
        };
        for (slot, ok) in done {
            self.story.log(|| format!("disk: {slot:?} {ok}"));
            modem.handle_stored(self.now, slot, ok);
        }
        if self.disk.is_busy() {
            self.call_disk();
        }
    }
}
