//! One side of a session's QoS 1 and 2, exactly: it is the same for broker and client.

use crate::aliases::Aliases;
use crate::packets::{ack, encode_as};
use mqmodem_core::Buf;
use mqmodem_core::mqtt::carrier::Carrier;
use mqmodem_core::mqtt::packet::{Ack, AckKind, Publish};
use mqmodem_core::mqtt::property::{ALIAS, PropertyValue};
use mqmodem_core::mqtt::{Packet, PacketId, Properties, Qos, Version};
use std::collections::VecDeque;

/// A message that is sent.
pub trait Outgoing {
    /// How surely it is delivered.
    fn qos(&self) -> Qos;
    /// Where it goes.
    fn topic(&self) -> String;
    /// What it carries.
    fn payload(&self) -> Vec<u8>;
}

/// What a side does wrong, for tests to see that it is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowFault {
    /// Forgets what was in flight when the connection ended.
    Forget,
    /// Sends what was in flight under new packet ids.
    Renumber,
    /// Sends what was in flight last first.
    Reverse,
    /// Forgets which packet ids of QoS 2 it received.
    Amnesia,
    /// Sends again without DUP.
    Unmarked,
}

/// A message that is not done.
#[derive(Clone, Debug)]
struct Sent<M> {
    id: PacketId,
    message: M,
    /// PUBREC came.
    released: bool,
    /// It is still to be sent on the present connection, where it was on another before.
    again: bool,
}

/// What became of a message that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It came for the first time, as far as its packet id tells.
    New,
    /// It is known.
    Again,
}

/// What one side of a session keeps over connections.
#[derive(Clone, Debug)]
pub struct Flow<M> {
    window: usize,
    /// What the other side takes on this connection, and how it is spoken to.
    taken: usize,
    version: Version,
    aliases: Aliases,
    /// Whether packet ids go round: one that was just freed is not the next one.
    rotates: bool,
    last_id: u16,
    queue: VecDeque<M>,
    sent: Vec<Sent<M>>,
    /// QoS 2 messages received and not yet released, in their order.
    received: Vec<(PacketId, Vec<u8>)>,
    /// Whether acknowledgements may come in another order than messages.
    pub any_order: bool,
    /// What it does wrong.
    pub fault: Option<FlowFault>,
}

impl<M: Outgoing> Flow<M> {
    /// With at most `window` messages in flight.
    pub fn new(window: usize, rotates: bool) -> Self {
        Self {
            window,
            taken: usize::MAX,
            version: Version::V311,
            aliases: Aliases::default(),
            rotates,
            last_id: 0,
            queue: VecDeque::new(),
            sent: Vec::new(),
            received: Vec::new(),
            any_order: false,
            fault: None,
        }
    }

    /// A connection of this version begins, with an other side that has at most so many
    /// messages in flight and takes so many topic aliases.
    pub fn begin(&mut self, version: Version, taken: usize, aliases: u16) {
        self.version = version;
        self.taken = taken;
        self.aliases = Aliases::new(aliases);
    }

    /// Messages there may be in flight.
    fn limit(&self) -> usize {
        self.window.min(self.taken)
    }

    /// Sends this message when its turn comes.
    pub fn push(&mut self, message: M) {
        self.queue.push_back(message);
    }

    /// Whether a message that is pushed now would be sent at once.
    pub fn has_room(&self) -> bool {
        self.queue.is_empty() && self.sent.len() < self.limit()
    }

    /// Whether everything was delivered.
    pub fn is_delivered(&self) -> bool {
        self.queue.is_empty() && self.sent.is_empty()
    }

    /// Whether the other side has ended the messages it has sent.
    pub fn is_released(&self) -> bool {
        self.received.is_empty()
    }

    /// What is received of QoS 2 under this packet id and not released.
    pub fn received(&self, id: PacketId) -> Option<&[u8]> {
        let received = self.received.iter().find(|(taken, _)| *taken == id);
        received.map(|(_, payload)| payload.as_slice())
    }

    /// Messages the other side has not taken over.
    pub fn unfinished(&self) -> impl Iterator<Item = &M> {
        let sent = self.sent.iter().filter(|it| !it.released);
        sent.map(|it| &it.message).chain(&self.queue)
    }

    /// The connection ends: what is at most once does not wait.
    pub fn disconnected(&mut self) {
        self.queue.retain(|it| it.qos() != Qos::AtMostOnce);
    }

    /// The other side lost the session: its packet ids mean nothing any more.
    pub fn forget_received(&mut self) {
        self.received.clear();
    }

    /// The next message that may be sent, as a packet.
    pub fn poll_send(&mut self) -> Option<Vec<u8>> {
        if let Some(again) = self.poll_again() {
            return Some(again);
        }
        if self.queue.front()?.qos() == Qos::AtMostOnce {
            let message = self.queue.pop_front()?;
            return Some(self.publish(&message, None, false));
        }
        if self.sent.len() >= self.limit() {
            return None;
        }
        let (id, message) = (self.free_id()?, self.queue.pop_front()?);
        let packet = self.publish(&message, Some(id), false);
        self.sent.push(Sent {
            id,
            message,
            released: false,
            again: false,
        });
        Some(packet)
    }

    fn publish(&mut self, message: &M, id: Option<PacketId>, dup: bool) -> Vec<u8> {
        let (topic, alias) = self.aliases.shorten(message.topic());
        let mut block = Buf::heap(8);
        if let Some(alias) = alias {
            let written = ALIAS.write(PropertyValue::Two(alias), &mut block);
            written.expect("room for an alias");
        }
        let properties = Properties::parse(Carrier::Publish, block.as_slice());
        let publish = Publish {
            dup: dup && message.qos() != Qos::AtMostOnce,
            qos: message.qos(),
            retain: false,
            topic: &topic,
            id,
            properties: properties.expect("a block of one property"),
            payload: &message.payload(),
        };
        encode_as(self.version, &Packet::Publish(publish))
    }

    fn free_id(&mut self) -> Option<PacketId> {
        let from = if self.rotates { self.last_id } else { 0 };
        let ids = (1..=u16::MAX).map(|step| from.wrapping_add(step));
        let used = |id: PacketId| self.sent.iter().any(|it| it.id == id);
        let id = ids.filter_map(PacketId::new).find(|id| !used(*id))?;
        self.last_id = id.get();
        Some(id)
    }

    /// A connection begins: what is sent again, in its order `[MQTT-4.4.0-1]`.
    pub fn resume(&mut self) -> Vec<Vec<u8>> {
        match self.fault {
            Some(FlowFault::Forget) => self.sent.clear(),
            Some(FlowFault::Renumber) => self.renumber(),
            Some(FlowFault::Reverse) => self.sent.reverse(),
            Some(FlowFault::Amnesia) => self.forget_received(),
            Some(FlowFault::Unmarked) | None => {}
        }
        for sent in &mut self.sent {
            sent.again = true;
        }
        std::iter::from_fn(|| self.poll_again()).collect()
    }

    /// The next packet that is sent again, as far as the other side takes it.
    fn poll_again(&mut self) -> Option<Vec<u8>> {
        let at = self.sent.iter().position(|it| it.again)?;
        let open = self.sent.iter().filter(|it| !it.again).count();
        let limit = self.limit();
        let sent = &mut self.sent[at];
        if sent.released {
            sent.again = false;
            return Some(ack(AckKind::Pubrel, sent.id));
        }
        if open >= limit {
            return None;
        }
        let mut sent = self.sent.remove(at);
        sent.again = false;
        let dup = self.fault != Some(FlowFault::Unmarked);
        let packet = self.publish(&sent.message, Some(sent.id), dup);
        self.sent.insert(at, sent);
        Some(packet)
    }

    fn renumber(&mut self) {
        for place in 0..self.sent.len() {
            let id = self.free_id();
            let sent = &mut self.sent[place];
            sent.id = id.unwrap_or(sent.id);
            sent.released = false;
        }
    }

    /// A message came; whether it is new, and what to answer.
    ///
    /// # Errors
    /// Where its packet id is in use for another message.
    pub fn receive(
        &mut self,
        publish: &Publish<'_>,
    ) -> Result<(Arrival, Option<Ack<'static>>), String> {
        let Some(id) = publish.id else {
            return Ok((Arrival::New, None));
        };
        if publish.qos == Qos::AtLeastOnce {
            return Ok((Arrival::New, Some(reply(AckKind::Puback, id))));
        }
        let arrival = match self.received(id) {
            None => {
                self.received.push((id, publish.payload.to_vec()));
                Arrival::New
            }
            Some(before) if before == publish.payload => Arrival::Again,
            Some(before) => {
                let before = before.escape_ascii();
                return Err(format!("{publish} takes the identifier of {before}"));
            }
        };
        Ok((arrival, Some(reply(AckKind::Pubrec, id))))
    }

    /// An acknowledgement came; what to answer. One nobody waits for is answered as the
    /// standard has it, so that the flow ends on the other side too.
    ///
    /// # Errors
    /// Where it is not the one that is due.
    pub fn acknowledged(&mut self, ack: Ack<'_>) -> Result<Option<Ack<'static>>, String> {
        let Ack { kind, id, .. } = ack;
        let ended = match kind {
            AckKind::Puback => {
                let at = self.first(id, |it| it.message.qos() == Qos::AtLeastOnce)?;
                self.end(at)
            }
            // PUBCOMP has no order to keep.
            AckKind::Pubcomp => {
                let mut sent = self.sent.iter();
                let at = sent.position(|it| it.released && it.id == id);
                self.end(at)
            }
            AckKind::Pubrec => {
                let open = |it: &Sent<M>| it.message.qos() == Qos::ExactlyOnce && !it.released;
                if let Some(at) = self.first(id, open)? {
                    self.sent[at].released = true;
                }
                return Ok(Some(reply(AckKind::Pubrel, id)));
            }
            AckKind::Pubrel => {
                self.release(id)?;
                return Ok(Some(reply(AckKind::Pubcomp, id)));
            }
        };
        // What is not known is of a connection or session before.
        if !ended && self.sent.iter().any(|it| it.id == id) {
            return Err(format!("{kind:?} for identifier {id} does not fit"));
        }
        Ok(None)
    }

    fn end(&mut self, at: Option<usize>) -> bool {
        at.map(|at| self.sent.remove(at)).is_some()
    }

    /// Where the message of this identifier is, if it is among those open; they
    /// are acknowledged in their order `[MQTT-4.6.0-2]`, `[MQTT-4.6.0-3]`.
    fn first(
        &self,
        id: PacketId,
        open: impl Fn(&Sent<M>) -> bool,
    ) -> Result<Option<usize>, String> {
        let all = self.sent.iter().enumerate();
        let mut all = all.filter(|(_, it)| open(it));
        match all.next() {
            Some((at, it)) if it.id == id => Ok(Some(at)),
            Some((_, it)) if !self.any_order && all.any(|(_, other)| other.id == id) => {
                Err(format!("identifier {id} is acknowledged before {}", it.id))
            }
            _ => Ok(all.find(|(_, other)| other.id == id).map(|(at, _)| at)),
        }
    }

    /// PUBREL comes in the order of PUBREC `[MQTT-4.6.0-4]`.
    fn release(&mut self, id: PacketId) -> Result<(), String> {
        match self.received.iter().position(|(taken, _)| *taken == id) {
            Some(at) if at == 0 || self.any_order => {
                self.received.remove(at);
                Ok(())
            }
            Some(_) => Err(format!("identifier {id} is released before others")),
            None => Ok(()),
        }
    }
}

fn reply(kind: AckKind, id: PacketId) -> Ack<'static> {
    Ack::new(kind, id)
}
