//! Carrying bytes between the modem, the host and the broker.

use super::world::Link;
use super::{Sim, Way};

impl Sim<'_> {
    pub(super) fn hear_host(&mut self) -> Result<bool, String> {
        let now = self.now;
        let offered = cut(&self.host.typed, self.way == Way::HostInBytes);
        let modem = self.modem.as_mut().ok_or("the modem is off")?;
        if offered.is_empty() || !modem.host_ready() {
            return Ok(false);
        }
        let taken = modem.handle_host(now, offered);
        if taken == 0 && modem.host_ready() {
            return Err("host_ready, but handle_host takes nothing".into());
        }
        self.host.typed.drain(..taken);
        Ok(true)
    }

    pub(super) fn tell_host(&mut self) -> Result<bool, String> {
        let now = self.now;
        let modem = self.modem.as_mut().ok_or("the modem is off")?;
        let bytes = cut(modem.host_out(), self.way == Way::OutputInBytes);
        if bytes.is_empty() || !self.host.reads {
            return Ok(false);
        }
        self.heard.host.extend(bytes);
        let count = bytes.len();
        modem.host_sent(now, count);
        Ok(true)
    }

    pub(super) fn hear_broker(&mut self) -> Result<bool, String> {
        let now = self.now;
        let net = &mut self.net;
        let modem = self.modem.as_mut().ok_or("the modem is off")?;
        if net.link != Link::Open {
            return Ok(false);
        }
        if let (true, Some(end)) = (net.incoming.is_empty(), net.end) {
            net.close();
            modem.handle_net(now, net.conn, end);
            return Ok(true);
        }
        let offered = cut(&net.incoming, self.way == Way::BrokerInBytes);
        if offered.is_empty() || !modem.net_ready(net.conn) {
            return Ok(false);
        }
        let taken = modem.handle_net_data(now, net.conn, offered);
        net.incoming.drain(..taken);
        Ok(taken > 0)
    }

    pub(super) fn tell_broker(&mut self) -> Result<bool, String> {
        let now = self.now;
        let modem = self.modem.as_mut().ok_or("the modem is off")?;
        let bytes = cut(modem.net_out(self.net.conn), self.way == Way::OutputInBytes);
        if bytes.is_empty() || self.net.link != Link::Open || !self.net.reads {
            return Ok(false);
        }
        self.heard.broker.extend(bytes);
        let count = bytes.len();
        modem.net_sent(now, self.net.conn, count);
        Ok(true)
    }
}

fn cut(bytes: &[u8], in_bytes: bool) -> &[u8] {
    let most = if in_bytes { 1 } else { bytes.len() };
    &bytes[..most.min(bytes.len())]
}
