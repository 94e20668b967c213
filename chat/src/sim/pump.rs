//! What passes between a modem and its world where something is made to go wrong.

use super::net::ConnectionState;
use super::world::World;
use crate::environment::Notice;
use mqmodem_core::{LinkId, NetError, NetEvent};
use mqmodem_faults::{DeviceAct, FaultEnd, Faults, Passage};

impl World {
    /// Moves what arrives, and does what faults do; whether anything moved.
    pub(super) fn pump(&mut self) -> bool {
        let Some(mut faults) = self.faults.take() else {
            return false;
        };
        faults.advance(self.now);
        let mut moved = self.pump_host(&mut faults);
        for link in 0..self.nets.len() {
            moved |= self.pump_link(&mut faults, LinkId(link as u8));
        }
        if let Some((link, end)) = faults.poll_end() {
            let net = self.net(link);
            net.by_fault = true;
            net.end = Some(match end {
                FaultEnd::Reset => NetEvent::Failed(NetError::Broken),
                FaultEnd::Close => NetEvent::Closed,
            });
            moved = true;
        }
        let act = match self.power {
            None => faults.poll_device(self.now),
            Some(_) => None,
        };
        match act {
            Some(DeviceAct::Radio(on)) => {
                self.events.push_back(Notice::Network(on));
                moved = true;
            }
            act => self.power = self.power.or(act),
        }
        self.faults = Some(faults);
        moved
    }

    fn pump_host(&mut self, faults: &mut Faults) -> bool {
        let typed = arrived(faults, self, Passage::FromHost);
        self.host.typed.extend(&typed);
        let said = if self.host.reads {
            arrived(faults, self, Passage::ToHost)
        } else {
            Vec::new()
        };
        self.output.host.extend(&said);
        !typed.is_empty() || !said.is_empty()
    }

    fn pump_link(&mut self, faults: &mut Faults, link: LinkId) -> bool {
        let now = self.now;
        if self.net(link).put_off && faults.may_open(now, link) {
            self.net(link).put_off = false;
            if !self.net(link).leaves_pending {
                self.net(link).link = ConnectionState::Open;
                faults.opened(now, link);
                self.happened(link, NetEvent::Opened);
            }
            return true;
        }
        if self.net(link).link != ConnectionState::Open {
            return false;
        }
        let came = arrived(faults, self, Passage::FromBroker(link));
        self.net(link).incoming.extend(&came);
        let sent = arrived(faults, self, Passage::ToBroker(link));
        if !sent.is_empty() {
            self.output.brokers.entry(link).or_default().extend(&sent);
        }
        !came.is_empty() || !sent.is_empty()
    }
}

/// Takes what has arrived there.
fn arrived(faults: &mut Faults, world: &World, way: Passage) -> Vec<u8> {
    let bytes = faults.ready(world.now, way).to_vec();
    faults.take(way, bytes.len());
    bytes
}
