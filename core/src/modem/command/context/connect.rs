//! Connecting to the broker, in one step or in two.

use super::Context;
use crate::at::cme;
use crate::modem::code;
use crate::modem::event::Event;
use crate::modem::fail::Fail;
use crate::modem::link::Link;
use crate::modem::wait::Wait;
use core::time::Duration;

impl<'a> Context<'_, 'a> {
    /// Connects to the broker.
    pub fn connect(&mut self) -> Result<Wait, Fail> {
        self.check_readable()?;
        if !self.machine.radio.is_on() {
            return Err(self.radio_is_off());
        }
        let now = self.machine.now;
        if !self.openable()?.connect(now) {
            return Err(Fail::NOT_ALLOWED);
        }
        self.machine.connect_opened(self.link);
        if !self.is_active() {
            // CONNECT could not be said, and the transport is closed.
            return Err(Fail::NOT_ALLOWED);
        }
        Ok(Wait::Connect(self.link))
    }

    /// The same within so much time; where the link is lost, attempts of the modem's own
    /// come at the longest pause, and the host is told of each that fails.
    pub fn connect_steadily(&mut self, limit: Duration) -> Result<Wait, Fail> {
        let wait = self.connect()?;
        let until = self.machine.now + limit;
        if let Some(link) = self.machine.links.get_mut(self.link) {
            link.limit_attempt(until);
            link.try_steadily();
        }
        Ok(wait)
    }

    /// Connects to the broker; done when CONNECT is said. What comes of that is told as the
    /// packet that it is.
    pub fn greet(&mut self) -> Result<Wait, Fail> {
        self.connect().map(|_| Wait::Greeted(self.link))
    }

    /// CONNACK may take so many seconds behind CONNECT, in an attempt that was begun.
    pub fn limit_connack(&mut self, seconds: u16) {
        if let Some(link) = self.machine.links.get_mut(self.link) {
            link.limit_connack(seconds);
        }
    }

    /// Done when the network has taken all that was said to the broker until now.
    pub fn written(&self) -> Wait {
        let link = self.machine.links.get(self.link);
        Wait::Written(self.link, link.map_or(0, Link::queued))
    }

    /// Opens the transport to the broker; [`connect`](Self::connect) is a step of its own
    /// then.
    pub fn open(&mut self) -> Result<Wait, Fail> {
        self.check_readable()?;
        if !self.machine.radio.is_on() {
            return Err(Fail::NO_SERVICE);
        }
        let now = self.machine.now;
        if !self.openable()?.open_transport(now) {
            return Err(Fail::NOT_ALLOWED);
        }
        Ok(Wait::Opened(self.link))
    }

    /// The link, where it is configured and the modem is not being switched off.
    fn openable(&mut self) -> Result<&mut Link<'a>, Fail> {
        if !self.machine.storage.is_configured(self.link) || self.machine.off {
            return Err(Fail::NOT_ALLOWED);
        }
        self.link_mut()
    }

    fn radio_is_off(&mut self) -> Fail {
        let (link, code) = (self.link, code::RADIO_OFF);
        if let Some(link) = self.machine.links.get_mut(self.link) {
            link.set_last_failure(code.into());
        }
        self.machine.write_event(link, &Event::ConnectDone { code });
        Fail::Cme(cme::NO_SERVICE)
    }
}
