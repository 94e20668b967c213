//! What both sides of a connection said of themselves, for who asks.

use super::aliases::Aliases;
use super::terms::{BrokerText, Granted, Greeted, Offer};
use super::{Session, State};
use crate::buffer::Buf;
use crate::mqtt::packet::Packet;
use crate::mqtt::property;

/// Bytes for the identifiers of as many messages as may be in flight.
const IDS: usize = 8 * 1024;

impl<'a> Session<'a> {
    /// Lends memory for what is rarely needed: what a broker of MQTT 5 says, topics that
    /// aliases stand for, and the identifiers of more than [`WINDOW`](super::WINDOW) messages in flight.
    /// To be called before the first connect.
    pub fn lend(&mut self, memory: Buf<'a>) {
        let part = memory.capacity() / 4;
        let (ids, rest) = memory.split(part.min(IDS));
        let (words, topics) = rest.split(part);
        let (incoming, outgoing) = topics.split(part);
        self.outgoing.lend(ids, outgoing);
        self.words = BrokerText::new(words);
        self.topics = Aliases::new(incoming);
    }

    /// What CONNECT of MQTT 5 announces from the next one on.
    pub fn set_offer(&mut self, offer: Offer) {
        self.offer = offer;
    }

    /// What the broker said of the connection, or of the last one; none where it has not
    /// answered CONNECT.
    pub fn granted(&self) -> Option<Granted<'_>> {
        let grants = *self.outgoing.grants();
        let granted = Granted::new(grants, &self.words, self.is_anonymous);
        (self.words.answer() != Greeted::None).then_some(granted)
    }

    /// The device starts again: nothing is known of an earlier connection.
    pub fn forget_granted(&mut self) {
        if self.state == State::Idle {
            self.words.clear();
        }
    }

    /// The reason string that came with the last refusal, or the end of the connection;
    /// empty if there was none.
    pub fn reason(&self) -> &str {
        self.words.reason()
    }

    /// The topic an alias of the broker's stands for.
    pub fn topic_of(&self, alias: u16) -> Option<&str> {
        self.topics.topic(alias)
    }

    /// Takes out the topics the broker has aliases for. They are to be put back before
    /// the next packet.
    pub(crate) fn take_topics(&mut self) -> Aliases<'a> {
        self.topics.take()
    }

    /// Puts them back.
    pub(crate) fn put_topics_back(&mut self, topics: Aliases<'a>) {
        self.topics = topics;
    }

    /// Bytes of the topic that an alias in this packet, a message, stands for.
    #[inline]
    pub(crate) fn aliased_len(&self, packet: &[u8]) -> usize {
        if !self.topics.is_used() {
            return 0;
        }
        self.find_aliased(packet).map_or(0, str::len)
    }

    #[cold]
    fn find_aliased(&self, packet: &[u8]) -> Option<&str> {
        match Packet::decode_as(self.version, self.rules, packet).ok()? {
            Packet::Publish(publish) if publish.topic.is_empty() => {
                let alias = publish.properties.number(&property::ALIAS)?;
                self.topics.topic(alias as u16)
            }
            _ => None,
        }
    }

    /// How long the broker was asked to keep the session, in seconds.
    pub fn asked_expiry(&self) -> u32 {
        if self.clean {
            0
        } else {
            self.offer.session_expiry
        }
    }
}
