//! CONNECT: a client asks for a session (clause 3.1).

use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::error::DecodeError::{self, Malformed};
use crate::mqtt::error::EncodeError;
use crate::mqtt::property::Properties;
use crate::mqtt::wire::{Reader, Writer, counted, is_text};
use crate::mqtt::{Qos, Version, topic};
use core::fmt;

const CLEAN_SESSION: u8 = 0x02;
const WILL: u8 = 0x04;
const WILL_QOS_SHIFT: u32 = 3;
const WILL_RETAIN: u8 = 0x20;
const PASSWORD: u8 = 0x40;
const USERNAME: u8 = 0x80;
const RESERVED: u8 = 0x01;

/// What a client asks for and who it says it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Connect<'c> {
    /// The version that is asked for, and in which it is written.
    pub version: Version,
    /// Identifies the session at the broker, 0–65535 bytes; in 3.1.1 empty only with
    /// `clean_session` `[MQTT-3.1.3-7]`.
    pub client_id: &'c str,
    /// Whether both sides forget what they know of an earlier session; in 3.1.1 also
    /// whether they keep nothing of this one `[MQTT-3.1.2-6]`. "Clean Start" in 5.
    pub clean_session: bool,
    /// Seconds within which the client sends something; 0 is no limit.
    pub keep_alive: u16,
    /// User name, 0–65535 bytes.
    pub username: Option<&'c str>,
    /// Password, 0–65535 bytes; in 3.1.1 only with a user name `[MQTT-3.1.2-22]`.
    pub password: Option<&'c [u8]>,
    /// None in 3.1.1.
    pub properties: Properties<'c>,
    /// What the broker publishes if the client vanishes.
    pub will: Option<Will<'c>>,
}

/// A message the broker publishes for a client that vanished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Will<'c> {
    /// Topic name.
    pub topic: &'c str,
    /// Payload, 0–65535 bytes.
    pub message: &'c [u8],
    /// How surely it is delivered.
    pub qos: Qos,
    /// Whether the broker keeps it for later subscribers.
    pub retain: bool,
    /// None in 3.1.1.
    pub properties: Properties<'c>,
}

impl<'c> Connect<'c> {
    /// Whether the standard allows it to be sent.
    pub fn is_valid(&self) -> bool {
        is_text(self.client_id)
            && self.username.is_none_or(is_text)
            && self.password.is_none_or(is_counted)
            && self.will.as_ref().is_none_or(Will::is_valid)
            && self.properties.fit(Carrier::Connect)
            && (self.version != Version::V311 || self.is_valid_311())
    }

    /// What 3.1.1 demands beyond that.
    fn is_valid_311(&self) -> bool {
        (self.clean_session || !self.client_id.is_empty())
            && (self.username.is_some() || self.password.is_none())
    }

    pub(super) fn decode(version: Version, body: &'c [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(body);
        if reader.string()? != version.name() || reader.u8()? != version.level() {
            return Err(Malformed);
        }
        let flags = reader.u8()?;
        let keep_alive = reader.u16()?;
        let properties = Properties::read_in(version, Carrier::Connect, &mut reader)?;
        let client_id = reader.string()?;
        let will = Will::decode(version, flags, &mut reader)?;
        let username = (flags & USERNAME != 0)
            .then(|| reader.string())
            .transpose()?;
        let password = (flags & PASSWORD != 0)
            .then(|| reader.binary())
            .transpose()?;
        reader.end()?;
        let connect = Self {
            version,
            client_id,
            clean_session: flags & CLEAN_SESSION != 0,
            keep_alive,
            username,
            password,
            properties,
            will,
        };
        if connect.is_valid() && flags & RESERVED == 0 {
            Ok(connect)
        } else {
            Err(Malformed)
        }
    }

    /// Appends it as its version has it, whole or not at all.
    pub(in crate::mqtt) fn encode(&self, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        if !self.is_valid() {
            return Err(EncodeError::Invalid);
        }
        let mut writer = Writer::start(out, 0x10, self.remaining()?)?;
        writer.binary(self.version.name().as_bytes())?;
        writer.u8(self.version.level())?;
        writer.u8(self.flags())?;
        writer.u16(self.keep_alive)?;
        self.properties.write_in(self.version, &mut writer)?;
        writer.binary(self.client_id.as_bytes())?;
        if let Some(will) = &self.will {
            will.properties.write_in(self.version, &mut writer)?;
            writer.binary(will.topic.as_bytes())?;
            writer.binary(will.message)?;
        }
        if let Some(username) = self.username {
            writer.binary(username.as_bytes())?;
        }
        if let Some(password) = self.password {
            writer.binary(password)?;
        }
        Ok(())
    }

    fn flags(&self) -> u8 {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        flag(self.clean_session, CLEAN_SESSION)
            | flag(self.username.is_some(), USERNAME)
            | flag(self.password.is_some(), PASSWORD)
            | self.will.as_ref().map_or(0, Will::flags)
    }

    fn remaining(&self) -> Result<usize, EncodeError> {
        let mut remaining = counted(self.version.name().as_bytes()).saturating_add(4);
        let mut add = |bytes: usize| remaining = remaining.saturating_add(bytes);
        add(self.properties.size_in(self.version)?);
        add(counted(self.client_id.as_bytes()));
        if let Some(will) = &self.will {
            add(will.properties.size_in(self.version)?);
            add(counted(will.topic.as_bytes()));
            add(counted(will.message));
        }
        add(self.username.map_or(0, |it| counted(it.as_bytes())));
        add(self.password.map_or(0, counted));
        Ok(remaining)
    }
}

impl<'c> Will<'c> {
    /// Whether the standard allows it to be sent.
    pub fn is_valid(&self) -> bool {
        topic::is_topic_name(self.topic)
            && is_counted(self.message)
            && self.properties.fit(Carrier::Will)
    }

    fn flags(&self) -> u8 {
        let retain = if self.retain { WILL_RETAIN } else { 0 };
        WILL | self.qos.level() << WILL_QOS_SHIFT | retain
    }

    /// Without the will flag, will QoS and will retain are 0
    /// `[MQTT-3.1.2-13]`, `[MQTT-3.1.2-15]`.
    fn decode(
        version: Version,
        flags: u8,
        reader: &mut Reader<'c>,
    ) -> Result<Option<Self>, DecodeError> {
        let qos = Qos::new(flags >> WILL_QOS_SHIFT & 3).ok_or(Malformed)?;
        let retain = flags & WILL_RETAIN != 0;
        if flags & WILL == 0 {
            let unused = qos == Qos::AtMostOnce && !retain;
            return if unused { Ok(None) } else { Err(Malformed) };
        }
        Ok(Some(Self {
            properties: Properties::read_in(version, Carrier::Will, reader)?,
            topic: reader.string()?,
            message: reader.binary()?,
            qos,
            retain,
        }))
    }
}

fn is_counted(bytes: &[u8]) -> bool {
    u16::try_from(bytes.len()).is_ok()
}

/// Never shows the password.
impl fmt::Display for Connect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clean = u8::from(self.clean_session);
        f.write_str("CONNECT")?;
        if self.version == Version::V5 {
            f.write_str(" version=5")?;
        }
        let (client, keep_alive) = (self.client_id, self.keep_alive);
        write!(f, " client={client:?} clean={clean} keepalive={keep_alive}")?;
        if let Some(username) = self.username {
            write!(f, " user={username:?}")?;
        }
        if self.password.is_some() {
            f.write_str(" password=***")?;
        }
        write!(f, "{}", self.properties.shown(Carrier::Connect))?;
        if let Some(will) = &self.will {
            let (q, r) = (will.qos.level(), u8::from(will.retain));
            let (topic, len) = (will.topic, will.message.len());
            let properties = will.properties.shown(Carrier::Will);
            write!(f, " will=q{q} r{r} {topic:?}{properties} {len} bytes")?;
        }
        Ok(())
    }
}

/// As [`Display`](fmt::Display): never shows the password.
impl fmt::Debug for Connect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
