//! Lines that somebody beside the host sends to a modem.

use super::task::Driver;
use mqmodem_core::Instant;

impl Driver {
    /// Types a line beside the host, where that is idle; whether it did.
    pub(super) fn type_beside(&mut self, now: Instant) -> bool {
        let idle = !self.modem.is_busy()
            && self.modem.host_ready()
            && !self.modem.line_is_open()
            && self.modem.host_out().is_empty()
            && self.host.all_is_taken();
        let Some(faults) = &mut self.faults else {
            return false;
        };
        if !idle {
            faults.sending.note_work(now);
        }
        if !idle || faults.dark.is_some() || faults.sending.has_pending() {
            return false;
        }
        let Some(line) = faults.next_line(now) else {
            return false;
        };
        self.observers.beside(now, true);
        self.modem.begin_beside();
        self.host
            .receive(&mut self.modem, &mut self.observers, now, &line);
        true
    }

    /// Gives what the modem answers to who asked, and keeps what is for the host; whether
    /// there was anything.
    pub(super) fn answer_beside(&mut self, now: Instant) -> bool {
        let Some(faults) = &mut self.faults else {
            return false;
        };
        self.observers.answers(&mut self.modem, now);
        let (out, apart) = (self.modem.host_out(), self.observers.apart());
        let count = out.len();
        faults.sending.receive(out, &apart);
        self.observers.sent(&self.modem, now, count);
        self.modem.host_sent(now, count);
        let ends = !self.modem.is_busy() && self.host.all_is_taken();
        if ends {
            let asked = self.modem.end_beside();
            self.observers.beside(now, false);
            faults.sending.end_answer(asked);
        }
        ends || count > 0
    }
}
