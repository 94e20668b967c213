//! What the broker sends.

use super::incoming::Receipt;
use super::outgoing::AckOutcome;
use super::terms::{Grants, Greeted};
use super::{Session, SessionEvent, State, Violation, fingerprint};
use crate::buffer::Buf;
use crate::mqtt::packet::{
    Ack, AckKind, Connack, DUP, DecodeError, Disconnect, Packet, Publish, PublishHead, Rules,
    is_publish,
};
use crate::mqtt::property::{self, Properties};
use crate::mqtt::{PacketId, Qos, Version, reason};
use crate::time::Instant;

/// The CONNACK by which a broker of 3.1.1 refuses another version.
const REFUSED_311: &[u8] = &[0x20, 2, 0, 1];

impl Session<'_> {
    /// One whole packet came from the broker, as [`frame`](crate::mqtt::frame)
    /// cuts them. Writes the answer the protocol asks for, in the order of the
    /// packets `[MQTT-4.6.0-2]`, `[MQTT-4.6.0-3]`, `[MQTT-4.6.0-4]`; `out` must
    /// have [`ROOM`](super::ROOM) for it. Without a connection nothing happens.
    ///
    /// A [`Violation`] ends the connection: the caller closes the transport.
    pub fn handle<'p>(
        &mut self,
        now: Instant,
        packet: &'p [u8],
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'p>, Violation> {
        if !self.is_open() {
            return Ok(SessionEvent::Nothing);
        }
        self.keep_alive.received(now);
        let mut event = self.dispatch(packet, out);
        if let Err(violation) = event {
            event = self.on_violation(violation, packet, out);
        }
        self.poll_send(out);
        event
    }

    #[cold]
    fn on_violation<'p>(
        &mut self,
        violation: Violation,
        packet: &[u8],
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'p>, Violation> {
        let event = match violation {
            Violation::Malformed => self.on_malformed(packet, out),
            other => Err(other),
        };
        event.inspect_err(|violation| self.break_off(*violation, out))
    }

    /// The broker broke the protocol: the connection ends, in MQTT 5 after DISCONNECT with
    /// the reason. The caller sends what is in `out`, as far as that is possible, and
    /// closes.
    #[cold]
    pub fn break_off(&mut self, violation: Violation, out: &mut Buf<'_>) {
        if self.version == Version::V5 {
            let disconnect = Disconnect::new(violation.code());
            // Where there is no room for it, closing has to do.
            self.disconnect_with(&disconnect, out).unwrap_or_default();
        }
        self.lost();
    }

    #[inline]
    fn dispatch<'p>(
        &mut self,
        packet: &'p [u8],
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'p>, Violation> {
        if self.state == State::Connected {
            match Ack::decode_plain(packet) {
                Some((AckKind::Puback, id)) => return Ok(self.on_puback(id)),
                Some((kind, id)) => return self.on_ack(Ack::new(kind, id), out),
                None => {}
            }
        }
        self.dispatch_any(packet, out)
    }

    #[inline(never)]
    fn dispatch_any<'p>(
        &mut self,
        packet: &'p [u8],
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'p>, Violation> {
        let packet = match Packet::decode_as(self.version, self.rules, packet) {
            Ok(packet) => packet,
            Err(error) => return self.on_unread(packet, error),
        };
        let connected = self.state == State::Connected;
        match packet {
            Packet::Ack(ack) if connected => self.on_ack(ack, out),
            Packet::Publish(publish) if connected => self.on_publish(publish, out),
            Packet::Suback(suback) if connected => self.on_suback(suback),
            Packet::Unsuback(unsuback) if connected => self.on_unsuback(unsuback),
            Packet::Pingresp if connected => {
                self.acknowledged = true;
                Ok(SessionEvent::Nothing)
            }
            Packet::Connack(connack) if !connected => self.on_connack(connack),
            Packet::Disconnect(disconnect) if connected => self.on_disconnect(disconnect),
            _ => Err(Violation::Unexpected),
        }
    }

    /// A packet cannot be read.
    #[cold]
    fn on_unread(
        &mut self,
        packet: &[u8],
        error: DecodeError,
    ) -> Result<SessionEvent<'static>, Violation> {
        let is_old = self.version == Version::V5 && self.state == State::Connecting;
        if is_old && packet == REFUSED_311 {
            self.lost();
            return Ok(SessionEvent::Refused { code: 1 });
        }
        Err(match error {
            DecodeError::Malformed => Violation::Malformed,
            DecodeError::Protocol => Violation::Unexpected,
        })
    }

    fn on_connack(&mut self, connack: Connack<'_>) -> Result<SessionEvent<'static>, Violation> {
        let Connack {
            session_present,
            code,
            properties,
        } = connack;
        if code != 0 {
            return Ok(self.on_refused(code, &properties));
        }
        let mut asked = Grants::plain(self.keep_alive.seconds(), session_present);
        asked.session_expiry = self.asked_expiry();
        let grants = match self.version {
            Version::V311 => self.forgive_session(asked)?,
            Version::V5 => self.on_terms(asked, &properties)?,
        };
        let session_present = grants.session_present;
        self.words.store_connack(Greeted::Accepted, &properties);
        self.outgoing.connected(grants, self.offer.alias_out);
        if !session_present {
            self.incoming.end();
            self.end_subscriptions();
        }
        self.holds = !self.clean && (self.version == Version::V311 || grants.session_expiry > 0);
        self.numbers.set_ended(false);
        self.state = State::Connected;
        self.recheck_suspect();
        Ok(SessionEvent::Connected { session_present })
    }

    fn on_refused(&mut self, code: u8, properties: &Properties<'_>) -> SessionEvent<'static> {
        self.words.store_connack(Greeted::Refused, properties);
        self.words.store_reason(properties);
        self.lost();
        SessionEvent::Refused { code }
    }

    /// A broker of 3.1.1 may say that it has a session where none was asked for.
    fn forgive_session(&self, asked: Grants) -> Result<Grants, Violation> {
        let claimed = asked.session_present && self.clean;
        if claimed && self.rules == Rules::Strict {
            return Err(Violation::Unexpected);
        }
        let mut grants = asked;
        grants.session_present &= !claimed;
        Ok(grants)
    }

    /// What a broker of MQTT 5 grants.
    fn on_terms(
        &mut self,
        asked: Grants,
        properties: &Properties<'_>,
    ) -> Result<Grants, Violation> {
        let is_named = properties.has(&property::CLIENT_ID);
        if asked.session_present && self.is_fresh || self.is_anonymous != is_named {
            return Err(Violation::Unexpected);
        }
        let grants = Grants::of(properties, asked);
        self.keep_alive.set_period(grants.keep_alive);
        self.topics.begin(self.offer.alias_in);
        Ok(grants)
    }

    /// The broker ends the connection, which in MQTT 5 it may.
    fn on_disconnect(
        &mut self,
        disconnect: Disconnect<'_>,
    ) -> Result<SessionEvent<'static>, Violation> {
        let Disconnect { code, properties } = disconnect;
        let is_clients = code == reason::WITH_WILL || properties.has(&property::SESSION_EXPIRY);
        if self.version == Version::V311 || is_clients {
            return Err(Violation::Unexpected);
        }
        self.words.store_disconnect(&properties);
        self.words.store_reason(&properties);
        self.state = State::Left;
        Ok(SessionEvent::Disconnected { code })
    }

    /// Whether a packet may carry these: where no problem information was asked for, no
    /// reason string and no user properties `[MQTT-3.1.2-29]`.
    pub(super) fn check_problem(&self, properties: &Properties<'_>) -> Result<(), Violation> {
        let tells = properties.has(&property::REASON) || properties.has(&property::USER);
        if tells && !self.offer.problem_info {
            return Err(Violation::Unexpected);
        }
        Ok(())
    }

    fn on_publish<'p>(
        &mut self,
        publish: Publish<'p>,
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'p>, Violation> {
        let mut alias = 0;
        if self.version == Version::V5 {
            alias = self.on_terms_of(&publish)?;
        }
        let receipt = self.incoming.on_publish(&publish, &mut self.numbers, out);
        let number = match receipt.map_err(|_| Violation::Full)? {
            Receipt::New(number) => number,
            Receipt::Known => return Ok(SessionEvent::Nothing),
            Receipt::Later => return Ok(SessionEvent::Later),
        };
        Ok(SessionEvent::Message {
            topic: publish.topic,
            alias,
            qos: publish.qos,
            id: publish.id,
            retain: publish.retain,
            dup: publish.dup && publish.id.is_some(),
            properties: publish.properties,
            payload: publish.payload,
            number,
        })
    }

    /// Whether a message keeps to what was announced; the alias that stands for its topic,
    /// 0 if it has one.
    fn on_terms_of(&mut self, publish: &Publish<'_>) -> Result<u16, Violation> {
        if let Some(id) = publish.id
            && self.incoming.exceeds(id, self.receive_max())
        {
            return Err(Violation::Full);
        }
        let Some(alias) = publish.properties.number(&property::ALIAS) else {
            return Ok(0);
        };
        let alias = alias as u16;
        if !self.topics.allows(alias) {
            return Err(Violation::Alias);
        }
        if publish.topic.is_empty() {
            let known = self.topics.topic(alias).is_some();
            return known.then_some(alias).ok_or(Violation::Unexpected);
        }
        let kept = self.topics.set(alias, publish.topic);
        kept.map(|()| 0).map_err(|_| Violation::Full)
    }

    /// PUBACK of success: most of what comes.
    #[inline]
    fn on_puback(&mut self, id: PacketId) -> SessionEvent<'static> {
        self.acknowledged = true;
        let answer = self.outgoing.on_puback(id);
        self.event_of(Ack::new(AckKind::Puback, id), answer)
    }

    fn on_ack(
        &mut self,
        ack: Ack<'_>,
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'static>, Violation> {
        let (id, code) = (ack.id, ack.code);
        // PUBREL may answer what was said on an earlier connection.
        self.acknowledged |= ack.kind != AckKind::Pubrel;
        if !ack.properties.is_empty() {
            self.check_problem(&ack.properties)?;
        }
        let answer = match ack.kind {
            AckKind::Puback | AckKind::Pubrec if code >= reason::UNSPECIFIED => {
                self.outgoing.on_rejected(ack)
            }
            AckKind::Puback => self.outgoing.on_puback(id),
            AckKind::Pubcomp => self.outgoing.on_pubcomp(id),
            AckKind::Pubrec if self.outgoing.is_overtaken(id) => return Ok(SessionEvent::Later),
            AckKind::Pubrec => {
                let answer = self.outgoing.on_pubrec(ack, self.clean, out);
                answer.map_err(|_| Violation::Full)?
            }
            AckKind::Pubrel => {
                let answered = self.incoming.on_pubrel(id, out);
                answered.map_err(|_| Violation::Full)?;
                AckOutcome::Nothing
            }
        };
        Ok(self.event_of(ack, answer))
    }

    /// What an acknowledgement comes to.
    #[inline]
    fn event_of(&mut self, ack: Ack<'_>, answer: AckOutcome) -> SessionEvent<'static> {
        let (id, code) = (ack.id, ack.code);
        match answer {
            AckOutcome::Published { tracked, nobody } => {
                // That PUBCOMP knows no such identifier is the end as well.
                let code = match ack.kind {
                    AckKind::Puback => code,
                    _ if nobody => reason::NOBODY,
                    _ => reason::SUCCESS,
                };
                SessionEvent::Published { id, tracked, code }
            }
            AckOutcome::Rejected { tracked } => {
                self.words.store_reason(&ack.properties);
                SessionEvent::Rejected { id, tracked, code }
            }
            AckOutcome::Nothing => SessionEvent::Nothing,
            AckOutcome::Ignored => self.ignore(),
        }
    }

    /// An acknowledgement nobody waits for.
    pub(super) fn ignore(&mut self) -> SessionEvent<'static> {
        self.ignored = self.ignored.saturating_add(1);
        SessionEvent::Nothing
    }

    /// The broker has sent what cannot be read. A PUBLISH that ended so many
    /// connections already is taken for received, since a broker that has the session
    /// would send it for ever.
    #[cold]
    fn on_malformed<'p>(
        &mut self,
        packet: &[u8],
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'p>, Violation> {
        let Some((&first, rest)) = packet.split_first().filter(|_| is_publish(packet)) else {
            return Err(Violation::Malformed);
        };
        let may = self.rules != Rules::Strict && self.state == State::Connected;
        let print = fingerprint(rest) ^ u64::from(first & !DUP);
        if !may || !self.outgoing.suspect_packet(print) {
            return Err(Violation::Malformed);
        }
        let head = PublishHead::of(self.version, packet);
        let kind = match Qos::new(head.qos) {
            Some(Qos::AtLeastOnce) => Some(AckKind::Puback),
            Some(Qos::ExactlyOnce) => Some(AckKind::Pubrec),
            _ => None,
        };
        if let (Some(kind), Some(id)) = (kind, head.id(packet)) {
            Ack::encode_plain(kind, id, out).map_err(|_| Violation::Full)?;
        }
        let length = u32::try_from(head.payload(packet.len())).unwrap_or(u32::MAX);
        Ok(SessionEvent::Unreadable {
            qos: head.qos,
            length,
        })
    }
}
