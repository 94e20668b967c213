//! What the modem sends and receives, looked at where it leaves the modem.

use super::disk::Disk;
use super::ledger::Ledger;
use super::message::number_of;
use super::plan::Plan;
use crate::packets::PacketStream;
use mqmodem_core::mqtt::packet::AckKind;
use mqmodem_core::mqtt::property::RECEIVE_MAX;
use mqmodem_core::mqtt::{Packet, PacketId, Qos, Version};
use std::collections::{BTreeMap, BTreeSet};

/// Both directions of the present connection, and identifiers in use.
#[derive(Debug)]
pub(crate) struct WireObserver {
    stored: bool,
    clean: bool,
    up: PacketStream,
    down: PacketStream,
    in_use: BTreeMap<PacketId, usize>,
    /// Messages that were sent before and not ended, and under which identifier: one
    /// that was reported lost is another if the host gives it again.
    known: BTreeSet<(usize, Option<PacketId>)>,
    /// Messages of QoS 1 and 2 sent on this connection and not ended, and how many the
    /// broker takes.
    open: BTreeSet<PacketId>,
    most: usize,
}

type Judged = Result<(), String>;

impl WireObserver {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            stored: plan.stores && (!plan.clean || plan.pubmode),
            clean: plan.clean,
            up: PacketStream::default(),
            down: PacketStream::default(),
            in_use: BTreeMap::new(),
            known: BTreeSet::new(),
            open: BTreeSet::new(),
            most: usize::MAX,
        }
    }

    /// Another connection begins.
    pub(crate) fn begin(&mut self) {
        self.up.clear();
        self.down.clear();
        self.open.clear();
        self.most = usize::MAX;
    }

    /// The modem has sent bytes: no message before it is durable, none again
    /// without DUP `[MQTT-3.3.1-1]`, no identifier that is in use.
    pub(crate) fn sent(&mut self, bytes: &[u8], disk: &Disk, ledger: &Ledger) -> Judged {
        self.up.extend(bytes);
        while let Some(packet) = self.up.next_packet()? {
            match self.up.decode(&packet)? {
                Packet::Connect(connect) => {
                    self.down.set_version(connect.version);
                    if connect.clean_session {
                        self.in_use.clear();
                    }
                }
                Packet::Publish(publish) if publish.qos != Qos::AtMostOnce => {
                    let number = number_of(publish.payload).unwrap_or_default();
                    ledger.is_sent(number)?;
                    let called_off = ledger.is_called_off(number);
                    if self.stored && !called_off && !disk.has_message(publish.payload) {
                        return Err(format!("message {number} is sent before it is durable"));
                    }
                    let again = !self.known.insert((number, publish.id));
                    if again && !publish.dup && !self.clean {
                        return Err(format!("message {number} is sent again without DUP"));
                    }
                    self.uses(publish.id, number)?;
                    self.opens(publish.id)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// No more are open than the broker takes `[MQTT-3.3.4-7]`.
    fn opens(&mut self, id: Option<PacketId>) -> Judged {
        self.open.extend(id);
        if self.open.len() > self.most {
            let open = self.open.len();
            return Err(format!(
                "{open} messages in flight where {} are taken",
                self.most
            ));
        }
        Ok(())
    }

    fn uses(&mut self, id: Option<PacketId>, number: usize) -> Judged {
        let Some(id) = id else {
            return Ok(());
        };
        match self.in_use.insert(id, number) {
            Some(before) if before != number => Err(format!(
                "identifier {id} of message {before} is used for message {number}"
            )),
            _ => Ok(()),
        }
    }

    /// The modem has taken bytes of the broker.
    pub(crate) fn received(&mut self, bytes: &[u8]) -> Judged {
        self.down.extend(bytes);
        while let Some(packet) = self.down.next_packet()? {
            match self.down.decode(&packet) {
                Ok(Packet::Ack(ack)) if matches!(ack.kind, AckKind::Puback | AckKind::Pubcomp) => {
                    self.open.remove(&ack.id);
                    self.in_use.remove(&ack.id);
                    self.known.retain(|(_, id)| *id != Some(ack.id));
                }
                // The broker knows no identifier of before.
                Ok(Packet::Connack(connack)) => {
                    let most = connack.properties.number(&RECEIVE_MAX);
                    self.most = most.map_or(usize::MAX, |most| most as usize);
                    if !connack.session_present {
                        self.in_use.clear();
                        // In MQTT 5 nothing was sent in a new session before.
                        if self.down.version() == Version::V5 {
                            self.known.clear();
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}
