//! Bytes to words.

use super::bytes::WireReader;
use super::encode::SUBSCRIBE_OPTIONS;
use super::properties;
use super::words::PacketWords;
use mqmodem_core::mqtt::Version;
use mqmodem_core::mqtt::carrier::Carrier;
use mqmodem_faults::packet_name;

/// Bytes up to the end of the packet at the front of `bytes`; all of them if
/// it is not there whole.
pub(super) fn length(bytes: &[u8]) -> usize {
    let mut length = 0;
    for (at, byte) in bytes.iter().enumerate().skip(1).take(4) {
        length |= usize::from(byte & 0x7F) << (7 * (at - 1));
        if byte & 0x80 == 0 {
            return (at + 1 + length).min(bytes.len());
        }
    }
    bytes.len()
}

/// What a packet is made of behind its first byte: words are taken from the front.
struct Reading<'b> {
    version: Version,
    body: WireReader<'b>,
    words: PacketWords<'static>,
}

/// The words for one packet; they may leave something out.
pub(super) fn decode(version: Version, packet: &[u8]) -> Option<PacketWords<'static>> {
    let first = *packet.first()?;
    let head = 1 + packet.iter().skip(1).position(|byte| byte & 0x80 == 0)? + 1;
    let mut reading = Reading {
        version,
        body: WireReader(packet.get(head..)?),
        words: PacketWords::new(packet_name(first >> 4)?),
    };
    match first >> 4 {
        1 => reading.connect()?,
        2 => reading.connack()?,
        3 => reading.publish(first)?,
        4 => reading.acknowledgement(Carrier::Puback)?,
        5 => reading.acknowledgement(Carrier::Pubrec)?,
        6 => reading.acknowledgement(Carrier::Pubrel)?,
        7 => reading.acknowledgement(Carrier::Pubcomp)?,
        8 => reading.subscribe()?,
        9 => reading.codes(Carrier::Suback)?,
        10 => reading.unsubscribe()?,
        11 => reading.codes(Carrier::Unsuback)?,
        14 => reading.reason(Carrier::Disconnect)?,
        15 => reading.reason(Carrier::Auth)?,
        _ => {}
    }
    Some(reading.words)
}

impl Reading<'_> {
    /// A block of properties, where the version has one.
    fn properties(&mut self, carrier: Carrier) -> Option<()> {
        match self.version {
            Version::V311 => Some(()),
            Version::V5 => properties::decode(&mut self.body, carrier, &mut self.words),
        }
    }

    /// A reason code and properties, which may be left out.
    fn reason(&mut self, carrier: Carrier) -> Option<()> {
        let Some(code) = self.body.byte() else {
            return Some(());
        };
        let has_block = !self.body.0.is_empty();
        let is_empty = self.body.0 == [0];
        if code != 0 || !has_block || is_empty {
            self.words.add_number("code", code);
        }
        if has_block {
            properties::decode(&mut self.body, carrier, &mut self.words)?;
        }
        Some(())
    }

    fn id(&mut self) -> Option<()> {
        self.words.add_number("id", self.body.number()?);
        Some(())
    }

    fn acknowledgement(&mut self, carrier: Carrier) -> Option<()> {
        self.id()?;
        self.reason(carrier)
    }

    fn connect(&mut self) -> Option<()> {
        self.body.take(6)?;
        self.version = match self.body.byte()? {
            4 => Version::V311,
            5 => Version::V5,
            _ => return None,
        };
        if self.version == Version::V5 {
            self.words.add_number("version", 5_u8);
        }
        let flags = self.body.byte()?;
        let keep_alive = self.body.number()?;
        let mut properties = PacketWords::new("");
        if self.version == Version::V5 {
            properties::decode(&mut self.body, Carrier::Connect, &mut properties)?;
        }
        self.words.add_text("client", self.body.text()?);
        self.words.add_number("clean", flags >> 1 & 1);
        self.words.add_number("keepalive", keep_alive);
        self.words.fields.append(&mut properties.fields);
        if flags & 0x04 != 0 {
            self.will(flags)?;
        }
        for (flag, name) in [(0x80, "user"), (0x40, "password")] {
            if flags & flag != 0 {
                self.words.add_text(name, self.body.text()?);
            }
        }
        Some(())
    }

    fn will(&mut self, flags: u8) -> Option<()> {
        let mut properties = PacketWords::new("");
        if self.version == Version::V5 {
            properties::decode(&mut self.body, Carrier::Will, &mut properties)?;
        }
        self.words.add_text("will", self.body.text()?);
        for (name, value) in [("willqos", flags >> 3 & 3), ("willretain", flags >> 5 & 1)] {
            if value != 0 {
                self.words.add_number(name, value);
            }
        }
        self.words.fields.append(&mut properties.fields);
        self.words.add_text("willpayload", self.body.text()?);
        Some(())
    }

    fn connack(&mut self) -> Option<()> {
        let (session, code) = (self.body.byte()?, self.body.byte()?);
        for (name, value) in [("session", session), ("code", code)] {
            if value != 0 {
                self.words.add_number(name, value);
            }
        }
        self.properties(Carrier::Connack)
    }

    fn publish(&mut self, first: u8) -> Option<()> {
        let topic = self.body.text()?;
        let qos = first >> 1 & 3;
        if qos > 0 {
            self.words.add_number("qos", qos);
            self.id()?;
        }
        for (flag, name) in [(8, "dup"), (1, "retain")] {
            if first & flag != 0 {
                self.words.add_number(name, 1_u8);
            }
        }
        self.words.add_text("topic", topic);
        self.properties(Carrier::Publish)?;
        self.words.add_text("payload", self.body.0);
        Some(())
    }

    fn subscribe(&mut self) -> Option<()> {
        self.id()?;
        self.properties(Carrier::Subscribe)?;
        while !self.body.0.is_empty() {
            self.words.add_text("topic", self.body.text()?);
            let options = self.body.byte()?;
            if self.version == Version::V311 {
                self.words.add_number("qos", options);
                continue;
            }
            self.words.add_number("qos", options & 3);
            for (name, shift, mask) in SUBSCRIBE_OPTIONS {
                match options >> shift & mask as u8 {
                    0 => {}
                    value => self.words.add_number(name, value),
                }
            }
        }
        Some(())
    }

    fn unsubscribe(&mut self) -> Option<()> {
        self.id()?;
        self.properties(Carrier::Unsubscribe)?;
        while !self.body.0.is_empty() {
            self.words.add_text("topic", self.body.text()?);
        }
        Some(())
    }

    /// An answer with a code for each topic.
    fn codes(&mut self, carrier: Carrier) -> Option<()> {
        self.id()?;
        self.properties(carrier)?;
        while let Some(code) = self.body.byte() {
            self.words.add_number("code", code);
        }
        Some(())
    }
}
