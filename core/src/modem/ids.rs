//! What names a link, and a connection of it.

/// The most links a modem has.
pub const MOST_LINKS: u8 = 16;

/// One of the modem's links to a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u8);

impl LinkId {
    /// The first one, which is used until another is chosen.
    pub const FIRST: Self = Self(0);
}

/// Links, each at most once.
#[derive(Clone, Debug)]
pub(crate) struct LinkSet(u16);

impl LinkSet {
    /// The first link alone.
    pub(crate) const FIRST: Self = Self(1);

    /// Adds one.
    pub(crate) fn add(&mut self, link: LinkId) {
        self.0 |= 1u16.checked_shl(link.0.into()).unwrap_or(0);
    }
}

/// In the order of their numbers.
impl Iterator for LinkSet {
    type Item = LinkId;

    #[inline]
    fn next(&mut self) -> Option<LinkId> {
        let link = LinkId(self.0.trailing_zeros() as u8);
        let next = self.0 & self.0.wrapping_sub(1);
        (core::mem::replace(&mut self.0, next) != 0).then_some(link)
    }
}

/// One connection of a link, from its [`Action::Open`](crate::Action::Open) to its end.
///
/// Each report about a connection carries this number. So a report that comes late, when
/// the link is closed or was opened again, is recognised and ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnId {
    /// Whose connection it is.
    pub link: LinkId,
    /// How many times the link was opened by then: the first has 1.
    pub number: u32,
}
