//! Requests about several filters in one packet: the filters behind the first.

use crate::mqtt::PacketId;
use crate::on_use::OnUse;

/// The most filters of one request.
pub const MOST_FILTERS: usize = 8;
/// The most requests about several that are unanswered at once.
const MOST: usize = 4;

/// The places of the filters behind the first, in their order.
#[derive(Clone, Copy, Debug)]
struct Further {
    id: PacketId,
    places: [u32; MOST_FILTERS - 1],
    count: u8,
}

/// The same of every request that has them.
#[derive(Debug, Default)]
pub(super) struct FurtherFilters(OnUse<[Option<Further>; MOST]>);

impl FurtherFilters {
    /// Whether a request about so many filters can be noted.
    pub(super) fn has_room(&self, filters: usize) -> bool {
        let is_free = || {
            let all = self.0.get();
            all.is_none_or(|all| all.iter().any(Option::is_none))
        };
        filters <= 1 || (filters <= MOST_FILTERS && is_free())
    }

    /// Notes the place of one more filter of a request.
    pub(super) fn push(&mut self, id: PacketId, place: u32) {
        let own = |it: &Option<Further>| it.is_some_and(|it| it.id == id);
        let all = self.0.used();
        let at = all.iter().position(own);
        let at = at.or_else(|| all.iter().position(Option::is_none));
        let Some(list) = at.and_then(|at| all.get_mut(at)) else {
            return;
        };
        let list = list.get_or_insert(Further {
            id,
            places: [0; MOST_FILTERS - 1],
            count: 0,
        });
        if let Some(free) = list.places.get_mut(usize::from(list.count)) {
            *free = place;
            list.count += 1;
        }
    }

    /// The places of a request.
    pub(super) fn places(&self, id: PacketId) -> impl Iterator<Item = u32> + use<> {
        let mut all = self.0.get().into_iter().flatten().flatten();
        let own = all.find(|it| it.id == id);
        let (places, count) = own.map_or(([0; MOST_FILTERS - 1], 0), |it| (it.places, it.count));
        places.into_iter().take(count.into())
    }

    /// Takes the last place of a request out.
    pub(super) fn pop(&mut self, id: PacketId) -> Option<u32> {
        let own = |it: &&mut Option<Further>| it.is_some_and(|it| it.id == id);
        let place = self.0.get_mut()?.iter_mut().find(own)?;
        let list = place.as_mut()?;
        list.count = list.count.saturating_sub(1);
        let taken = list.places.get(usize::from(list.count)).copied();
        if list.count == 0 {
            *place = None;
        }
        taken
    }

    /// Filters behind the place `at` moved forward by `len` bytes; those that have no place
    /// are at `nowhere`.
    pub(super) fn shift(&mut self, at: u32, len: u32, nowhere: u32) {
        let all = self.0.get_mut().into_iter().flatten().flatten();
        for place in all.flat_map(|it| &mut it.places) {
            if *place != nowhere && *place > at {
                *place -= len;
            }
        }
    }
}
