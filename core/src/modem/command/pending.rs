//! Results that are due: messages of QoS 0 that wait for the network together.
//!
//! A host that sends its lines without waiting for answers would else cost one
//! write to the network for each of them. Without echo nothing is said while such a
//! message waits, so the next line may be looked at: if it is one more message of
//! QoS 0, it waits beside the first, and all are answered when the network took
//! all of them. Any other line is carried out once they are answered.

use super::table::{Fail, Wait};
use crate::at::reply::Final;
use crate::modem::dispatch::{Machine, Run};
use crate::modem::ids::LinkId;
use crate::time::Instant;

/// Results due at once at most.
const MOST: u8 = 32;

/// The results that are due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owed {
    count: u8,
    /// The link they are all about.
    link: LinkId,
    /// They are said once the network took so many bytes.
    upto: u64,
    /// When the first has waited long enough.
    deadline: Instant,
    /// The line that was looked at has to wait for them.
    blocked: bool,
    /// It failed before it was looked at.
    failed: Option<Fail>,
}

impl Owed {
    pub(in crate::modem) const NONE: Self = Self {
        count: 0,
        link: LinkId::FIRST,
        upto: 0,
        deadline: Instant::ZERO,
        blocked: false,
        failed: None,
    };

    /// Whether there are any.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.count > 0
    }

    /// When they are given up.
    pub(in crate::modem) fn deadline(&self) -> Option<Instant> {
        self.any().then_some(self.deadline)
    }

    /// Whether one more line may be looked at meanwhile.
    pub(in crate::modem) fn takes_more(&self) -> bool {
        !self.blocked && self.count < MOST
    }
}

impl Machine<'_> {
    /// Whether the present line may be carried out now.
    #[inline]
    pub(in crate::modem) fn may_run(&self) -> bool {
        self.has_answer_room() && !self.owed.blocked
    }

    /// Ends the present line if it waits for the network only, and lines behind it
    /// may be looked at before it is answered; whether it did.
    #[inline]
    pub(in crate::modem) fn owe(&mut self, wait: Wait) -> bool {
        let Wait::Written(link, upto) = wait else {
            return false;
        };
        if self.profile.echo || self.owed.count == MOST {
            return false;
        }
        if !self.owed.any() {
            self.owed.deadline = self.answer_deadline(link);
            self.owed.link = link;
        }
        self.owed.count += 1;
        self.owed.upto = upto;
        self.run = Run::Owing;
        true
    }

    /// The present line has to wait for what is due.
    pub(in crate::modem) fn owe_first(&mut self) {
        self.owed.blocked = true;
    }

    /// The line failed before it was looked at; that is said after what is due.
    pub(in crate::modem) fn fail_after_owed(&mut self, fail: Fail) {
        self.owed.blocked = true;
        self.owed.failed = Some(fail);
        self.run = Run::Owing;
    }

    /// Says what is due if the network took it.
    pub(in crate::modem) fn check_owed(&mut self) {
        if self.owed.any() {
            let link = self.links.get(self.owed.link);
            if link.is_some_and(|link| link.written() >= self.owed.upto) {
                self.pay(Final::Ok);
            }
        }
    }

    /// What is due of a link has failed.
    pub(in crate::modem) fn fail_owed_of(&mut self, link: LinkId, fail: Fail) {
        if self.owed.link == link {
            self.fail_owed(fail);
        }
    }

    /// What is due has failed.
    pub(in crate::modem) fn fail_owed(&mut self, fail: Fail) {
        if self.owed.any() {
            self.pay(self.profile.wording(fail));
        }
    }

    fn pay(&mut self, result: Final) {
        let owed = core::mem::replace(&mut self.owed, Owed::NONE);
        (0..owed.count).for_each(|_| self.say_final(result));
        if matches!(self.run, Run::Owing) {
            self.run = Run::Idle;
        }
        if let Some(fail) = owed.failed {
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
        say(&mut modem, "ATE0\r");
        say(&mut modem, "AT+MQTTCONFIG=b,1883,me,1,60\r");
        while let Some(action) = modem.poll_action() {
            if let Some(slot) = action.owes() {
                modem.handle_stored(NOW, slot, true);
            }
        }
        say(&mut modem, "AT+MQTTCONNECT\r");
        while modem.poll_action().is_some() {}
        modem.handle_net(NOW, CONN, NetEvent::Opened);
        send(&mut modem);
        modem.handle_net_data(NOW, CONN, &[0x20, 2, 0, 0]);
        heard(&mut modem);
        modem
    }

    fn say(modem: &mut Modem<'_>, text: &str) -> usize {
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
    fn lines_that_came_together_go_out_together() {
        let mut modem = connected();
        let lines = PUB.repeat(40);
        let taken = say(&mut modem, &lines);
        assert_eq!(taken, 32 * PUB.len());
        assert_eq!(heard(&mut modem), "");
        assert_eq!(send(&mut modem), PACKET.repeat(32));
        assert_eq!(heard(&mut modem), ["OK"; 32].join(" "));
        assert_eq!(say(&mut modem, &lines[taken..]), 8 * PUB.len());
        send(&mut modem);
        assert_eq!(heard(&mut modem), ["OK"; 8].join(" "));
    }

    #[test]
    fn half_of_them_sent_is_not_enough() {
        let mut modem = connected();
        say(&mut modem, &PUB.repeat(2));
        modem.net_sent(NOW, CONN, 2 * PACKET.len() - 1);
        assert_eq!(heard(&mut modem), "");
        modem.net_sent(NOW, CONN, 1);
        assert_eq!(heard(&mut modem), "OK OK");
    }

    #[test]
    fn any_other_line_waits_for_its_turn() {
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
            say(&mut modem, &[PUB, PUB, line].concat());
            assert_eq!(heard(&mut modem), "", "{line}");
            assert_eq!(send(&mut modem), PACKET.repeat(2), "{line}");
            let heard = heard(&mut modem);
            assert_eq!(heard, ["OK OK", answer].join(" "), "{line}");
        }
    }

    #[test]
    fn a_message_to_be_acknowledged_waits_too_and_is_sent_once() {
        let mut modem = connected();
        say(&mut modem, &[PUB, "AT+MQTTPUB=\"t\",1,0,\"m\"\r"].concat());
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
    fn each_of_them_fails_with_the_link() {
        let mut modem = connected();
        say(&mut modem, &[PUB, PUB, "AT+MQTTSTATE\r"].concat());
        modem.handle_net(NOW, CONN, NetEvent::Closed);
        let said = "ERROR ERROR +MQTTSTATE:0 OK +MQTTDISCONNECTED:24";
        assert_eq!(heard(&mut modem), said);
    }

    #[test]
    fn each_of_them_fails_where_the_network_takes_nothing() {
        let mut modem = connected();
        say(&mut modem, &[PUB, PUB, "AT\r"].concat());
        let late = modem.poll_timeout().expect("a deadline");
        modem.handle_timeout(late);
        assert_eq!(heard(&mut modem), "ERROR ERROR OK");
    }

    #[test]
    fn with_echo_each_is_answered_before_the_next_is_read() {
        let mut modem = connected();
        say(&mut modem, "ATE1\r");
        heard(&mut modem);
        assert_eq!(say(&mut modem, &PUB.repeat(2)), PUB.len());
    }
}
