//! Brokers that grant anything, on each connection something else: the modem keeps to what
//! was granted last, or closes where that cannot be.

use crate::rig::Rig;
use crate::wire::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What a CONNACK says.
#[derive(Clone, Debug, Default)]
struct Grants {
    receive_max: Option<u16>,
    max_packet: Option<u32>,
    aliases: Option<u16>,
    max_qos: Option<u8>,
    retain: Option<u8>,
    wildcard: Option<u8>,
    sub_ids: Option<u8>,
    shared: Option<u8>,
    present: bool,
}

impl Grants {
    /// Its properties.
    fn block(&self) -> Vec<u8> {
        let byte = |id, value: Option<u8>| value.map(|value| property(id, [value]));
        let two = |id, value: Option<u16>| value.map(|value| property(id, value.to_be_bytes()));
        let size = self
            .max_packet
            .map(|most| property(MAX_PACKET, most.to_be_bytes()));
        let all = [
            two(RECEIVE_MAX, self.receive_max),
            size,
            two(ALIAS_MAX, self.aliases),
            byte(MAX_QOS, self.max_qos),
            byte(RETAIN, self.retain),
            byte(40, self.wildcard),
            byte(41, self.sub_ids),
            byte(42, self.shared),
        ];
        all.into_iter().flatten().flatten().collect()
    }

    /// Whether a broker may say this to a client that asked for a clean start or not.
    fn may_be(&self, clean_start: bool) -> bool {
        let bytes = [
            self.max_qos,
            self.retain,
            self.wildcard,
            self.sub_ids,
            self.shared,
        ];
        bytes.iter().flatten().all(|value| *value <= 1)
            && self.receive_max != Some(0)
            && self.max_packet != Some(0)
            && !(clean_start && self.present)
    }
}

/// What happens.
#[derive(Clone, Debug)]
enum Step {
    Publish {
        topic: u8,
        qos: u8,
        retain: bool,
        len: u8,
    },
    Subscribe {
        filter: u8,
        with_id: bool,
    },
    /// The broker answers the oldest request or message, or refuses it.
    Answer {
        refuses: bool,
    },
    /// The broker sends a message.
    Message {
        qos: u8,
    },
    Cut(Grants),
    Wait,
}

fn grants() -> impl Strategy<Value = Grants> {
    let byte = || prop_oneof![3 => Just(None), 6 => (0..=1_u8).prop_map(Some), 1 => Just(Some(2))];
    let receive_max = prop_oneof![Just(None), (0..4_u16).prop_map(Some), Just(Some(65_535))];
    let max_packet = prop_oneof![3 => Just(None), 1 => (0..60_u32).prop_map(Some)];
    let aliases = prop_oneof![Just(None), (0..5_u16).prop_map(Some), Just(Some(65_535))];
    let limits = (receive_max, max_packet, aliases, prop::bool::weighted(0.7));
    (limits, byte(), byte(), byte(), byte(), byte()).prop_map(
        |(
            (receive_max, max_packet, aliases, present),
            max_qos,
            retain,
            wildcard,
            sub_ids,
            shared,
        )| {
            Grants {
                receive_max,
                max_packet,
                aliases,
                max_qos,
                retain,
                wildcard,
                sub_ids,
                shared,
                present,
            }
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let publish =
        (0..6_u8, 0..3_u8, any::<bool>(), 0..40_u8).prop_map(|(topic, qos, retain, len)| {
            Step::Publish {
                topic,
                qos,
                retain,
                len,
            }
        });
    let subscribe =
        (0..4_u8, any::<bool>()).prop_map(|(filter, with_id)| Step::Subscribe { filter, with_id });
    prop_oneof![
        6 => publish,
        2 => subscribe,
        5 => prop::bool::weighted(0.2).prop_map(|refuses| Step::Answer { refuses }),
        2 => (0..3_u8).prop_map(|qos| Step::Message { qos }),
        2 => grants().prop_map(Step::Cut),
        1 => Just(Step::Wait),
    ]
}

/// The broker's end of a connection, which holds the modem to what it granted.
#[derive(Default)]
struct Watch {
    granted: Grants,
    aliases: BTreeMap<u16, String>,
    /// Messages without their last answer.
    in_flight: BTreeSet<u16>,
    /// What is to be answered.
    open: VecDeque<Vec<u8>>,
}

impl Watch {
    fn takes(&mut self, packet: Vec<u8>) {
        let granted = &self.granted;
        let most = granted.max_packet.unwrap_or(u32::MAX) as usize;
        assert!(
            packet.len() <= most.max(4),
            "{packet:02x?} is larger than {most}"
        );
        match packet[0] >> 4 {
            3 => self.takes_message(&packet),
            8 => self.takes_subscribe(&packet),
            4 | 5 | 7 | 12 => return,
            6 | 10 => {}
            _ => panic!("{packet:02x?}"),
        }
        if packet[0] & 0xf6 != 0x30 {
            self.open.push_back(packet);
        }
    }

    fn takes_message(&mut self, packet: &[u8]) {
        let granted = &self.granted;
        let message = read_publish(packet);
        let qos = message.first >> 1 & 3;
        assert!(qos <= granted.max_qos.unwrap_or(2), "{packet:02x?}");
        assert!(
            message.first & 1 <= granted.retain.unwrap_or(1),
            "{packet:02x?}"
        );
        let alias = value(&message.properties, ALIAS);
        if let Some(alias) = alias.map(|it| u16::from_be_bytes([it[0], it[1]])) {
            assert!(
                (1..=granted.aliases.unwrap_or(0)).contains(&alias),
                "{packet:02x?}"
            );
            if message.topic.is_empty() {
                assert!(self.aliases.contains_key(&alias), "{packet:02x?}");
            } else {
                self.aliases.insert(alias, message.topic.clone());
            }
        } else {
            assert!(!message.topic.is_empty(), "{packet:02x?}");
        }
        if qos > 0 {
            assert!(
                self.in_flight.insert(message.id),
                "{} is in use",
                message.id
            );
            let most = granted.receive_max.unwrap_or(u16::MAX).into();
            assert!(self.in_flight.len() <= most, "{packet:02x?}");
        }
    }

    fn takes_subscribe(&self, packet: &[u8]) {
        let (granted, text) = (&self.granted, String::from_utf8_lossy(&body(packet)[2..]));
        assert!(
            granted.wildcard != Some(0) || !text.contains('#'),
            "{packet:02x?}"
        );
        assert!(
            granted.shared != Some(0) || !text.contains("$share"),
            "{packet:02x?}"
        );
        let has_id = body(packet)[2] > 0;
        assert!(granted.sub_ids != Some(0) || !has_id, "{packet:02x?}");
    }

    /// The answer to the oldest of what is open.
    fn answer(&mut self, refuses: bool) -> Option<Vec<u8>> {
        let packet = self.open.pop_front()?;
        let (id, code) = (id_of(&packet), if refuses { 0x87 } else { 0 });
        Some(match packet[0] & 0xf6 {
            0x34 if !refuses => ack(PUBREC, id, 0),
            first @ (0x32 | 0x34) => {
                self.in_flight.remove(&id);
                ack(if first == 0x32 { PUBACK } else { PUBREC }, id, code)
            }
            0x62 => {
                self.in_flight.remove(&id);
                ack(PUBCOMP, id, 0)
            }
            0x82 => codes(SUBACK, id, &[code]),
            _ => codes(UNSUBACK, id, &[code]),
        })
    }
}

/// Connects to a broker that grants this, until one does that may be.
fn connects(rig: &mut Rig, granted: &Grants) -> Watch {
    let connect = read_connect(&rig.greets());
    let connack = connack(granted.present, 0, &granted.block());
    if granted.may_be(connect.flags & 2 != 0) {
        let said = rig.broker(&connack);
        assert!(said.contains("+MQTTCONNECT:0"), "{said}");
        let granted = granted.clone();
        return Watch {
            granted,
            ..Watch::default()
        };
    }
    rig.violated(&connack, 0x82);
    rig.connect(false, &[]);
    Watch::default()
}

fn happens(rig: &mut Rig, watch: &mut Watch, step: &Step) {
    match step {
        Step::Publish {
            topic,
            qos,
            retain,
            len,
        } => {
            let (retain, text) = (u8::from(*retain), "x".repeat((*len).into()));
            let line = format!("AT+MQTTPUB=\"topic/{topic}\",{qos},{retain},\"{text}\"");
            assert_ne!(rig.types(&line), "", "it is accepted or refused at once");
        }
        Step::Subscribe { filter, with_id } => {
            let filter = ["a", "a/#", "$share/g/a", "b"][usize::from(*filter)];
            let before = if *with_id {
                "+MQTTPROP=\"subid\",7;"
            } else {
                ""
            };
            let said = rig.types(&format!("AT{before}+MQTTSUB=\"{filter}\",1"));
            if said.is_empty() {
                rig.sent()
                    .into_iter()
                    .for_each(|packet| watch.takes(packet));
                // A command waits for its answer.
                let subscribe = watch.open.pop_back().expect("SUBSCRIBE");
                assert!(
                    rig.broker(&codes(SUBACK, id_of(&subscribe), &[1]))
                        .contains("OK")
                );
            }
        }
        Step::Answer { refuses } => {
            if let Some(answer) = watch.answer(*refuses) {
                rig.broker(&answer);
            }
        }
        Step::Message { qos } => {
            let id = if *qos > 0 { 9 } else { 0 };
            rig.broker(&publish(0x30 | qos << 1, "in", id, &[], b"x"));
            if *qos == 2 {
                rig.broker(&ack(PUBREL, 9, 0));
            }
        }
        Step::Cut(granted) => {
            rig.cut();
            *watch = connects(rig, granted);
        }
        Step::Wait => {
            rig.passes(59);
            rig.broker(PINGRESP);
        }
    }
    assert!(!rig.is_closed(), "{step:?}");
    rig.sent()
        .into_iter()
        .for_each(|packet| watch.takes(packet));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_was_granted_last_is_kept_to(
        clean in 0..=1_u8,
        first in grants(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let options = ["+MQTTOPT=\"pubmode\",1", "+MQTTOPT=\"aliasout\",3", "+MQTTOPT=\"reconnect\",1"];
        let mut rig = Rig::new(&options);
        rig.ok(&format!("AT+MQTTCONFIG=h,1883,me,{clean},60"));
        let mut watch = connects(&mut rig, &first);
        rig.sent().into_iter().for_each(|packet| watch.takes(packet));
        for step in &steps {
            happens(&mut rig, &mut watch, step);
        }
        // Whatever is open comes to its end.
        for _ in 0..1000 {
            let Some(answer) = watch.answer(false) else { break };
            rig.broker(&answer);
            rig.sent().into_iter().for_each(|packet| watch.takes(packet));
        }
        prop_assert!(watch.open.is_empty() && watch.in_flight.is_empty());
        prop_assert!(rig.ok("AT+MQTTQUEUE?").contains("+MQTTQUEUE:0,"), "all went out or was told");
    }
}
