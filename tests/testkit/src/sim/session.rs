//! One client's session at the broker (MQTT 3.1.1, clause 4.1).

use super::agenda::Conn;
use super::ledger::Ledger;
use super::message::{self, Message, number_of};
use crate::packets::{ack, encode};
use mqmodem_core::mqtt::packet::{Ack, AckKind, Publish, Subscribe};
use mqmodem_core::mqtt::{Packet, PacketId, Qos};
use std::collections::{BTreeMap, VecDeque};

/// A message that is under way to the client.
#[derive(Debug)]
struct Flight {
    id: PacketId,
    message: Message,
    /// PUBREC has come.
    released: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) conn: Option<Conn>,
    pub(crate) clean: bool,
    /// The client knows that this session is a new one: it went on after CONNACK.
    pub(crate) known: bool,
    filters: BTreeMap<String, Qos>,
    pub(crate) queue: VecDeque<Message>,
    flights: Vec<Flight>,
    /// QoS 2 messages taken and not yet released, in their order.
    pub(crate) received: Vec<(PacketId, usize)>,
    last_id: u16,
    /// Whether acknowledgements may come in another order than messages.
    pub(crate) any_order: bool,
}

impl Session {
    pub(crate) fn left(&mut self, conn: Conn) {
        if self.conn == Some(conn) {
            self.conn = None;
            // What is at most once does not wait.
            self.queue.retain(|it| it.qos != Qos::AtMostOnce);
        }
    }

    pub(crate) fn wants(&self, topic: &str) -> bool {
        let covers = |filter: &String| topic.starts_with(filter.trim_end_matches('#'));
        self.filters.keys().any(covers)
    }

    pub(crate) fn subscribe(&mut self, subscribe: &Subscribe) -> Vec<u8> {
        let mut codes = Vec::new();
        for (filter, qos) in subscribe.requests.iter() {
            self.filters.insert(filter.to_owned(), qos);
            codes.push(qos.level());
        }
        codes
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.flights.is_empty()
    }

    /// Whether the client has ended the messages it has sent.
    pub(crate) fn is_released(&self) -> bool {
        self.received.is_empty()
    }

    /// Messages the client has not taken over.
    pub(crate) fn unfinished(&self) -> impl Iterator<Item = usize> {
        let flights = self.flights.iter().filter(|it| !it.released);
        let flights = flights.map(|it| it.message.number);
        flights.chain(self.queue.iter().map(|it| it.number))
    }

    /// The next message to send, with its identifier.
    pub(crate) fn next(
        &mut self,
        window: usize,
        rotates: bool,
    ) -> Option<(Message, Option<PacketId>)> {
        let message = *self.queue.front()?;
        if message.qos == Qos::AtMostOnce {
            self.queue.pop_front();
            return Some((message, None));
        }
        if self.flights.len() >= window {
            return None;
        }
        let id = self.free_id(rotates)?;
        self.queue.pop_front();
        let released = false;
        self.flights.push(Flight {
            id,
            message,
            released,
        });
        Some((message, Some(id)))
    }

    fn free_id(&mut self, rotates: bool) -> Option<PacketId> {
        let from = if rotates { self.last_id } else { 0 };
        let ids = (1..=u16::MAX).map(|step| from.wrapping_add(step));
        let used = |id: PacketId| self.flights.iter().any(|it| it.id == id);
        let id = ids.filter_map(PacketId::new).find(|id| !used(*id))?;
        self.last_id = id.get();
        Some(id)
    }

    /// What is sent again at a connect, in its order `[MQTT-4.4.0-1]`.
    pub(crate) fn again(&self) -> Vec<Vec<u8>> {
        let again = |it: &Flight| {
            if it.released {
                ack(AckKind::Pubrel, it.id)
            } else {
                publish(it.message, Some(it.id), true)
            }
        };
        self.flights.iter().map(again).collect()
    }

    /// A message of the client; what to answer.
    pub(crate) fn take(
        &mut self,
        publish: &Publish,
        ledger: &mut Ledger,
    ) -> Result<Option<Ack>, String> {
        let number = number_of(publish.payload).ok_or("a content nobody sent")?;
        let Some(id) = publish.id else {
            ledger.took(number, publish)?;
            return Ok(None);
        };
        if publish.qos == Qos::AtLeastOnce {
            ledger.took(number, publish)?;
            return Ok(Some(reply(AckKind::Puback, id)));
        }
        match self.received.iter().find(|(taken, _)| *taken == id) {
            None => {
                self.received.push((id, number));
                ledger.took(number, publish)?;
            }
            Some((_, before)) if *before == number => {}
            Some((_, before)) => {
                return Err(format!(
                    "message {number} takes the identifier {id} of message {before}"
                ));
            }
        }
        Ok(Some(reply(AckKind::Pubrec, id)))
    }

    /// An acknowledgement of the client; what to answer.
    pub(crate) fn acknowledged(&mut self, ack: Ack) -> Result<Option<Ack>, String> {
        let Ack { kind, id } = ack;
        let ended = match kind {
            AckKind::Puback => {
                let at = self.first(id, |it| it.message.qos == Qos::AtLeastOnce)?;
                self.ends(at)
            }
            // PUBCOMP has no order to keep.
            AckKind::Pubcomp => {
                let mut flights = self.flights.iter();
                let at = flights.position(|it| it.released && it.id == id);
                self.ends(at)
            }
            AckKind::Pubrec => {
                let open = |it: &Flight| it.message.qos == Qos::ExactlyOnce && !it.released;
                if let Some(at) = self.first(id, open)? {
                    self.flights[at].released = true;
                }
                return Ok(Some(reply(AckKind::Pubrel, id)));
            }
            AckKind::Pubrel => {
                self.releases(id)?;
                return Ok(Some(reply(AckKind::Pubcomp, id)));
            }
            AckKind::Unsuback => return Err("no client sends UNSUBACK".to_owned()),
        };
        // What is not known is of a connection or session before.
        if !ended && self.flights.iter().any(|it| it.id == id) {
            return Err(format!("{kind:?} for identifier {id} does not fit"));
        }
        Ok(None)
    }

    fn ends(&mut self, at: Option<usize>) -> bool {
        at.map(|at| self.flights.remove(at)).is_some()
    }

    /// Where the message of this identifier is, if it is among those open; they
    /// are acknowledged in their order `[MQTT-4.6.0-2]`, `[MQTT-4.6.0-3]`.
    fn first(&self, id: PacketId, open: impl Fn(&Flight) -> bool) -> Result<Option<usize>, String> {
        let all = self.flights.iter().enumerate();
        let mut all = all.filter(|(_, it)| open(it));
        let first = all.next();
        match first {
            Some((at, it)) if it.id == id => Ok(Some(at)),
            Some((_, it)) if !self.any_order && all.any(|(_, other)| other.id == id) => {
                Err(format!("identifier {id} is acknowledged before {}", it.id))
            }
            _ => Ok(all.find(|(_, other)| other.id == id).map(|(at, _)| at)),
        }
    }

    /// PUBREL comes in the order of PUBREC `[MQTT-4.6.0-4]`.
    fn releases(&mut self, id: PacketId) -> Result<(), String> {
        match self.received.iter().position(|(taken, _)| *taken == id) {
            Some(0) => {
                self.received.remove(0);
                Ok(())
            }
            Some(at) if self.any_order => {
                self.received.remove(at);
                Ok(())
            }
            Some(_) => Err(format!("identifier {id} is released before others")),
            None => Ok(()),
        }
    }
}

fn reply(kind: AckKind, id: PacketId) -> Ack {
    Ack { kind, id }
}

/// A PUBLISH to the client.
pub(crate) fn publish(message: Message, id: Option<PacketId>, dup: bool) -> Vec<u8> {
    encode(&Packet::Publish(Publish {
        dup: dup && message.qos != Qos::AtMostOnce,
        qos: message.qos,
        retain: false,
        topic: &message::topic('i', message.topic),
        id,
        payload: &message.content(),
    }))
}
