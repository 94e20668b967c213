//! The links of a modem: the first one, and others once they are used.

use super::phase::Transport;
use super::room::Room;
use super::{Link, LinkConfig, LinkMemory, Policy};
use crate::buffer::Full;
use crate::modem::ids::{ConnId, LinkId, LinkSet};
use crate::modem::per_link::{PerLink, Places};
use crate::time::{Instant, sooner};

/// The links of a modem.
#[derive(Debug)]
pub(crate) struct Links<'a> {
    all: PerLink<'a, Link<'a>>,
    ids: LinkSet,
    /// How many there may be beside the first.
    further: u8,
    /// Memory for these.
    room: Room<'a>,
}

impl<'a> Links<'a> {
    /// The first link, closed, and memory for so many others.
    pub(crate) fn new(
        first: Link<'a>,
        further: u8,
        places: Places<'a, Link<'a>>,
        room: Room<'a>,
    ) -> Self {
        Self {
            all: PerLink::new(first, places),
            ids: LinkSet::FIRST,
            further,
            room,
        }
    }

    /// The greatest number of a link.
    pub(crate) fn last(&self) -> LinkId {
        LinkId(self.further)
    }

    /// Takes the memory of a link that is not in use, which is closed then.
    pub(crate) fn add(
        &mut self,
        id: LinkId,
        config: LinkConfig,
        policy: Policy,
    ) -> Result<(), Full> {
        let memory: LinkMemory<'a> = self.room.take().ok_or(Full)?;
        self.all.add(id, Link::new(id, config, policy, memory))?;
        self.ids.add(id);
        Ok(())
    }

    /// Those in use, in the order of their numbers.
    #[inline]
    pub(crate) fn ids(&self) -> LinkSet {
        self.ids.clone()
    }

    /// The link of an id; what is told of one that is not in use is ignored.
    #[inline]
    pub(crate) fn get(&self, id: LinkId) -> Option<&Link<'a>> {
        self.all.get(id)
    }

    /// The same, to change it.
    #[inline]
    pub(crate) fn get_mut(&mut self, id: LinkId) -> Option<&mut Link<'a>> {
        self.all.get_mut(id)
    }

    /// The link of a connection, if that is its present one or was its last.
    #[inline]
    pub(crate) fn of(&self, conn: ConnId) -> Option<&Link<'a>> {
        self.get(conn.link).filter(|link| link.conn() == conn)
    }

    /// Those in use, to change them.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Link<'a>> {
        self.all.iter_mut()
    }

    /// Whether any of them is such a one.
    #[inline]
    pub(crate) fn any(&self, such: impl Fn(&Link<'a>) -> bool) -> bool {
        self.all.any(such)
    }

    /// Whether all of them are.
    pub(crate) fn all(&self, such: impl Fn(&Link<'a>) -> bool) -> bool {
        !self.all.any(|link| !such(link))
    }

    /// One the caller is to open a connection for.
    pub(crate) fn wanted(&self) -> Option<LinkId> {
        let wanted = |link: &Link| link.transport == Transport::Wanted;
        self.all.find(wanted)
    }

    /// One whose session the caller is to put on disk.
    pub(crate) fn changed(&self) -> Option<LinkId> {
        self.all.find(|link| link.session.has_changes())
    }

    /// When one of them wants to be woken.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.all.fold(Link::poll_timeout, sooner)
    }
}
