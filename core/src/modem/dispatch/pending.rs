//! Results that are due: see [`Pending`](crate::modem::progress::pending).

use super::Machine;
use crate::at::reply::Final;
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::link::Link;
use crate::modem::progress::run::Run;
use crate::modem::wait::Wait;

impl Machine<'_> {
    /// Whether the present line may be carried out now.
    #[inline]
    pub(crate) fn may_run(&self) -> bool {
        self.has_answer_room() && !self.pending.blocks() && self.tasks.has_room()
    }

    /// Ends the present line if it waits for the network only, and lines behind it
    /// may be looked at before it is answered; whether it did.
    #[inline]
    pub(crate) fn defer(&mut self, wait: Wait) -> bool {
        let Wait::Written(link, upto) = wait else {
            return false;
        };
        if self.profile.echo || !self.pending.has_room() {
            return false;
        }
        if !self.pending.any() {
            self.pending.begin(link, self.answer_deadline(link));
        }
        self.pending.add(upto);
        self.run = Run::Pending;
        true
    }

    /// The line failed before it was looked at; that is written after what is due.
    pub(super) fn fail_after_pending(&mut self, fail: Fail) {
        self.pending.block(Some(fail));
        self.run = Run::Pending;
    }

    /// Writes what is due if the network took it.
    pub(super) fn check_pending(&mut self) {
        let links = &self.links;
        if self.pending.is_over(|id| links.get(id).map(Link::written)) {
            self.write_pending(Final::Ok);
        }
    }

    /// What is due of a link has failed.
    pub(super) fn fail_pending_of(&mut self, link: LinkId, fail: Fail) {
        if self.pending.is_of(link) {
            self.fail_pending(fail);
        }
    }

    /// What is due has failed.
    pub(super) fn fail_pending(&mut self, fail: Fail) {
        if self.pending.any() {
            let wording = &self.behaviour.wording;
            self.write_pending(wording.failure(self.profile.cmee, fail));
        }
    }

    fn write_pending(&mut self, result: Final) {
        let (count, failed) = self.pending.take();
        (0..count).for_each(|_| self.write_final(result));
        if matches!(self.run, Run::Pending) {
            self.run = Run::Idle;
        }
        if let Some(fail) = failed {
            self.fail_line(fail);
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use crate::{Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent};
    use std::string::String;
    use std::vec::Vec;

    const NOW: Instant = Instant::ZERO;
    const CONN: ConnId = ConnId {
        link: LinkId(0),
        number: 1,
    };
    const PUB: &str = "AT+MQTTPUB=\"t\",0,0,\"m\"\r";
    const PACKET: &[u8] = b"0\x04\0\x01tm";

    /// A modem without echo that is connected.
    fn connected() -> Modem<'static> {
        let mut modem = Modem::new(Config::default(), Memory::heap(), NOW);
        write(&mut modem, "ATE0\r");
        write(&mut modem, "AT+MQTTCONFIG=b,1883,me,1,60\r");
        while let Some(action) = modem.poll_action() {
            if let Some(slot) = action.owes() {
                modem.handle_stored(NOW, slot, true);
            }
        }
        write(&mut modem, "AT+MQTTCONNECT\r");
        while modem.poll_action().is_some() {}
        modem.handle_net(NOW, CONN, NetEvent::Opened);
        send(&mut modem);
        modem.handle_net_data(NOW, CONN, &[0x20, 2, 0, 0]);
        heard(&mut modem);
        modem
    }

    fn write(modem: &mut Modem<'_>, text: &str) -> usize {
        modem.handle_host(NOW, text.as_bytes())
    }

    /// Everything for the network, which takes it.
    fn send(modem: &mut Modem<'_>) -> Vec<u8> {
        let out = modem.net_out(CONN).to_vec();
        modem.net_sent(NOW, CONN, out.len());
        out
    }

    fn heard(modem: &mut Modem<'_>) -> String {
        let out = String::from_utf8(modem.host_out().to_vec()).unwrap();
        modem.host_sent(NOW, out.len());
        out.replace("\r\n", " ").trim().replace("  ", " ")
    }

    #[test]
    fn publishes_received_together_are_sent_together() {
        let mut modem = connected();
        let lines = PUB.repeat(40);
        let taken = write(&mut modem, &lines);
        assert_eq!(taken, 32 * PUB.len());
        assert_eq!(heard(&mut modem), "");
        assert_eq!(send(&mut modem), PACKET.repeat(32));
        assert_eq!(heard(&mut modem), ["OK"; 32].join(" "));
        assert_eq!(write(&mut modem, &lines[taken..]), 8 * PUB.len());
        send(&mut modem);
        assert_eq!(heard(&mut modem), ["OK"; 8].join(" "));
    }

    #[test]
    fn pending_publishes_are_answered_once_all_their_bytes_are_sent() {
        let mut modem = connected();
        write(&mut modem, &PUB.repeat(2));
        modem.net_sent(NOW, CONN, 2 * PACKET.len() - 1);
        assert_eq!(heard(&mut modem), "");
        modem.net_sent(NOW, CONN, 1);
        assert_eq!(heard(&mut modem), "OK OK");
    }

    #[test]
    fn any_other_line_is_answered_after_pending_publishes() {
        for (line, answer) in [
            ("AT\r", "OK"),
            ("AT+NONSENSE\r", "ERROR"),
            ("AT+CMEE?\r", "+CMEE: 0 OK"),
            (
                "AT+MQTTPUB=?\r",
                "+MQTTPUB:<topic>,(0-2),(0-1);<message> OK",
            ),
            ("AT+MQTTPUB=\"t\",3,0,\"m\"\r", "ERROR"),
            ("AT+MQTTPUB=\"+\",0,0,\"m\"\r", "ERROR"),
        ] {
            let mut modem = connected();
            write(&mut modem, &[PUB, PUB, line].concat());
            assert_eq!(heard(&mut modem), "", "{line}");
            assert_eq!(send(&mut modem), PACKET.repeat(2), "{line}");
            let heard = heard(&mut modem);
            assert_eq!(heard, ["OK OK", answer].join(" "), "{line}");
        }
    }

    #[test]
    fn a_qos1_publish_waits_for_pending_ones_and_is_sent_once() {
        let mut modem = connected();
        write(&mut modem, &[PUB, "AT+MQTTPUB=\"t\",1,0,\"m\"\r"].concat());
        assert_eq!(send(&mut modem), PACKET);
        assert_eq!(heard(&mut modem), "OK");
        let out = send(&mut modem);
        let &[0x32, 6, 0, 1, b't', high, low, b'm'] = &out[..] else {
            panic!("{out:?}");
        };
        modem.handle_net_data(NOW, CONN, &[0x40, 2, high, low]);
        assert_eq!(heard(&mut modem), "OK");
    }

    #[test]
    fn pending_qos0_publishes_fail_when_the_link_is_lost() {
        let mut modem = connected();
        write(&mut modem, &[PUB, PUB, "AT+MQTTSTATE\r"].concat());
        modem.handle_net(NOW, CONN, NetEvent::Closed);
        let said = "ERROR ERROR +MQTTSTATE:0 OK +MQTTDISCONNECTED:24";
        assert_eq!(heard(&mut modem), said);
    }

    #[test]
    fn pending_qos0_publishes_fail_when_the_network_takes_nothing() {
        let mut modem = connected();
        write(&mut modem, &[PUB, PUB, "AT\r"].concat());
        let late = modem.poll_timeout().expect("a deadline");
        modem.handle_timeout(late);
        assert_eq!(heard(&mut modem), "ERROR ERROR OK");
    }

    #[test]
    fn with_echo_each_publish_is_answered_before_the_next_is_read() {
        let mut modem = connected();
        write(&mut modem, "ATE1\r");
        heard(&mut modem);
        assert_eq!(write(&mut modem, &PUB.repeat(2)), PUB.len());
    }
}
