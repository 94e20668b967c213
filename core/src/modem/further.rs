//! Memory for the links of a modem beside the first.

use super::ids::MOST_LINKS;
use super::link::{LEAST_ROOM, Link, LinkMemory, Room};
use super::notify::Mailbox;
use super::per_link::{Entry, Places};
use super::storage::options::Options;
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

/// Memory for the links of a modem beside the first.
#[derive(Debug)]
pub struct FurtherLinks<'a>(Source<'a>);

#[derive(Debug)]
enum Source<'a> {
    Lent {
        count: u8,
        places: LentPlaces<'a>,
        buffers: &'a mut [u8],
    },
    #[cfg(feature = "alloc")]
    Heap { count: u8 },
}

/// What links are made in, with places for so many of them. It holds nothing until it is
/// lent.
pub struct LinkPlaces<'a, const N: usize> {
    links: [Option<Entry<Link<'a>>>; N],
    options: [Option<Entry<Options>>; N],
    mailboxes: [Option<Entry<Mailbox>>; N],
}

impl<const N: usize> LinkPlaces<'_, N> {
    /// Empty places.
    pub const fn new() -> Self {
        Self {
            links: [const { None }; N],
            options: [const { None }; N],
            mailboxes: [const { None }; N],
        }
    }
}

impl<const N: usize> Default for LinkPlaces<'_, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> fmt::Debug for LinkPlaces<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkPlaces({N})")
    }
}

/// The places that are lent, as those who own a part of a link want them.
#[derive(Debug)]
struct LentPlaces<'a> {
    links: &'a mut [Option<Entry<Link<'a>>>],
    options: &'a mut [Option<Entry<Options>>],
    mailboxes: &'a mut [Option<Entry<Mailbox>>],
}

impl<'a> FurtherLinks<'a> {
    /// None: the modem has one link.
    pub fn none() -> Self {
        Self(Source::Lent {
            count: 0,
            places: LentPlaces {
                links: &mut [],
                options: &mut [],
                mailboxes: &mut [],
            },
            buffers: &mut [],
        })
    }

    /// As many as there are places for, at most 15, and 5,376 bytes of `buffers` for each.
    /// What there is more of those is shared out equally.
    pub fn lent<const N: usize>(places: &'a mut LinkPlaces<'a, N>, buffers: &'a mut [u8]) -> Self {
        let count = N.min(buffers.len() / LEAST_ROOM);
        let LinkPlaces {
            links,
            options,
            mailboxes,
        } = places;
        Self(Source::Lent {
            count: count.min(usize::from(MOST_LINKS - 1)) as u8,
            places: LentPlaces {
                links,
                options,
                mailboxes,
            },
            buffers,
        })
    }

    /// At most so many, 15 at most, with buffers as large as those of the first. All of it
    /// is taken when a link is first used.
    #[cfg(feature = "alloc")]
    pub fn heap(count: u8) -> Self {
        let count = count.min(MOST_LINKS - 1);
        Self(Source::Heap { count })
    }
}

/// What a modem makes of the memory for its further links.
#[derive(Debug)]
pub(crate) struct FurtherParts<'a> {
    pub(crate) count: u8,
    pub(crate) room: Room<'a>,
    pub(crate) links: Places<'a, Link<'a>>,
    pub(crate) options: Places<'a, Options>,
    pub(crate) mailboxes: Places<'a, Mailbox>,
}

impl<'a> FurtherLinks<'a> {
    /// The parts for a modem whose first link has this memory.
    #[cfg_attr(not(feature = "alloc"), allow(unused_variables))]
    pub(crate) fn parts(self, first: &LinkMemory<'_>) -> FurtherParts<'a> {
        match self.0 {
            Source::Lent {
                count,
                places,
                buffers,
            } => FurtherParts {
                count,
                room: Room::lent(buffers, count.into()),
                links: Places::Lent(places.links),
                options: Places::Lent(places.options),
                mailboxes: Places::Lent(places.mailboxes),
            },
            #[cfg(feature = "alloc")]
            Source::Heap { count } => FurtherParts {
                count,
                room: Room::heap(first),
                links: Places::Heap(Vec::new()),
                options: Places::Heap(Vec::new()),
                mailboxes: Places::Heap(Vec::new()),
            },
        }
    }
}
