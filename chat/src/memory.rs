//! The memory a modem of a chat runs on.

use crate::script::Sizes;
use mqmodem_core::{Buf, FurtherLinks, LinkPlaces, Memory};

/// Links beside the first.
const FURTHER: usize = 7;
/// Bytes of the buffers of each of these, where they are lent: enough for 65,535 messages
/// received, as the first link has it.
const EACH: usize = 25 * 512 * 1024;

/// What is lent for them.
pub(crate) struct Further<'m> {
    places: LinkPlaces<'m, FURTHER>,
    buffers: Vec<u8>,
}

impl Further<'_> {
    pub(crate) fn new() -> Self {
        Self {
            places: LinkPlaces::new(),
            buffers: vec![0; FURTHER * EACH],
        }
    }
}

/// Memory that is lent.
pub(crate) fn lent<'m>(arena: &'m mut [Vec<u8>; 11], further: &'m mut Further<'m>) -> Memory<'m> {
    let links = FurtherLinks::lent(&mut further.places, &mut further.buffers);
    memory(arena.each_mut().map(|part| Buf::lent(part)), links)
}

/// Memory of the heap.
pub(crate) fn heap<'m>(sizes: Sizes) -> Memory<'m> {
    memory(
        sizes.bytes.map(Buf::heap),
        FurtherLinks::heap(FURTHER as u8),
    )
}

/// The parts in the order of [`Sizes::NAMES`].
fn memory<'m>(parts: [Buf<'m>; 11], links: FurtherLinks<'m>) -> Memory<'m> {
    let [
        line,
        values,
        host_out,
        inbox,
        settings,
        net_in,
        net_out,
        in_flight,
        received,
        subscriptions,
        terms,
    ] = parts;
    Memory {
        line,
        values,
        host_out,
        inbox,
        settings,
        net_in,
        net_out,
        in_flight,
        received,
        subscriptions,
        terms,
        links,
    }
}
