//! Where raw bytes of a host end.

use super::prompt::{DataEnd, DataFraming};
use crate::buffer::Buf;
use crate::time::Instant;
use core::time::Duration;

/// What ends raw bytes of which nobody knows how many come.
const ESCAPE: &[u8] = b"+++";

/// The raw bytes a host is sending, which are collected elsewhere.
#[derive(Debug)]
pub(crate) struct Collector {
    until: DataFraming,
    /// How many there were when the host began to send again after the guard time; more
    /// than there are where those are dropped.
    after_pause: usize,
    /// How many were dropped, as the memory did not hold all of them.
    dropped: usize,
    /// When the last of them came.
    last: Instant,
}

impl Collector {
    /// Nothing has come yet.
    pub(crate) fn new(until: DataFraming, now: Instant) -> Self {
        Self {
            until,
            after_pause: 0,
            dropped: 0,
            last: now,
        }
    }

    /// Takes bytes up to the end into `data`; returns how many of them that were, and the
    /// end, if it was there. Where `data` does not hold all of them the first ones give
    /// way: the end is found all the same, wherever the input is cut.
    pub(crate) fn take(
        &mut self,
        now: Instant,
        bytes: &[u8],
        data: &mut Buf,
    ) -> (usize, Option<DataEnd>) {
        let paused = self
            .guard()
            .is_some_and(|guard| now.since(self.last) >= guard);
        if paused || data.is_empty() {
            self.after_pause = data.len();
        }
        self.last = now;
        let (taken, content, end) = self.find_end(bytes, data);
        self.append(bytes.get(..content).unwrap_or_default(), data);
        (taken, end)
    }

    /// How many bytes are taken, how many of these are data, and the end if it is there.
    fn find_end(&self, bytes: &[u8], data: &Buf) -> (usize, usize, Option<DataEnd>) {
        let all = (bytes.len(), bytes.len(), None);
        match self.until {
            DataFraming::Length(length) => {
                let missing = length.saturating_sub(self.dropped + data.len());
                if bytes.len() < missing {
                    return all;
                }
                (missing, missing, Some(DataEnd::Complete))
            }
            DataFraming::Terminator { end, cancel } => {
                let ends = |byte: &u8| *byte == end || Some(*byte) == cancel;
                let Some(at) = bytes.iter().position(ends) else {
                    return all;
                };
                let is_cancelled = bytes.get(at).copied() == cancel;
                let how = if is_cancelled {
                    DataEnd::Cancelled
                } else {
                    DataEnd::Complete
                };
                (at + 1, at, Some(how))
            }
            DataFraming::Guard(0) | DataFraming::Skip => match escape_end(bytes, data) {
                Some(end) => (end, end, Some(DataEnd::Complete)),
                None => all,
            },
            DataFraming::Guard(_) => all,
            DataFraming::Stream { most, .. } => {
                let excess = excess_at(bytes, most.saturating_sub(data.len()));
                let (end, how) = match (escape_end(bytes, data), excess) {
                    (None, None) => return all,
                    (Some(end), at) if at.is_none_or(|at| end <= at) => (end, DataEnd::Complete),
                    (_, at) => (at.unwrap_or(0) + 1, DataEnd::Overflow),
                };
                (end, end, Some(how))
            }
        }
    }

    /// Appends to `data`; what is there gives way, but for what an escape may begin with.
    fn append(&mut self, mut bytes: &[u8], data: &mut Buf) {
        if self.until == DataFraming::Skip {
            // An escape may have begun.
            let len = bytes.len().min(ESCAPE.len());
            bytes = bytes.get(bytes.len() - len..).unwrap_or_default();
            data.consume(data.len().saturating_sub(ESCAPE.len() - len));
        }
        while !bytes.is_empty() {
            let room = data.free().min(bytes.len());
            let (fits, rest) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            if fits.is_empty() || data.extend(fits).is_err() {
                let count = data.len().saturating_sub(ESCAPE.len()).max(1);
                self.dropped += count;
                self.after_pause = self.after_pause.checked_sub(count).unwrap_or(usize::MAX);
                if data.is_empty() {
                    return;
                }
                data.consume(count);
                continue;
            }
            bytes = rest;
        }
    }

    /// Whether bytes were dropped.
    pub(crate) fn has_overflowed(&self) -> bool {
        self.dropped > 0
    }

    /// How many of the bytes taken last are the end and no data, which nobody wants to see.
    pub(crate) fn end_len(&self, end: Option<DataEnd>) -> usize {
        let is_marked = matches!(self.until, DataFraming::Terminator { .. });
        usize::from(is_marked && end.is_some())
    }

    fn guard(&self) -> Option<Duration> {
        match self.until {
            DataFraming::Guard(0) => None,
            DataFraming::Guard(millis) => Some(Duration::from_millis(millis.into())),
            _ => None,
        }
    }

    /// When the end is there if nothing more comes, and which: the guard time behind `+++`,
    /// or the pause behind a part.
    pub(crate) fn ends_at(&self, data: &[u8]) -> Option<(Instant, DataEnd)> {
        if let DataFraming::Stream { pause, .. } = self.until {
            let pause = Duration::from_millis(pause.into());
            return (!data.is_empty()).then_some((self.last + pause, DataEnd::Part));
        }
        let tail = data.get(self.after_pause..)?;
        let guard = self.guard().filter(|_| tail == ESCAPE)?;
        Some((self.last + guard, DataEnd::Complete))
    }

    /// How many bytes of `data` are none, where it ended so.
    pub(crate) fn escape_len(&self, end: DataEnd) -> usize {
        match self.until {
            DataFraming::Length(_) | DataFraming::Terminator { .. } => 0,
            _ if end == DataEnd::Complete => ESCAPE.len(),
            _ => 0,
        }
    }
}

/// Where the first byte stands that is none of the next `room` bytes, and no sign that an
/// escape may begin with.
fn excess_at(bytes: &[u8], room: usize) -> Option<usize> {
    let behind = bytes.get(room..)?;
    let at = behind.iter().position(|byte| *byte != b'+')?;
    Some(room + at)
}

/// Where the first `+++` ends, which may have begun before these bytes.
fn escape_end(bytes: &[u8], data: &Buf) -> Option<usize> {
    let before = data.as_slice().iter().rev().take(ESCAPE.len() - 1);
    let mut signs = before.take_while(|byte| **byte == b'+').count();
    let at = bytes.iter().position(|byte| {
        signs = if *byte == b'+' { signs + 1 } else { 0 };
        signs == ESCAPE.len()
    })?;
    Some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// What is taken of bytes that come a second apart, and the end, by itself or late.
    fn collect(until: DataFraming, parts: &[&[u8]]) -> (Vec<u8>, usize, Option<DataEnd>) {
        let mut memory = [0; 32];
        let mut data = Buf::lent(&mut memory);
        let mut now = Instant::ZERO;
        let mut collector = Collector::new(until, now);
        let mut taken = 0;
        for part in parts {
            now = now + Duration::from_secs(1);
            let (count, end) = collector.take(now, part, &mut data);
            taken += count;
            let end = end.or(due(&collector, now, &data));
            if end.is_some() {
                return (data.as_slice().to_vec(), taken, end);
            }
        }
        (data.as_slice().to_vec(), taken, None)
    }

    /// The end that is there before the next part comes.
    fn due(collector: &Collector, now: Instant, data: &Buf) -> Option<DataEnd> {
        let (at, end) = collector.ends_at(data.as_slice())?;
        (at <= now + Duration::from_secs(1)).then_some(end)
    }

    fn stream(most: usize) -> DataFraming {
        DataFraming::Stream {
            pause: 100_000,
            most,
        }
    }

    fn check(until: DataFraming, parts: &[&[u8]], data: &[u8], taken: usize, end: Option<DataEnd>) {
        let (got, count, how) = collect(until, parts);
        let got = (&got[..], count, how);
        assert_eq!(got, (data, taken, end), "{until:?} {parts:?}");
    }

    #[test]
    fn data_ends_where_it_should() {
        let control = DataFraming::Terminator {
            end: 0x1a,
            cancel: Some(0x1b),
        };
        for (until, parts, data, taken, end) in [
            (
                DataFraming::Length(3),
                &[&b"ab"[..], b"cAT"][..],
                &b"abc"[..],
                3,
                Some(DataEnd::Complete),
            ),
            (DataFraming::Length(3), &[b"ab"], b"ab", 2, None),
            (
                control,
                &[b"a\rb", b"c\x1aAT"],
                b"a\rbc",
                5,
                Some(DataEnd::Complete),
            ),
            (control, &[b"a\x1bAT"], b"a", 2, Some(DataEnd::Cancelled)),
            (
                DataFraming::Guard(0),
                &[b"a+", b"+b++", b"+AT"],
                b"a++b+++",
                7,
                Some(DataEnd::Complete),
            ),
            (
                DataFraming::Guard(500),
                &[b"a+++", b"+++"],
                b"a++++++",
                7,
                Some(DataEnd::Complete),
            ),
            (DataFraming::Guard(500), &[b"a", b"+++b"], b"a+++b", 5, None),
            (DataFraming::Guard(2000), &[b"a", b"+++"], b"a+++", 4, None),
        ] {
            check(until, parts, data, taken, end);
        }
    }

    #[test]
    fn a_stream_ends_behind_its_escape_a_pause_or_too_much() {
        for (until, parts, data, taken, end) in [
            (
                DataFraming::Stream {
                    pause: 999,
                    most: 9,
                },
                &[&b"a+"[..], b"++"][..],
                &b"a+"[..],
                2,
                Some(DataEnd::Part),
            ),
            (
                stream(9),
                &[b"a++", b"+AT"],
                b"a+++",
                4,
                Some(DataEnd::Complete),
            ),
            (
                stream(2),
                &[b"ab+++AT"],
                b"ab+++",
                5,
                Some(DataEnd::Complete),
            ),
            (
                stream(2),
                &[b"ab++c+++"],
                b"ab++c",
                5,
                Some(DataEnd::Overflow),
            ),
            (stream(2), &[b"abc+++"], b"abc", 3, Some(DataEnd::Overflow)),
            (
                DataFraming::Skip,
                &[b"abcdef", b"+", b"++AT"],
                b"+++",
                9,
                Some(DataEnd::Complete),
            ),
        ] {
            check(until, parts, data, taken, end);
        }
    }

    #[test]
    fn the_end_of_data_that_does_not_fit_is_found_wherever_it_is_cut() {
        let control = DataFraming::Terminator {
            end: 0x1a,
            cancel: None,
        };
        let long = [b'x'; 70];
        for (until, bytes, taken) in [
            (control, [&long[..], b"\x1aAT"].concat(), 71),
            (DataFraming::Length(72), [&long[..], b"yyAT"].concat(), 72),
            (DataFraming::Guard(0), [&long[..], b"+++AT"].concat(), 73),
        ] {
            for size in 1..bytes.len() {
                let mut memory = [0; 32];
                let mut data = Buf::lent(&mut memory);
                let mut collector = Collector::new(until, Instant::ZERO);
                let mut count = 0;
                for part in bytes.chunks(size) {
                    let (more, end) = collector.take(Instant::ZERO, part, &mut data);
                    count += more;
                    if end.is_some() {
                        break;
                    }
                }
                assert_eq!((count, collector.has_overflowed()), (taken, true), "{size}");
            }
        }
    }
}
