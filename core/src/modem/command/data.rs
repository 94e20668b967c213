//! Where raw bytes of a host end.

use super::prompt::{DataEnd, Until};
use crate::buffer::{Buf, Full};
use crate::time::Instant;
use core::time::Duration;

/// What ends raw bytes of which nobody knows how many come.
const ESCAPE: &[u8] = b"+++";

/// The raw bytes a host is sending, which are collected elsewhere.
#[derive(Debug)]
pub(crate) struct Collector {
    until: Until,
    /// How many there were when the host began to send again after the guard time.
    after_pause: usize,
    /// When the last of them came.
    last: Instant,
}

impl Collector {
    /// Nothing has come yet.
    pub(crate) fn new(until: Until, now: Instant) -> Self {
        Self {
            until,
            after_pause: 0,
            last: now,
        }
    }

    /// Takes bytes up to the end into `data`; returns how many of them that were, and the
    /// end, if it was there.
    pub(crate) fn take(
        &mut self,
        now: Instant,
        bytes: &[u8],
        data: &mut Buf,
    ) -> Result<(usize, Option<DataEnd>), Full> {
        let paused = self
            .guard()
            .is_some_and(|guard| now.since(self.last) >= guard);
        if paused || data.is_empty() {
            self.after_pause = data.len();
        }
        self.last = now;
        match self.until {
            Until::Length(length) => {
                let missing = length.saturating_sub(data.len()).min(bytes.len());
                data.extend(bytes.get(..missing).unwrap_or_default())?;
                let whole = data.len() >= length;
                Ok((missing, whole.then_some(DataEnd::Complete)))
            }
            Until::Terminator { end, cancel } => {
                let ends = |byte: &u8| *byte == end || Some(*byte) == cancel;
                let at = bytes.iter().position(ends);
                data.extend(bytes.get(..at.unwrap_or(bytes.len())).unwrap_or_default())?;
                let byte = at.and_then(|at| bytes.get(at));
                let how = byte.map(|byte| match cancel {
                    Some(cancel) if cancel == *byte => DataEnd::Cancelled,
                    _ => DataEnd::Complete,
                });
                Ok((at.map_or(bytes.len(), |at| at + 1), how))
            }
            Until::Guard(0) => take_to_escape(bytes, data),
            Until::Guard(_) => {
                data.extend(bytes)?;
                Ok((bytes.len(), None))
            }
        }
    }

    fn guard(&self) -> Option<Duration> {
        match self.until {
            Until::Guard(0) => None,
            Until::Guard(millis) => Some(Duration::from_millis(millis.into())),
            Until::Length(_) | Until::Terminator { .. } => None,
        }
    }

    /// When the end is there if nothing more comes: the guard time behind `+++`.
    pub(crate) fn ends_at(&self, data: &[u8]) -> Option<Instant> {
        let tail = data.get(self.after_pause..)?;
        let guard = self.guard().filter(|_| tail == ESCAPE)?;
        Some(self.last + guard)
    }

    /// How many bytes of `data` are none, where it ended by itself.
    pub(crate) fn escape_len(&self) -> usize {
        match self.until {
            Until::Guard(_) => ESCAPE.len(),
            Until::Length(_) | Until::Terminator { .. } => 0,
        }
    }
}

/// Takes bytes up to the first `+++`, which may have begun before them.
fn take_to_escape(bytes: &[u8], data: &mut Buf) -> Result<(usize, Option<DataEnd>), Full> {
    let before = data.as_slice().iter().rev().take(ESCAPE.len() - 1);
    let mut signs = before.take_while(|byte| **byte == b'+').count();
    for (at, byte) in bytes.iter().enumerate() {
        signs = if *byte == b'+' { signs + 1 } else { 0 };
        if signs == ESCAPE.len() {
            data.extend(bytes.get(..=at).unwrap_or_default())?;
            return Ok((at + 1, Some(DataEnd::Complete)));
        }
    }
    data.extend(bytes)?;
    Ok((bytes.len(), None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// What is taken of bytes that come a second apart, and the end, by itself or late.
    fn collect(until: Until, parts: &[&[u8]]) -> (Vec<u8>, usize, Option<DataEnd>) {
        let mut memory = [0; 32];
        let mut data = Buf::lent(&mut memory);
        let mut now = Instant::ZERO;
        let mut collector = Collector::new(until, now);
        let mut taken = 0;
        for part in parts {
            now = now + Duration::from_secs(1);
            let (count, end) = collector.take(now, part, &mut data).unwrap();
            taken += count;
            let end = end.or(collector.ends_at(data.as_slice()).map(|_| DataEnd::Late));
            if end.is_some() {
                return (data.as_slice().to_vec(), taken, end);
            }
        }
        (data.as_slice().to_vec(), taken, None)
    }

    #[test]
    fn data_ends_where_it_should() {
        let control = Until::Terminator {
            end: 0x1a,
            cancel: Some(0x1b),
        };
        for (until, parts, data, taken, end) in [
            (
                Until::Length(3),
                &[&b"ab"[..], b"cAT"][..],
                &b"abc"[..],
                3,
                Some(DataEnd::Complete),
            ),
            (Until::Length(3), &[b"ab"], b"ab", 2, None),
            (
                control,
                &[b"a\rb", b"c\x1aAT"],
                b"a\rbc",
                5,
                Some(DataEnd::Complete),
            ),
            (control, &[b"a\x1bAT"], b"a", 2, Some(DataEnd::Cancelled)),
            (
                Until::Guard(0),
                &[b"a+", b"+b++", b"+AT"],
                b"a++b+++",
                7,
                Some(DataEnd::Complete),
            ),
            (
                Until::Guard(500),
                &[b"a+++", b"+++"],
                b"a++++++",
                7,
                Some(DataEnd::Late),
            ),
            (Until::Guard(500), &[b"a", b"+++b"], b"a+++b", 5, None),
            (Until::Guard(2000), &[b"a", b"+++"], b"a+++", 4, None),
        ] {
            let (got, count, how) = collect(until, parts);
            assert_eq!(
                (&got[..], count, how),
                (data, taken, end),
                "{until:?} {parts:?}"
            );
        }
    }
}
