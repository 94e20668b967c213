//! What there is once for each link of a modem.

use super::ids::LinkId;
use crate::buffer::Full;
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::iter;

/// The value of the first link, and one for each other link that is in use.
#[derive(Debug)]
pub(crate) struct PerLink<'a, T> {
    first: T,
    /// Whether there is another one: mostly there is none, and that is a quick look.
    has_further: bool,
    further: Places<'a, T>,
}

/// Where the values of further links are, in the order the links were first used.
#[derive(Debug)]
pub(crate) enum Places<'a, T> {
    /// As many as the caller lends.
    Lent(&'a mut [Option<Entry<T>>]),
    /// Taken one by one from the heap.
    #[cfg(feature = "alloc")]
    Heap(Vec<Option<Entry<T>>>),
}

/// The value of a further link.
#[derive(Debug)]
pub(crate) struct Entry<T> {
    link: LinkId,
    value: T,
}

impl<T> Places<'_, T> {
    #[inline]
    fn slice(&self) -> &[Option<Entry<T>>] {
        match self {
            Self::Lent(slice) => slice,
            #[cfg(feature = "alloc")]
            Self::Heap(vec) => vec,
        }
    }

    fn slice_mut(&mut self) -> &mut [Option<Entry<T>>] {
        match self {
            Self::Lent(slice) => slice,
            #[cfg(feature = "alloc")]
            Self::Heap(vec) => vec,
        }
    }

    #[cold]
    fn find(&self, link: LinkId) -> Option<&T> {
        let mut entries = self.slice().iter().flatten();
        let entry = entries.find(|entry| entry.link == link)?;
        Some(&entry.value)
    }

    #[cold]
    fn find_mut(&mut self, link: LinkId) -> Option<&mut T> {
        let mut entries = self.slice_mut().iter_mut().flatten();
        let entry = entries.find(|entry| entry.link == link)?;
        Some(&mut entry.value)
    }

    fn add(&mut self, link: LinkId, value: T) -> Result<(), Full> {
        let entry = Some(Entry { link, value });
        match self {
            Self::Lent(slice) => {
                let mut places = slice.iter_mut();
                *places.find(|place| place.is_none()).ok_or(Full)? = entry;
            }
            #[cfg(feature = "alloc")]
            Self::Heap(vec) => {
                vec.try_reserve_exact(1).map_err(|_| Full)?;
                vec.push(entry);
            }
        }
        Ok(())
    }
}

impl<'a, T> PerLink<'a, T> {
    pub(crate) fn new(first: T, further: Places<'a, T>) -> Self {
        let has_further = further.slice().iter().any(Option::is_some);
        Self {
            first,
            has_further,
            further,
        }
    }

    /// The value of a link, if it is in use.
    #[inline]
    pub(crate) fn get(&self, link: LinkId) -> Option<&T> {
        if link == LinkId::FIRST {
            Some(&self.first)
        } else {
            self.further.find(link)
        }
    }

    /// The same, to change it.
    #[inline]
    pub(crate) fn get_mut(&mut self, link: LinkId) -> Option<&mut T> {
        if link == LinkId::FIRST {
            Some(&mut self.first)
        } else {
            self.further.find_mut(link)
        }
    }

    /// Gives a link a value, where it has none.
    pub(crate) fn add(&mut self, link: LinkId, value: T) -> Result<(), Full> {
        if self.get(link).is_none() {
            self.further.add(link, value)?;
            self.has_further = true;
        }
        Ok(())
    }

    /// What is made of each value, joined.
    #[inline]
    pub(crate) fn fold<A>(&self, of: impl Fn(&T) -> A, join: impl Fn(A, A) -> A) -> A {
        let first = of(&self.first);
        if !self.has_further {
            return first;
        }
        self.iter().skip(1).map(of).fold(first, join)
    }

    /// The value of each link.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let further = self.further.slice().iter().flatten();
        iter::once(&self.first).chain(further.map(|entry| &entry.value))
    }

    /// The same, to change them.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let further = self.further.slice_mut().iter_mut().flatten();
        iter::once(&mut self.first).chain(further.map(|entry| &mut entry.value))
    }

    /// Whether any value is such a one.
    #[inline]
    pub(crate) fn any(&self, such: impl Fn(&T) -> bool) -> bool {
        such(&self.first) || (self.has_further && self.any_further(such))
    }

    #[cold]
    fn any_further(&self, such: impl Fn(&T) -> bool) -> bool {
        let mut further = self.further.slice().iter().flatten();
        further.any(|entry| such(&entry.value))
    }

    /// The first link whose value is such a one.
    pub(crate) fn find(&self, such: impl Fn(&T) -> bool) -> Option<LinkId> {
        if such(&self.first) {
            return Some(LinkId::FIRST);
        }
        let mut further = self.further.slice().iter().flatten();
        let entry = further.find(|entry| such(&entry.value))?;
        Some(entry.link)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const TWO: LinkId = LinkId(2);
    const NINE: LinkId = LinkId(9);

    fn values(all: &PerLink<'_, u8>) -> Vec<u8> {
        all.iter().copied().collect()
    }

    #[test]
    fn lent_places_hold_as_many_links_as_there_are_whatever_their_numbers() {
        let mut places = [None];
        let mut all = PerLink::new(1, Places::Lent(&mut places));
        assert_eq!(all.get(NINE), None);
        assert_eq!(all.add(NINE, 10), Ok(()));
        assert_eq!(all.add(TWO, 3), Err(Full));
        assert_eq!(all.add(NINE, 11), Ok(()));
        *all.get_mut(NINE).unwrap() += 1;
        assert_eq!(values(&all), [1, 11]);
        assert_eq!(all.get(TWO), None);
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn places_on_the_heap_are_taken_when_a_link_is_first_used() {
        let mut all = PerLink::new(1, Places::Heap(Vec::new()));
        assert_eq!((all.add(NINE, 10), all.add(TWO, 3)), (Ok(()), Ok(())));
        assert_eq!(values(&all), [1, 10, 3]);
        assert!(all.any(|value| *value == 3) && !all.any(|value| *value == 4));
        assert_eq!(all.find(|value| *value > 1), Some(NINE));
        all.iter_mut().for_each(|value| *value += 1);
        assert_eq!(all.get(LinkId::FIRST), Some(&2));
    }
}
