//! What the modem shows to who watches it from outside.

use crate::modem::Modem;
use crate::modem::failure::Failure;
use crate::modem::ids::LinkId;
use crate::modem::link::Link;
use crate::modem::network::LinkState;
use crate::time::Instant;

impl Modem<'_> {
    /// The links that are in use: the first one, and each that was selected or has
    /// something stored.
    pub fn links(&self) -> impl Iterator<Item = LinkId> {
        self.machine.links.ids()
    }

    /// How far a link is, for who watches it from outside.
    #[inline]
    pub fn link_state(&self, link: LinkId) -> LinkState {
        let link = self.machine.links.get(link);
        link.map_or(LinkState::Closed, Link::state)
    }

    /// When a link that is not up is tried again by itself.
    pub fn retry_at(&self, link: LinkId) -> Option<Instant> {
        self.machine.links.get(link).and_then(Link::retry_at)
    }

    /// Whether the radio is on.
    pub fn is_radio_on(&self) -> bool {
        self.machine.radio.is_on()
    }

    /// Why a link is not up, or was not when it last failed.
    pub fn last_failure(&self, link: LinkId) -> Failure {
        let link = self.machine.links.get(link);
        link.map_or(Failure::NONE, Link::last_failure)
    }

    /// Why no connection of a link is asked for: the option that names what the certificate
    /// store has not, and that name.
    pub fn missing_credential(&self, link: LinkId) -> Option<(&'static str, &str)> {
        self.machine.storage.missing_credential(link)
    }
}
