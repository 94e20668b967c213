//! The links of the modem, and which of them commands are about.

use super::Context;
use crate::at::reply::Reply;
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::link::Link;
use crate::modem::network::LinkStep;
use crate::modem::settings::Settings;
use crate::modem::storage::options::VERSION;

/// A link that is configured.
#[derive(Clone, Copy, Debug)]
pub struct Configured<'m> {
    /// Which it is.
    pub link: LinkId,
    /// Whether the broker is connected.
    pub is_connected: bool,
    /// How far it is otherwise.
    pub step: LinkStep,
    /// The value of the option `version`.
    pub version: u32,
    /// Where it goes.
    pub settings: Settings<'m>,
}

impl Context<'_, '_> {
    /// Commands are about this link from now on; those that follow on the line too.
    pub fn select_link(&mut self, link: LinkId) -> Result<(), Fail> {
        self.machine.select(link)
    }

    /// The present command is about this link, and those that follow, until one chooses
    /// another.
    pub fn use_link(&mut self, link: LinkId) -> Result<(), Fail> {
        self.machine.select(link)?;
        self.link = link;
        Ok(())
    }

    /// Breaks the link off without a word to its broker, which publishes the will; nothing
    /// makes it again.
    pub fn cut(&mut self) {
        self.machine.cut(self.link);
    }

    /// Breaks off every link without a word to its broker.
    pub fn cut_links(&mut self) {
        self.machine.cut_all();
    }

    /// Leaves the link in order, and tells the host by an event that it is
    /// [lost](crate::modem::event::Event::Lost) for this reason.
    pub fn lose(&mut self, code: u8) {
        self.machine.disconnect(self.link, Some(code));
    }

    /// Commands are about the first link again; properties that were given are forgotten.
    pub fn select_first_link(&mut self) {
        self.machine.properties.clear();
        self.machine.select_first();
    }

    /// How far the link is.
    pub fn step(&self) -> LinkStep {
        let link = self.machine.links.get(self.link);
        link.map_or(LinkStep::Closed, Link::step)
    }

    /// The link that commands are about.
    pub fn link(&self) -> LinkId {
        self.link
    }

    /// The greatest number of a link.
    pub fn last_link(&self) -> LinkId {
        self.machine.links.last()
    }

    /// Says something of every link that is configured, in the order of their numbers.
    pub fn each_configured(&mut self, mut write: impl FnMut(&Configured, &mut Reply)) {
        let machine = &mut *self.machine;
        let style = machine.style();
        machine.answer.write(&mut machine.out, style, |reply| {
            for link in machine.links.ids() {
                let Some(settings) = machine.storage.settings(link) else {
                    continue;
                };
                let state = machine.links.get(link);
                let configured = Configured {
                    link,
                    is_connected: state.is_some_and(Link::is_online),
                    step: state.map_or(LinkStep::Closed, Link::step),
                    version: machine.storage.option(link, VERSION),
                    settings,
                };
                write(&configured, reply);
            }
        });
    }
}
