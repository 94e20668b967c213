//! What names a link, and a connection of it.

/// How many links a modem has.
pub const LINKS: usize = if cfg!(feature = "three-links") { 3 } else { 1 };

/// One of the modem's links to a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u8);

impl LinkId {
    /// The first one, which is used until another is chosen.
    pub const FIRST: Self = Self(0);

    /// Every link of a modem.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..LINKS as u8).map(Self)
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
