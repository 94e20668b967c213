//! The subscriptions the broker granted, and those asked for.

use crate::mem::{Buf, Full};
use crate::mqtt::Qos;

const HEADER: usize = 4;
/// In place of a granted QoS: the broker has not granted it.
const NOT_GRANTED: u8 = 0xff;

/// One topic filter.
#[derive(Clone, Copy)]
struct Entry<'s> {
    granted: Option<Qos>,
    filter: &'s [u8],
}

impl Entry<'_> {
    fn size(&self) -> usize {
        HEADER + self.filter.len()
    }
}

/// A list in the memory lent. For each filter: what is granted, how many
/// SUBSCRIBEs and UNSUBSCRIBEs for it are unanswered, its length, itself.
#[derive(Debug)]
pub(super) struct Subscriptions<'a> {
    buf: Buf<'a>,
}

/// An entry was taken out: those at `at` and after moved by `len`.
#[derive(Clone, Copy)]
pub(super) struct Removed {
    pub(super) at: u32,
    pub(super) len: u32,
}

impl<'a> Subscriptions<'a> {
    pub(super) fn new(buf: Buf<'a>) -> Self {
        Self { buf }
    }

    fn entry(&self, at: usize) -> Option<Entry<'_>> {
        let (&[granted, _, low, high], rest) =
            self.buf.as_slice().get(at..)?.split_first_chunk()?;
        let filter = rest.get(..usize::from(u16::from_le_bytes([low, high])))?;
        Some(Entry {
            granted: Qos::new(granted),
            filter,
        })
    }

    /// All entries with their places, in the order they were first asked for.
    fn entries(&self) -> impl Iterator<Item = (usize, Entry<'_>)> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let entry = self.entry(at)?;
            at += entry.size();
            Some((at - entry.size(), entry))
        })
    }

    /// What the broker granted.
    pub(super) fn granted(&self) -> impl Iterator<Item = (&str, Qos)> {
        self.entries().filter_map(|(_, entry)| {
            Some((core::str::from_utf8(entry.filter).ok()?, entry.granted?))
        })
    }

    /// The place of `filter`, if it is in the list.
    pub(super) fn find(&self, filter: &str) -> Option<u32> {
        let found = self
            .entries()
            .find(|(_, entry)| entry.filter == filter.as_bytes());
        found.map(|(at, _)| at as u32)
    }

    /// A SUBSCRIBE for `filter` is sent; its place.
    pub(super) fn ask(&mut self, filter: &str) -> Result<u32, Full> {
        let at = match self.find(filter) {
            Some(at) => at,
            None => self.add(filter)?,
        };
        self.hold(at);
        Ok(at)
    }

    fn add(&mut self, filter: &str) -> Result<u32, Full> {
        let at = self.buf.len();
        let [low, high] = u16::try_from(filter.len()).map_err(|_| Full)?.to_le_bytes();
        self.buf.extend(&[NOT_GRANTED, 0, low, high])?;
        if self.buf.extend(filter.as_bytes()).is_err() {
            self.buf.truncate(at);
            return Err(Full);
        }
        Ok(at as u32)
    }

    fn header(&mut self, at: u32) -> Option<&mut [u8; HEADER]> {
        self.buf
            .as_mut_slice()
            .get_mut(at as usize..)?
            .first_chunk_mut()
    }

    /// Keeps the entry at `at` until [`Subscriptions::let_go`].
    pub(super) fn hold(&mut self, at: u32) {
        if let Some([_, pending, ..]) = self.header(at) {
            *pending = pending.saturating_add(1);
        }
    }

    /// The broker granted it, or no longer does.
    pub(super) fn set_granted(&mut self, at: u32, qos: Option<Qos>) {
        if let Some([granted, ..]) = self.header(at) {
            *granted = qos.map_or(NOT_GRANTED, Qos::level);
        }
    }

    /// What was sent for the entry at `at` is answered or never will be.
    pub(super) fn let_go(&mut self, at: u32) -> Option<Removed> {
        let [granted, pending, ..] = self.header(at)?;
        *pending = pending.saturating_sub(1);
        if *pending > 0 || *granted != NOT_GRANTED {
            return None;
        }
        let len = self.entry(at as usize)?.size();
        self.buf.remove(at as usize, len);
        Some(Removed {
            at,
            len: len as u32,
        })
    }

    /// Forgets all; nothing may be unanswered.
    pub(super) fn clear(&mut self) {
        self.buf.clear();
    }
}
