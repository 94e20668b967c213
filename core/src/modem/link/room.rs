//! The buffers of a link, and where those of further links come from.

use crate::buffer::Buf;

/// The least memory of a link's buffers, in bytes: a packet may have 1,000.
pub(crate) const LEAST: usize = 5 * 1024 + 256;

/// Parts of the memory of a link, in the order of [`LinkMemory`].
const PARTS: [usize; 6] = [5, 6, 6, 1, 4, 3];
/// All of them.
const UNITS: usize = 25;

/// The memory of a link.
#[derive(Debug)]
pub(crate) struct LinkMemory<'a> {
    pub(crate) net_in: Buf<'a>,
    pub(crate) net_out: Buf<'a>,
    pub(crate) in_flight: Buf<'a>,
    pub(crate) received: Buf<'a>,
    pub(crate) subscriptions: Buf<'a>,
    pub(crate) terms: Buf<'a>,
}

impl<'a> LinkMemory<'a> {
    fn of(parts: [Buf<'a>; 6]) -> Self {
        let [net_in, net_out, in_flight, received, subscriptions, terms] = parts;
        Self {
            net_in,
            net_out,
            in_flight,
            received,
            subscriptions,
            terms,
        }
    }

    #[cfg(feature = "alloc")]
    fn sizes(&self) -> [u32; 6] {
        let bufs = [
            &self.net_in,
            &self.net_out,
            &self.in_flight,
            &self.received,
            &self.subscriptions,
            &self.terms,
        ];
        bufs.map(|buf| u32::try_from(buf.capacity()).unwrap_or(u32::MAX))
    }
}

/// Where the memory of further links comes from.
#[derive(Debug)]
pub(crate) enum Room<'a> {
    /// Pieces of `each` bytes are left of this.
    Lent { rest: &'a mut [u8], each: usize },
    /// As large for each as for the first one; it grows on use.
    #[cfg(feature = "alloc")]
    Heap([u32; 6]),
}

impl<'a> Room<'a> {
    /// Equal parts of lent memory, for at most so many links.
    pub(crate) fn lent(memory: &'a mut [u8], links: usize) -> Self {
        let links = links.min(memory.len() / LEAST);
        let each = memory.len().checked_div(links).unwrap_or(usize::MAX);
        Self::Lent { rest: memory, each }
    }

    /// Pieces of the heap, as large as those of `first`.
    #[cfg(feature = "alloc")]
    pub(crate) fn heap(first: &LinkMemory<'_>) -> Self {
        Self::Heap(first.sizes())
    }

    /// The memory of one more link, if there is some.
    pub(crate) fn take(&mut self) -> Option<LinkMemory<'a>> {
        match self {
            Self::Lent { rest, each } => {
                let all = core::mem::take(rest);
                let (mut piece, behind) = all.split_at_mut_checked(*each)?;
                *rest = behind;
                let unit = *each / UNITS;
                Some(LinkMemory::of(PARTS.map(|units| {
                    let all = core::mem::take(&mut piece);
                    let (part, behind) = all.split_at_mut(unit * units);
                    piece = behind;
                    Buf::lent(part)
                })))
            }
            #[cfg(feature = "alloc")]
            Self::Heap(sizes) => Some(LinkMemory::of(sizes.map(|size| Buf::heap(size as usize)))),
        }
    }
}
