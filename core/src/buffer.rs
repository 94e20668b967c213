//! Memory the caller lends, or a bounded piece of the heap.

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, vec::Vec};
use core::fmt;
use core::ops::Range;

/// Memory of the heap that [`Buf::trim`] keeps, in bytes.
const KEPT: usize = 1024;

/// Memory of the heap that the first use takes, in bytes.
#[cfg(feature = "alloc")]
const LEAST: usize = 32;

/// The memory lent does not hold what was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// A bounded run of bytes: appended at the end, taken from the front.
///
/// What does not fit is refused whole ([`Full`]); nothing is ever overwritten.
/// Bytes taken from the front are moved over only when their room is needed,
/// so a first-in first-out use costs a constant per byte. It holds less than 4 GiB,
/// also of larger memory: a modem has many buffers, and their positions are half as large.
pub struct Buf<'a> {
    bytes: Bytes<'a>,
    start: u32,
    end: u32,
}

/// Both have the slice in the same place, so that it is found without a branch.
enum Bytes<'a> {
    Lent(&'a mut [u8]),
    #[cfg(feature = "alloc")]
    Heap(Box<[u8]>, u32),
}

impl Bytes<'_> {
    #[inline]
    fn slice(&self) -> &[u8] {
        match self {
            Self::Lent(slice) => slice,
            #[cfg(feature = "alloc")]
            Self::Heap(slice, _) => slice,
        }
    }

    #[inline]
    fn slice_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Lent(slice) => slice,
            #[cfg(feature = "alloc")]
            Self::Heap(slice, _) => slice,
        }
    }

    /// Makes at least `want` bytes addressable, where that is allowed.
    #[inline]
    #[cfg_attr(not(feature = "alloc"), allow(unused_variables))]
    fn grow(&mut self, want: usize) {
        match self {
            Self::Lent(_) => {}
            #[cfg(feature = "alloc")]
            Self::Heap(slice, max) => {
                let size = want.checked_next_power_of_two().unwrap_or(want);
                let size = size.max(LEAST).min(*max as usize);
                if slice.len() < size {
                    resize(slice, size);
                }
            }
        }
    }

    /// Keeps the first `size` bytes of memory of the heap.
    #[cfg_attr(not(feature = "alloc"), allow(unused_variables))]
    fn shrink(&mut self, size: usize) {
        match self {
            Self::Lent(_) => {}
            #[cfg(feature = "alloc")]
            Self::Heap(slice, _) => resize(slice, size.min(slice.len())),
        }
    }
}

#[cfg(feature = "alloc")]
fn resize(slice: &mut Box<[u8]>, size: usize) {
    let mut vec = Vec::from(core::mem::take(slice));
    vec.reserve_exact(size.saturating_sub(vec.len()));
    vec.resize(size, 0);
    *slice = vec.into_boxed_slice();
}

/// Without what it holds: that may be a password or a key.
impl fmt::Debug for Buf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buf({} of {} bytes)", self.len(), self.capacity())
    }
}

impl<'a> Buf<'a> {
    /// A buffer on memory the caller lends; its length is the bound.
    pub fn lent(slice: &'a mut [u8]) -> Self {
        let most = slice.len().min(u32::MAX as usize);
        let (slice, _) = slice.split_at_mut(most);
        Self::from(Bytes::Lent(slice))
    }

    /// A buffer on the heap that grows on use up to `max` bytes.
    #[cfg(feature = "alloc")]
    pub fn heap(max: usize) -> Self {
        let max = u32::try_from(max).unwrap_or(u32::MAX);
        Self::from(Bytes::Heap(Box::default(), max))
    }

    /// The same memory, of which at most `max` bytes are used; for a buffer that holds
    /// nothing.
    #[must_use]
    pub fn bounded(self, max: usize) -> Self {
        if max >= self.capacity() {
            return self;
        }
        let (bounded, _) = self.split(max);
        bounded
    }

    /// Gives `size` bytes of a buffer that holds nothing to another one, which comes
    /// first, or all of it where it is smaller.
    #[must_use]
    pub fn split(self, size: usize) -> (Self, Self) {
        match self.bytes {
            Bytes::Lent(slice) => {
                let size = size.min(slice.len());
                let (first, rest) = slice.split_at_mut(size);
                (Self::lent(first), Self::lent(rest))
            }
            #[cfg(feature = "alloc")]
            Bytes::Heap(_, max) => {
                let max = max as usize;
                let size = size.min(max);
                (Self::heap(size), Self::heap(max - size))
            }
        }
    }

    fn from(bytes: Bytes<'a>) -> Self {
        Self {
            bytes,
            start: 0,
            end: 0,
        }
    }

    /// The most bytes it ever holds.
    #[inline]
    pub fn capacity(&self) -> usize {
        match &self.bytes {
            Bytes::Lent(slice) => slice.len(),
            #[cfg(feature = "alloc")]
            Bytes::Heap(_, max) => *max as usize,
        }
    }

    /// Bytes held.
    #[inline]
    pub fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it holds nothing.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Where it is in the memory.
    #[inline]
    fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Bytes that still fit.
    #[inline]
    pub fn free(&self) -> usize {
        self.capacity().saturating_sub(self.len())
    }

    /// What it holds.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.slice().get(self.range()).unwrap_or_default()
    }

    /// The bytes held without the first `at`, none if there are not so many.
    #[inline]
    pub(crate) fn behind(&self, at: usize) -> Option<&[u8]> {
        let range = self.range();
        let start = range.start.checked_add(at)?;
        self.bytes.slice().get(start..range.end)
    }

    /// What it holds, to change in place.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        let range = self.range();
        self.bytes.slice_mut().get_mut(range).unwrap_or_default()
    }

    /// Appends one byte.
    #[inline]
    pub fn push(&mut self, byte: u8) -> Result<(), Full> {
        if let Some(place) = self.bytes.slice_mut().get_mut(self.end as usize) {
            *place = byte;
            self.end += 1;
            return Ok(());
        }
        self.extend(&[byte])
    }

    /// Appends all of `more`, or nothing.
    #[inline]
    pub fn extend(&mut self, more: &[u8]) -> Result<(), Full> {
        self.extend_by(more.len())?.copy_from_slice(more);
        Ok(())
    }

    /// Appends a copy of bytes that it holds, all of them or nothing.
    pub(crate) fn extend_within(&mut self, range: core::ops::Range<usize>) -> Result<(), Full> {
        let at = self.len();
        if range.start > range.end || range.end > at {
            return Err(Full);
        }
        self.extend_by(range.len())?;
        self.as_mut_slice().copy_within(range, at);
        Ok(())
    }

    /// Appends `n` bytes of any value, for the caller to write in place.
    #[inline]
    pub fn extend_by(&mut self, n: usize) -> Result<&mut [u8], Full> {
        if n > self.bytes.slice().len().saturating_sub(self.end as usize) {
            self.make_room(n)?;
        }
        let end = self.end as usize;
        let range = end..end + n;
        let place = self.bytes.slice_mut().get_mut(range).ok_or(Full)?;
        self.end += n as u32;
        Ok(place)
    }

    /// Makes room for `more` bytes at the end without storing them.
    #[cold]
    fn make_room(&mut self, more: usize) -> Result<(), Full> {
        if more > self.free() {
            return Err(Full);
        }
        self.bytes.grow(self.len() + more);
        if self.range().end + more > self.bytes.slice().len() {
            self.compact();
        }
        Ok(())
    }

    /// Moves what is held to the front of the memory.
    fn compact(&mut self) {
        let range = self.range();
        self.bytes.slice_mut().copy_within(range, 0);
        self.end -= self.start;
        self.start = 0;
    }

    /// Drops `n` bytes from the front, all of them if there are fewer.
    #[inline]
    pub fn consume(&mut self, n: usize) {
        if n >= self.len() {
            return self.clear();
        }
        self.start += n as u32;
    }

    /// Keeps the first `n` bytes, all if there are fewer.
    #[inline]
    pub fn truncate(&mut self, n: usize) {
        if n < self.len() {
            self.end = self.start + n as u32;
        }
    }

    /// Squeezes out `len` bytes at `at`, as far as it holds them.
    pub fn remove(&mut self, at: usize, len: usize) {
        let held = self.len();
        let at = at.min(held);
        let len = len.min(held - at);
        if at == 0 {
            return self.consume(len);
        }
        self.as_mut_slice().copy_within(at + len.., at);
        self.truncate(held - len);
    }

    /// Forgets everything it holds. The memory is kept for the next use.
    #[inline]
    pub fn clear(&mut self) {
        self.start = 0;
        self.end = 0;
    }

    /// Gives memory of the heap back where there is much more than what is held
    /// needs; returns how much there is then. Little is kept for the next use.
    pub fn trim(&mut self) -> usize {
        let needed = self.len().next_power_of_two().max(KEPT);
        if self.heap_len() > 2 * needed {
            self.compact();
            self.bytes.shrink(needed);
        }
        self.heap_len()
    }

    fn heap_len(&self) -> usize {
        match &self.bytes {
            Bytes::Lent(_) => 0,
            #[cfg(feature = "alloc")]
            Bytes::Heap(slice, _) => slice.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_refuses_whole_what_exceeds_its_bound() {
        let mut memory = [0; 4];
        let mut buf = Buf::lent(&mut memory);
        assert_eq!(buf.extend(b"abc"), Ok(()));
        assert_eq!(buf.extend(b"de"), Err(Full));
        assert_eq!(buf.as_slice(), b"abc");
        buf.consume(2);
        assert_eq!(buf.extend(b"def"), Ok(()));
        assert_eq!(buf.as_slice(), b"cdef");
        assert_eq!(buf.free(), 0);
        assert_eq!(buf.push(b'x'), Err(Full));
    }

    #[test]
    fn bytes_are_removed_from_the_middle_of_a_buffer() {
        let mut memory = [0; 8];
        let mut buf = Buf::lent(&mut memory);
        buf.extend(b"abcdef").unwrap();
        buf.remove(1, 2);
        assert_eq!(buf.as_slice(), b"adef");
        buf.remove(3, 100);
        assert_eq!(buf.as_slice(), b"ade");
        buf.remove(0, 2);
        assert_eq!(buf.as_slice(), b"e");
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn memory_on_the_heap_grows_on_use_and_is_given_back() {
        let mut buf = Buf::heap(10_000);
        assert_eq!(buf.capacity(), 10_000);
        assert_eq!(buf.extend(&[7; 10_000]), Ok(()));
        assert_eq!(buf.extend(&[7]), Err(Full));
        buf.consume(6000);
        assert_eq!(buf.extend(&[8; 6000]), Ok(()));
        assert_eq!((buf.len(), buf.trim()), (10_000, 10_000));
        buf.consume(9997);
        assert_eq!(buf.trim(), KEPT);
        assert_eq!(buf.as_slice(), [8; 3]);
        assert_eq!(buf.extend(&[9; 9997]), Ok(()));
        assert_eq!(buf.as_slice().get(..4), Some(&[8, 8, 8, 9][..]));
    }
}
