//! What a broker of MQTT 5 grants to a connection, and how it words its answers.

use super::limits::{Limits, write};
use super::plan::{Plan, Speaks};
use crate::packets::{ack, encode_as};
use crate::random::Random;
use mqmodem_core::Buf;
use mqmodem_core::mqtt::carrier::Carrier;
use mqmodem_core::mqtt::packet::{Ack, AckKind, Connack, Connect, Disconnect};
use mqmodem_core::mqtt::property::{
    ALIAS_OUT, CLIENT_ID, KEEP_ALIVE, PropertyValue, REASON, RECEIVE_MAX, SESSION_EXPIRY, USER,
};
use mqmodem_core::mqtt::{Packet, Properties, Version, reason};

/// A CONNACK of 3.1.1 with code 1, which old brokers send to a client of another version.
const OLD_REFUSAL: [u8; 4] = [0x20, 2, 0, 1];

const UNAVAILABLE: [u8; 2] = [0x88, 0x89];
const NO_SUBSCRIBERS: u8 = 0x10;

/// What it grants to a connection.
#[derive(Debug)]
pub(crate) struct Granted {
    /// Topic aliases it takes.
    pub(crate) aliases: u16,
    /// Seconds a session outlives the connection; the greatest is for ever.
    pub(crate) expiry: u32,
    pub(crate) limits: Limits,
}

/// What one broker decides, connection by connection.
#[derive(Debug)]
pub(crate) struct Grants {
    random: Random,
    speaks: Speaks,
    knows_5: bool,
    /// Whether it does not take everything.
    limits: bool,
    /// Whether it keeps sessions for a short time only.
    expires: bool,
    may_refuse_wildcards: bool,
    /// Whether that stays as it is.
    is_calm: bool,
}

impl Grants {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            random: Random::new(plan.seed ^ 0x6e55),
            speaks: plan.speaks,
            knows_5: true,
            limits: plan.limits,
            expires: plan.expires,
            may_refuse_wildcards: !plan.trusts,
            is_calm: false,
        }
    }

    /// From now on it knows version 5.
    pub(crate) fn calm(&mut self) {
        (self.is_calm, self.knows_5) = (true, true);
        (self.limits, self.expires) = (false, false);
    }

    /// Whether the broker knows version 5 this time.
    pub(crate) fn knows_5(&mut self) -> bool {
        let may_change = self.speaks == Speaks::Either && !self.is_calm;
        if may_change && self.random.one_in(4) {
            self.knows_5 = !self.knows_5;
        }
        self.knows_5
    }

    /// How it refuses that version; perhaps without a word.
    pub(crate) fn refusal_of_version(&mut self) -> Vec<u8> {
        match self.random.below(3) {
            0 => Vec::new(),
            1 => OLD_REFUSAL.to_vec(),
            _ => refusal(Version::V5, reason::UNSUPPORTED_VERSION),
        }
    }

    /// CONNACK of a broker that is not available.
    pub(crate) fn unavailable(&mut self, version: Version) -> Vec<u8> {
        let code = match version {
            Version::V311 => 3,
            Version::V5 => self.random.pick(&UNAVAILABLE),
        };
        refusal(version, code)
    }

    /// CONNACK of a broker that accepts a client, which is called so, and what it grants.
    pub(crate) fn connack(
        &mut self,
        connect: &Connect<'_>,
        client: &str,
        session_present: bool,
    ) -> (Vec<u8>, Granted) {
        let mut block = Buf::heap(256);
        let mut granted = Granted {
            aliases: 0,
            expiry: u32::MAX,
            limits: Limits::NONE,
        };
        if connect.version == Version::V5 {
            let asked = connect.properties.number(&SESSION_EXPIRY);
            granted = self.draw(asked.unwrap_or(0));
            self.write(&granted, &mut block);
            if connect.client_id.is_empty() {
                write(&CLIENT_ID, PropertyValue::Text(client), &mut block);
            }
        }
        let properties = Properties::parse(Carrier::Connack, block.as_slice());
        let connack = Connack {
            properties: properties.expect("a block of CONNACK"),
            ..Connack::new(session_present, 0)
        };
        let connack = encode_as(connect.version, &Packet::Connack(connack));
        (connack, granted)
    }

    fn draw(&mut self, asked_expiry: u32) -> Granted {
        let c = &mut self.random;
        let expiry = if self.expires {
            c.pick(&[0, 2, 20, 60, u32::MAX])
        } else {
            c.pick(&[100_000, u32::MAX])
        };
        Granted {
            aliases: c.pick(&[0, 0, 1, 3]),
            expiry: asked_expiry.min(expiry),
            limits: if self.limits {
                Limits::draw(c, self.may_refuse_wildcards)
            } else {
                Limits::NONE
            },
        }
    }

    /// What it grants, and this and that.
    fn write(&mut self, granted: &Granted, block: &mut Buf<'_>) {
        let c = &mut self.random;
        let expiry = PropertyValue::Four(granted.expiry);
        write(&ALIAS_OUT, PropertyValue::Two(granted.aliases), block);
        write(&SESSION_EXPIRY, expiry, block);
        granted.limits.write(c, block);
        let others = [
            (RECEIVE_MAX, PropertyValue::Two(c.pick(&[1, 2, 5, 65_535]))),
            (KEEP_ALIVE, PropertyValue::Two(c.between(3, 20) as u16)),
            (REASON, PropertyValue::Text("welcome")),
            (USER, PropertyValue::Pair("node", "7")),
        ];
        for (property, value) in others {
            if c.one_in(2) {
                write(&property, value, block);
            }
        }
    }

    /// An acknowledgement that is one of success, whatever it says.
    pub(crate) fn ack(&mut self, version: Version, it: Ack<'_>) -> Vec<u8> {
        if version == Version::V311 || self.random.one_in(2) {
            return ack(it.kind, it.id);
        }
        let mut block = Buf::heap(64);
        if self.random.one_in(2) {
            write(&REASON, PropertyValue::Text("as it should be"), &mut block);
        }
        let arrives = matches!(it.kind, AckKind::Puback | AckKind::Pubrec);
        let code = if arrives && self.random.one_in(2) {
            NO_SUBSCRIBERS
        } else {
            0
        };
        let properties = Properties::parse(Carrier::Puback, block.as_slice());
        let ack = Ack {
            code,
            properties: properties.expect("a block of an acknowledgement"),
            ..it
        };
        encode_as(version, &Packet::Ack(ack))
    }

    /// What is said before a connection is closed, if the version has words for it.
    pub(crate) fn goodbye(&mut self, version: Version, codes: &[u8]) -> Vec<u8> {
        if version == Version::V311 || self.random.one_in(3) {
            return Vec::new();
        }
        let code = self.random.pick(codes);
        encode_as(version, &Packet::Disconnect(Disconnect::new(code)))
    }
}

fn refusal(version: Version, code: u8) -> Vec<u8> {
    encode_as(version, &Packet::Connack(Connack::new(false, code)))
}
