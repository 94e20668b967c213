//! Bytes on their way, and when they arrive.

use super::random::Random;
use crate::vocabulary::Span;
use mqmodem_core::Instant;
use std::collections::VecDeque;
use std::time::Duration;

/// How bytes of one direction take their time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Timing {
    /// So much later.
    pub(super) delay: Option<Duration>,
    /// No more bytes a second.
    pub(super) rate: Option<u64>,
    /// In pieces of so many, with a pause between.
    pub(super) split: Option<(usize, Duration)>,
    /// Gathered for so long.
    pub(super) merge: Option<Duration>,
}

/// Bytes that arrive piece by piece.
#[derive(Debug)]
struct Chunk {
    bytes: Vec<u8>,
    from: Instant,
    piece: usize,
    pause: Duration,
    taken: usize,
}

/// One direction between a modem and the world.
#[derive(Debug, Default)]
pub(super) struct Underway {
    chunks: VecDeque<Chunk>,
    /// When the last byte under way arrives.
    last: Option<Instant>,
    /// Bytes that have arrived.
    ready: Vec<u8>,
    taken: usize,
    /// What passes the others: it comes between two of them.
    late: Vec<(Instant, Vec<u8>)>,
}

impl Underway {
    /// Sends bytes on their way.
    pub(super) fn send(&mut self, now: Instant, bytes: &[u8], timing: Timing) {
        if bytes.is_empty() {
            return;
        }
        let direct = timing.delay.is_none()
            && timing.rate.is_none()
            && timing.split.is_none()
            && timing.merge.is_none();
        if direct && self.chunks.is_empty() {
            self.ready.extend_from_slice(bytes);
            return;
        }
        let chunk = self.chunk(now, bytes, timing);
        self.last = Some(chunk.end());
        self.chunks.push_back(chunk);
    }

    fn chunk(&self, now: Instant, bytes: &[u8], timing: Timing) -> Chunk {
        let before = self.chunks.back().and(self.last);
        let mut from = now + timing.delay.unwrap_or_default();
        if let Some(gather) = timing.merge {
            // Those that are gathered already come at their time.
            from = before.filter(|it| *it > now).unwrap_or(now + gather);
        }
        let (piece, pause) = match (timing.rate, timing.split) {
            (Some(rate), _) => (
                1,
                Duration::from_micros(1_000_000_u64.div_ceil(rate.max(1))),
            ),
            (None, Some((piece, pause))) => (piece.max(1), pause),
            (None, None) => (bytes.len(), Duration::ZERO),
        };
        if timing.rate.is_some() {
            from = from + pause;
        }
        if let Some(before) = before.filter(|_| timing.merge.is_none()) {
            let next = if timing.delay.is_some() {
                before
            } else {
                before + pause
            };
            from = from.max(next);
        }
        Chunk {
            bytes: bytes.to_vec(),
            from,
            piece,
            pause,
            taken: 0,
        }
    }

    /// Sends something on its way that the others pass.
    pub(super) fn send_late(&mut self, due: Instant, bytes: Vec<u8>) {
        self.late.push((due, bytes));
    }

    /// What is late and due now, in order.
    pub(super) fn take_late(&mut self, now: Instant) -> Vec<Vec<u8>> {
        let late = std::mem::take(&mut self.late);
        let (mut due, rest): (Vec<_>, Vec<_>) = late.into_iter().partition(|(at, _)| *at <= now);
        self.late = rest;
        due.sort_by_key(|(at, _)| *at);
        due.into_iter().map(|(_, bytes)| bytes).collect()
    }

    /// Time has passed.
    pub(super) fn advance(&mut self, now: Instant) {
        while let Some(chunk) = self.chunks.front_mut() {
            let count = chunk.arrived(now);
            let new = chunk.bytes.get(chunk.taken..count).unwrap_or_default();
            self.ready.extend_from_slice(new);
            chunk.taken = count;
            if count < chunk.bytes.len() {
                return;
            }
            self.chunks.pop_front();
        }
        self.last = None;
    }

    /// What has arrived.
    pub(super) fn ready(&self) -> &[u8] {
        self.ready.get(self.taken..).unwrap_or_default()
    }

    /// So many bytes of that are taken.
    pub(super) fn take(&mut self, count: usize) {
        self.taken += count;
        if self.taken >= self.ready.len() {
            self.ready = Vec::new();
            self.taken = 0;
        } else if self.taken >= self.ready.len() / 2 {
            // More may always be ready: what is taken does not wait for the rest.
            self.ready.drain(..self.taken);
            self.taken = 0;
        }
    }

    /// Bytes under way, those that have arrived among them.
    pub(super) fn len(&self) -> usize {
        let under_way: usize = self.chunks.iter().map(|it| it.bytes.len() - it.taken).sum();
        let late: usize = self.late.iter().map(|(_, bytes)| bytes.len()).sum();
        self.ready().len() + under_way + late
    }

    /// Whether all has arrived and is taken, but for what is late.
    pub(super) fn is_through(&self) -> bool {
        self.chunks.is_empty() && self.ready().is_empty()
    }

    /// When more arrives after that.
    pub(super) fn poll_timeout(&self, after: Instant) -> Option<Instant> {
        let late = self.late.iter().map(|(at, _)| *at);
        let next = self.chunks.front().map(Chunk::next);
        late.chain(next).filter(|at| *at > after).min()
    }
}

impl Chunk {
    /// How many of its bytes have arrived.
    fn arrived(&self, now: Instant) -> usize {
        if now < self.from {
            return 0;
        }
        let passed = now.since(self.from).as_micros();
        let pieces = passed.checked_div(self.pause.as_micros());
        let pieces = pieces.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
        pieces
            .saturating_add(1)
            .saturating_mul(self.piece)
            .min(self.bytes.len())
    }

    /// When its next byte arrives.
    fn next(&self) -> Instant {
        let pieces = u32::try_from(self.taken / self.piece).unwrap_or(u32::MAX);
        self.from + self.pause.saturating_mul(pieces)
    }

    /// When its last byte arrives.
    fn end(&self) -> Instant {
        let pieces = (self.bytes.len().saturating_sub(1)) / self.piece;
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        self.from + self.pause.saturating_mul(pieces)
    }
}

impl Timing {
    /// As it is where nothing takes its time.
    pub(super) fn delayed(&mut self, span: Option<Span>, random: &mut Random) {
        self.delay = span.map(|span| random.within(span));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_freed_however_little_is_left() {
        let mut pipe = Underway::default();
        pipe.send(Instant::ZERO, b"x", Timing::default());
        for _ in 0..1000 {
            pipe.send(Instant::ZERO, &[b'x'; 999], Timing::default());
            pipe.take(999);
            assert_eq!(pipe.ready(), b"x");
            assert!(pipe.ready.len() <= 2 * 1000, "{}", pipe.ready.len());
        }
        pipe.take(1);
        assert_eq!(pipe.ready.capacity(), 0);
    }
}
