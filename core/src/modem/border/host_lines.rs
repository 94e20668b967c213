//! A host that comes and goes, and gives up what it has begun to type; a network that does.

use crate::modem::Modem;
use crate::modem::code;
use crate::modem::port::HostLines;
use crate::modem::radio::Functionality;
use crate::time::Instant;

impl Modem<'_> {
    /// The host moved its control lines: without DTR, what was half typed is forgotten, the
    /// next line is about the first link again, and with `&D2` the links are closed; with it
    /// once more, the host is told that messages wait, and a modem that was switched off starts.
    pub fn handle_host_lines(&mut self, now: Instant, lines: HostLines) {
        self.at(now);
        if self.machine.port.set_host(lines.dtr) {
            self.machine.notify.indicate();
            self.machine.power_on();
        }
        if !lines.dtr {
            self.forget_line();
            self.machine.forget_read();
            self.machine.select_first_for_next();
            if self.machine.profile.dtr == 2 {
                self.machine.disconnect_all(Some(code::BY_COMMAND));
            }
        }
        self.advance();
    }

    /// The host sent a break: a line it has half typed is forgotten, and so is
    /// data it was asked for. What runs goes on; a modem that was switched off starts.
    pub fn handle_host_break(&mut self, now: Instant) {
        self.at(now);
        self.forget_line();
        self.machine.power_on();
        self.advance();
    }

    /// The radio has found the network, or lost it: as it is at the start, it has found it.
    /// Without, links end with code 30, and none is opened.
    pub fn handle_network(&mut self, now: Instant, found: bool) {
        self.at(now);
        if self.machine.radio.cover(found) {
            let on = self.machine.radio.is_on();
            self.machine.report_registration(on);
            self.machine.radio_switched(on);
        }
        self.advance();
    }

    pub(crate) fn forget_line(&mut self) {
        self.console.forget(&mut self.machine);
        self.machine.properties.clear();
        self.update_line_open();
    }

    /// What was stored cannot be read yet. Until [`handle_restored`](Self::handle_restored)
    /// commands that want it fail (CME 23) and nothing is connected, so that nothing is
    /// done that what was stored would contradict. Answer each change as failed meanwhile.
    pub fn await_restore(&mut self) {
        self.machine.storage.await_restore();
    }

    /// What was stored is given back, by [`restore`](Self::restore), while no change was
    /// under way: the modem restarts with it, as after `+CFUN=1,1`.
    pub fn handle_restored(&mut self, now: Instant) {
        self.at(now);
        if self.machine.storage.end_restore() {
            self.machine.restart(Functionality::Full);
            self.advance();
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use crate::{Config, Instant, Memory, Modem};
    use std::vec::Vec;

    const NOW: Instant = Instant::from_micros(0);

    /// What a modem without echo says to what is typed after a break.
    fn after_a_break(before: &[u8], then: &[u8]) -> Vec<u8> {
        let mut modem = Modem::new(Config::default(), Memory::heap(), NOW);
        modem.handle_host(NOW, b"ATE0\r");
        modem.handle_host(NOW, before);
        modem.host_sent(NOW, modem.host_out().len());
        modem.handle_host_break(NOW);
        modem.handle_host(NOW, then);
        modem.host_out().to_vec()
    }

    #[test]
    fn a_break_forgets_what_is_half_typed_and_nothing_else() {
        let typed = b"AT+CSCS=\"half a value";
        assert_eq!(after_a_break(typed, b"AT\r"), b"\r\nOK\r\n");
        assert_eq!(after_a_break(b"", b"AT\r"), b"\r\nOK\r\n");
        assert_eq!(after_a_break(b"AT+NO", b"NSENSE\r"), b"");
    }

    #[cfg(feature = "luat")]
    #[test]
    fn a_break_starts_a_modem_that_was_switched_off() {
        let config = Config {
            gap: Some(0),
            ..Config::of(&crate::dialect::luat::LUAT)
        };
        let mut modem = Modem::new(config, Memory::heap(), NOW);
        let heard = |modem: &mut Modem<'_>| {
            let heard = modem.host_out().to_vec();
            modem.host_sent(NOW, heard.len());
            heard
        };
        modem.handle_host(NOW, b"AT+CPOWD=0\r");
        heard(&mut modem);
        let off = NOW + core::time::Duration::from_secs(9);
        modem.handle_timeout(off);
        heard(&mut modem);
        modem.handle_host(off, b"AT\r");
        assert_eq!(heard(&mut modem), b"");
        modem.handle_host_break(off);
        let banner = heard(&mut modem);
        assert!(banner.windows(7).any(|part| part == b"\r\nRDY\r\n"));
    }
}
