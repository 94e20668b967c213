//! What the modem shows to who watches it from outside.

use super::Modem;
use super::failure::Failure;
use super::ids::LinkId;
use super::link::Phase;
use super::network::LinkState;

impl Modem<'_> {
    /// How far a link is, for who watches it from outside.
    #[inline]
    pub fn link_state(&self, link: LinkId) -> LinkState {
        let link = self.machine.links.get(usize::from(link.0));
        match link.map(|link| link.phase) {
            None | Some(Phase::Closed) => LinkState::Closed,
            Some(Phase::Opening { .. } | Phase::Greeting { .. }) => LinkState::Opening,
            Some(Phase::Online) => LinkState::Online,
            Some(Phase::Closing { .. }) => LinkState::Closing,
        }
    }

    /// Why the link is not up, or was not when it last failed.
    pub fn last_failure(&self) -> Failure {
        self.machine.last_failure
    }
}
