//! What holds for any packet, any bytes and any order of calls.

use crate::client::*;
use mqmodem_core::Buf;
use mqmodem_core::mqtt::packet::{
    Ack, AckKind, Connack, Disconnect, Filters, Publish, REFUSED, Requests, Suback, Subscribe,
    SubscribeOptions, Unsuback, Unsubscribe,
};
use mqmodem_core::mqtt::session::{ROOM, WINDOW};
use mqmodem_core::mqtt::{
    Connect, Frame, Packet, PacketId, Properties, Qos, SendError, SessionEvent, Version, Will,
    frame, topic,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn qos() -> impl Strategy<Value = Qos> {
    prop_oneof![Just(Q0), Just(Q1), Just(Q2)]
}

fn packet_id() -> impl Strategy<Value = PacketId> {
    (1..=u16::MAX).prop_map(id)
}

fn text() -> impl Strategy<Value = String> {
    "[^\0]{0,40}"
}

fn name() -> impl Strategy<Value = String> {
    "[^\0+#]{1,40}"
}

fn filter() -> impl Strategy<Value = String> {
    "([^\0+#/]{0,5}|\\+)(/([^\0+#/]{0,5}|\\+)){0,3}(/#)?".prop_filter("empty", |f| !f.is_empty())
}

/// Encodes and decodes.
fn round_trip(packet: &Packet<'_>) -> Result<(), TestCaseError> {
    let wire = encode(*packet);
    prop_assert_eq!(frame(&wire), Frame::Whole { len: wire.len() });
    prop_assert_eq!(Packet::decode(&wire), Ok(*packet));
    prop_assert!(!packet.to_string().contains('\n'));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_connect_is_decoded_as_it_was_encoded(
        client_id in text(), clean_session: bool, keep_alive: u16,
        username in proptest::option::of(text()),
        password in proptest::option::of(vec(any::<u8>(), 0..40)),
        will in proptest::option::of((name(), vec(any::<u8>(), 0..200), qos(), any::<bool>())),
    ) {
        let will = will.as_ref().map(|(topic, message, qos, retain)| Will {
            topic, message, qos: *qos, retain: *retain, properties: Properties::NONE,
        });
        let packet = Connect {
            version: Version::V311,
            client_id: &client_id,
            clean_session: clean_session || client_id.is_empty(),
            keep_alive,
            username: username.as_deref(),
            password: password.as_deref().filter(|_| username.is_some()),
            properties: Properties::NONE,
            will,
        };
        round_trip(&Packet::Connect(packet))?;
    }

    #[test]
    fn a_publish_is_decoded_as_it_was_encoded(
        topic in name(), qos in qos(), dup: bool, retain: bool, id in packet_id(),
        payload in vec(any::<u8>(), 0..20_000),
    ) {
        let id = Some(id).filter(|_| qos != Q0);
        let dup = dup && qos != Q0;
        let properties = Properties::NONE;
        round_trip(&Packet::Publish(Publish { dup, qos, retain, topic: &topic, id, properties, payload: &payload }))?;
    }

    #[test]
    fn requests_and_suback_are_decoded_as_they_were_encoded(id in packet_id(), list in vec((filter(), qos()), 1..5)) {
        let requests: Vec<_> = list.iter().map(|(filter, qos)| (filter.as_str(), SubscribeOptions::new(*qos))).collect();
        let filters: Vec<_> = list.iter().map(|(filter, _)| filter.as_str()).collect();
        let codes: Vec<_> = list.iter().map(|(_, qos)| qos.level()).chain([REFUSED]).collect();
        round_trip(&Packet::Subscribe(Subscribe::new(id, Requests::of(&requests))))?;
        round_trip(&Packet::Unsubscribe(Unsubscribe::new(id, Filters::of(&filters))))?;
        round_trip(&Packet::Suback(Suback::new(id, &codes)))?;
    }

    #[test]
    fn packets_of_fixed_size_are_decoded_as_they_were_encoded(id in packet_id(), code in 0..=5_u8, present: bool) {
        for kind in [AckKind::Puback, AckKind::Pubrec, AckKind::Pubrel, AckKind::Pubcomp] {
            round_trip(&Packet::Ack(Ack::new(kind, id)))?;
        }
        let session_present = present && code == 0;
        round_trip(&Packet::Connack(Connack::new(session_present, code)))?;
        round_trip(&Packet::Unsuback(Unsuback::new(id, &[])))?;
        for packet in [Packet::Pingreq, Packet::Pingresp, Packet::Disconnect(Disconnect::default())] {
            round_trip(&packet)?;
        }
    }

    /// What is decoded is encoded to the same bytes: there is one form only.
    #[test]
    fn a_packet_is_decoded_from_one_form_only(bytes in almost_a_packet()) {
        if let Ok(packet) = Packet::decode(&bytes) {
            prop_assert_eq!(encode(packet), bytes);
        }
    }

    #[test]
    fn a_frame_is_within_its_bytes(bytes in vec(any::<u8>(), 0..200)) {
        match frame(&bytes) {
            Frame::Whole { len } => prop_assert!((2..=bytes.len()).contains(&len)),
            Frame::Incomplete { total } => prop_assert!(total.is_none_or(|total| total > bytes.len())),
            Frame::Malformed => prop_assert!(Packet::decode(&bytes).is_err()),
        }
    }

    #[test]
    fn every_topic_name_is_a_topic_filter(name in name()) {
        prop_assert!(topic::is_topic_name(&name));
        prop_assert!(topic::is_topic_filter(&name));
    }
}

/// A packet a broker or client may send, and now and then a byte changed.
fn almost_a_packet() -> impl Strategy<Value = Vec<u8>> {
    let publish = (qos(), any::<bool>(), 1..40_u16, vec(any::<u8>(), 0..30)).prop_map(
        |(qos, dup, id, payload)| {
            let id = if qos == Q0 { 0 } else { id };
            message(qos, dup && qos != Q0, id, &payload)
        },
    );
    let whole = prop_oneof![
        4 => publish,
        8 => (0..5_usize, 1..40_u16).prop_map(|(kind, number)| {
            [puback, pubrec, pubrel, pubcomp, unsuback][kind](number)
        }),
        1 => (any::<bool>(), 0..3_u8).prop_map(|(p, code)| connack(p && code == 0, code)),
        2 => (1..40_u8, 0..4_u8).prop_map(|(id, code)| vec![0x90, 3, 0, id, code]),
        1 => Just(vec![0xd0, 0]),
        1 => Just(b"\x10\x10\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01x\x00\x01u".to_vec()),
        1 => Just(b"\x82\x06\x00\x01\x00\x01a\x02".to_vec()),
        1 => Just(b"\xa2\x05\x00\x01\x00\x01a".to_vec()),
        1 => vec(any::<u8>(), 0..50),
    ];
    (whole, 0..8_u8, any::<u8>(), any::<prop::sample::Index>()).prop_map(
        |(mut bytes, chance, byte, index)| {
            if chance == 0 && !bytes.is_empty() {
                let place = index.index(bytes.len());
                bytes[place] = byte;
            }
            bytes
        },
    )
}

#[derive(Clone, Debug)]
enum Step {
    Open(bool, bool),
    Feed(Vec<u8>),
    Publish(Qos, usize),
    Subscribe(usize),
    Unsubscribe(usize),
    GiveUp(u16),
    Lost,
    Disconnect,
    Sent,
    Wait(u64, bool),
    Empty,
    Dropped,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (any::<bool>(), any::<bool>()).prop_map(|(clean, present)| Step::Open(clean, present)),
        20 => almost_a_packet().prop_map(Step::Feed),
        // Answers that fit what is in flight, so that runs get somewhere.
        20 => (0..5_usize, 1..40_u16).prop_map(|(kind, number)| {
            Step::Feed([puback, pubrec, pubrel, pubcomp, unsuback][kind](number))
        }),
        20 => (qos(), 0..60_usize).prop_map(|(qos, len)| Step::Publish(qos, len)),
        3 => (0..12_usize).prop_map(Step::Subscribe),
        3 => (0..12_usize).prop_map(Step::Unsubscribe),
        2 => (1..40_u16).prop_map(Step::GiveUp),
        1 => Just(Step::Lost),
        1 => Just(Step::Disconnect),
        2 => Just(Step::Sent),
        3 => (0..100_u64, any::<bool>()).prop_map(|(wait, blocked)| Step::Wait(wait, blocked)),
        20 => Just(Step::Empty),
        2 => Just(Step::Dropped),
    ]
}

/// The session under any steps, with what must hold after each.
struct Run {
    client: Client,
    /// Publishes neither told nor given up.
    open: BTreeSet<u16>,
    /// Given up; may have been dropped before.
    given_up: BTreeSet<u16>,
    kept: bool,
}

impl Run {
    fn new() -> Self {
        Self {
            client: Client::with(600, 64, 96, 200),
            open: BTreeSet::new(),
            given_up: BTreeSet::new(),
            kept: false,
        }
    }

    fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        let Client { session, out, now } = &mut self.client;
        match step {
            Step::Open(clean, present) => self.connect(clean, present)?,
            Step::Feed(packet) => self.feed(&packet)?,
            Step::Publish(qos, len) => self.publish(qos, len)?,
            Step::Subscribe(len) => drop(session.subscribe(&"a".repeat(len), Q1, out)),
            Step::Unsubscribe(len) => drop(session.unsubscribe(&"a".repeat(len), out)),
            Step::GiveUp(number) => {
                session.give_up(id(number));
                if !self.kept && self.open.remove(&number) {
                    self.given_up.insert(number);
                }
            }
            Step::Lost => session.lost(),
            Step::Disconnect => drop(session.disconnect(out)),
            Step::Sent => session.sent(*now),
            Step::Wait(seconds, blocked) => self.wait(seconds, blocked)?,
            Step::Empty => {
                packets(out.as_slice());
                out.clear();
                session.poll_send(out);
            }
            Step::Dropped => self.poll_dropped()?,
        }
        self.check()
    }

    fn connect(&mut self, clean: bool, present: bool) -> Result<(), TestCaseError> {
        let Client { session, out, now } = &mut self.client;
        out.clear();
        session.lost();
        let asked = if clean { CLEAN } else { KEPT };
        session.connect(*now, &asked, out).unwrap();
        self.kept = !clean;
        self.feed(&connack(present && !clean, 0))?;
        prop_assert!(self.client.session.is_connected());
        Ok(())
    }

    fn feed(&mut self, packet: &[u8]) -> Result<(), TestCaseError> {
        let Client { session, out, now } = &mut self.client;
        if out.free() < ROOM {
            return Ok(());
        }
        match session.handle(*now, packet, out) {
            Ok(SessionEvent::Published { id, .. }) => {
                prop_assert!(self.open.remove(&id.get()), "told twice");
            }
            Err(_) => prop_assert!(!session.is_connected()),
            _ => {}
        }
        Ok(())
    }

    fn publish(&mut self, qos: Qos, len: usize) -> Result<(), TestCaseError> {
        let before = self.client.out.len();
        match self.client.publish(qos, &vec![0; len]) {
            Ok(Some(id)) => {
                self.given_up.remove(&id.get());
                prop_assert!(self.open.insert(id.get()), "used twice");
            }
            Ok(None) => prop_assert_eq!(qos, Q0),
            Err(error) => {
                prop_assert_eq!(self.client.out.len(), before);
                prop_assert_ne!(error, SendError::Invalid);
            }
        }
        Ok(())
    }

    fn wait(&mut self, seconds: u64, blocked: bool) -> Result<(), TestCaseError> {
        let Client { session, out, now } = &mut self.client;
        *now = *now + core::time::Duration::from_secs(seconds);
        let dead = session.handle_timeout(*now, blocked, out).is_err();
        prop_assert!(!(dead && blocked));
        prop_assert!(session.poll_timeout().is_none_or(|next| next > *now));
        Ok(())
    }

    fn poll_dropped(&mut self) -> Result<(), TestCaseError> {
        for number in self.client.dropped() {
            let expected = self.open.remove(&number) || self.given_up.remove(&number);
            prop_assert!(expected, "told twice");
        }
        Ok(())
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let Client { session, out, .. } = &self.client;
        prop_assert!(session.in_flight() <= WINDOW);
        let list = session.subscriptions();
        prop_assert!(list.map(|(filter, _)| filter.len() + 8).sum::<usize>() <= 96);
        let mut rest = out.as_slice();
        while !rest.is_empty() {
            let Frame::Whole { len } = frame(rest) else {
                return Err(TestCaseError::fail("half a packet was written"));
            };
            prop_assert!(Packet::decode(&rest[..len]).is_ok());
            rest = &rest[len..];
        }
        Ok(())
    }

    /// Every publish has ended in one way, once the broker lost everything.
    fn end(mut self) -> Result<(), TestCaseError> {
        self.client.session.lost();
        self.client.session.bind(1, "another");
        self.poll_dropped()?;
        prop_assert!(self.open.is_empty(), "never told: {:?}", self.open);
        prop_assert_eq!(self.client.session.in_flight(), 0);
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_order_of_calls_is_legal(steps in vec(step(), 0..200)) {
        let mut run = Run::new();
        run.step(Step::Open(steps.len() % 2 == 0, false))?;
        for step in steps {
            run.step(step)?;
        }
        run.end()?;
    }

    #[test]
    fn no_bytes_and_no_memory_panic(
        packets in vec(almost_a_packet(), 0..30), sizes in (0..40_usize, 0..9_usize, 0..20_usize, 0..80_usize),
    ) {
        let mut client = Client::with(sizes.0, sizes.1, sizes.2, sizes.3);
        let Client { session, out, now } = &mut client;
        let _ = session.connect(*now, &KEPT, out);
        let _ = session.handle(*now, &connack(true, 0), out);
        for packet in packets {
            let _ = session.publish("a", Q2, false, b"0123", out);
            let _ = session.subscribe("abc", Q2, out);
            let _ = session.handle(*now, &packet, out);
            let _ = session.poll_send(out);
            if !session.is_connected() {
                let mut none = Buf::lent(&mut []);
                prop_assert!(session.connect(*now, &KEPT, &mut none).is_err());
            }
        }
    }
}
