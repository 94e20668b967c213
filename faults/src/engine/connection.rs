//! The connection of one link, and what passes on it.

use super::packets::PacketCutter;
use super::pipe::{Timing, Underway};
use super::rules::{Case, Hit, RuleSet};
use crate::vocabulary::{Direction, FaultEffect as Effect};
use mqmodem_core::Instant;
use mqmodem_core::mqtt::Version;

const CONNECT: u8 = 1;
const CONNACK: u8 = 2;

/// How a connection ends by a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultEnd {
    /// It breaks.
    Reset,
    /// The peer closes it.
    Close,
}

/// The present connection of a link.
#[derive(Debug)]
pub(super) struct LinkTraffic {
    pub(super) link: u8,
    pub(super) open: bool,
    /// The broker has answered CONNECT.
    pub(super) greeted: bool,
    /// When it may come up, where that is put off.
    pub(super) opens: Option<Instant>,
    pub(super) version: Version,
    pub(super) into: Side,
    pub(super) out: Side,
    pub(super) end: Option<FaultEnd>,
}

/// One direction of it.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) cutter: PacketCutter,
    pub(super) pipe: Underway,
    /// The fault that breaks the connection after so many bytes, and how many passed since.
    passed: Option<(u32, u64)>,
}

impl Side {
    /// How many bytes passed since this fault waits for them.
    fn passed(&self, id: u32) -> u64 {
        let counted = self.passed.filter(|(of, _)| *of == id);
        counted.map_or(0, |(_, count)| count)
    }
}

impl LinkTraffic {
    pub(super) fn new(link: u8) -> Self {
        Self {
            link,
            open: false,
            greeted: false,
            opens: None,
            version: Version::default(),
            into: Side::default(),
            out: Side::default(),
            end: None,
        }
    }

    pub(super) fn side(&mut self, dir: Direction) -> &mut Side {
        match dir {
            Direction::In => &mut self.into,
            Direction::Out => &mut self.out,
        }
    }

    pub(super) fn case(&self, effect: Effect) -> Case<'static> {
        Case {
            link: Some(self.link),
            ..Case::of(effect)
        }
    }

    pub(super) fn case_of(&self, effect: Effect, dir: Direction) -> Case<'static> {
        Case {
            dir: Some(dir),
            ..self.case(effect)
        }
    }

    /// What becomes of a whole packet; what passes of it now.
    pub(super) fn packet(
        &mut self,
        now: Instant,
        rules: &mut RuleSet,
        dir: Direction,
        mut packet: Vec<u8>,
    ) -> Vec<u8> {
        let kind = packet.first().map_or(0, |first| first >> 4);
        if dir == Direction::Out && kind == CONNECT {
            self.version = Version::of_connect(&packet).unwrap_or(self.version);
        }
        if dir == Direction::In && kind == CONNACK {
            self.greeted = true;
            self.connack(now, rules, &mut packet);
        }
        let case = |effect| self.case_of(effect, dir);
        if rules
            .hit_packet(now, case(Effect::BrokerLose), kind)
            .is_some()
        {
            return Vec::new();
        }
        if let Some(mut hit) = rules.hit_packet(now, case(Effect::BrokerLate), kind) {
            let due = now + time_of(&mut hit);
            self.side(dir).pipe.send_late(due, packet);
            return Vec::new();
        }
        if rules
            .hit_packet(now, case(Effect::BrokerTwice), kind)
            .is_some()
        {
            packet.extend_from_within(..);
        }
        packet
    }

    fn connack(&self, now: Instant, rules: &mut RuleSet, packet: &mut [u8]) {
        let Some([flags, code]) = packet
            .get_mut(2..4)
            .and_then(|it| <&mut [u8; 2]>::try_from(it).ok())
        else {
            return;
        };
        if *flags & 1 != 0 && rules.hit(now, self.case(Effect::BrokerForget)).is_some() {
            *flags &= !1;
        }
        if let Some(hit) = rules.hit(now, self.case(Effect::BrokerRefuse)) {
            *flags = 0;
            *code = u8::try_from(hit.fault.count("code").unwrap_or_default()).unwrap_or(u8::MAX);
        }
    }

    /// Sends bytes on their way, as far as the connection does not break before.
    pub(super) fn send(&mut self, now: Instant, rules: &mut RuleSet, dir: Direction, bytes: &[u8]) {
        if self.end.is_some() {
            return;
        }
        let passes = self.passes(now, rules, dir, bytes.len());
        let mut timing = Timing::default();
        if let Some(mut hit) = rules.hit(now, self.case_of(Effect::NetDelay, dir)) {
            timing.delayed(hit.fault.span("TIME"), &mut hit.random);
        }
        let slow = rules.hit(now, self.case_of(Effect::NetSlow, dir));
        timing.rate = slow.and_then(|hit| hit.fault.count("BYTES-A-SECOND"));
        let bytes = bytes.get(..passes).unwrap_or(bytes);
        self.side(dir).pipe.send(now, bytes, timing);
    }

    /// How many of so many bytes pass before the connection breaks.
    fn passes(&mut self, now: Instant, rules: &mut RuleSet, dir: Direction, count: usize) -> usize {
        let case = self.case_of(Effect::NetCut, dir);
        let cut = rules.peek(case);
        let Some((id, limit)) = cut.and_then(|(id, fault)| Some((id, fault.count("BYTES")?)))
        else {
            self.side(dir).passed = None;
            return count;
        };
        let passed = self.into.passed(id) + self.out.passed(id);
        let left = usize::try_from(limit.saturating_sub(passed)).unwrap_or(usize::MAX);
        let side = self.side(dir);
        if count < left {
            side.passed = Some((id, side.passed(id) + count as u64));
            return count;
        }
        if rules.hit(now, case).is_some() {
            self.end = Some(FaultEnd::Reset);
        }
        left
    }

    /// Whether bytes of this direction get lost.
    pub(super) fn is_dead(&self, now: Instant, rules: &mut RuleSet, dir: Direction) -> bool {
        rules
            .hit(now, self.case_of(Effect::NetHalfOpen, dir))
            .is_some()
            || rules.hit(now, Case::of(Effect::RadioOff)).is_some()
    }

    /// Whether bytes of this direction stand still.
    pub(super) fn stalls(&self, now: Instant, rules: &mut RuleSet, dir: Direction) -> bool {
        // Unless it is told otherwise, only what the modem sends does.
        let case = self.case_of(Effect::NetStalls, dir);
        let meant = rules
            .peek(case)
            .is_some_and(|(_, fault)| fault.limits().dir.unwrap_or(Direction::Out) == dir);
        meant && rules.hit(now, case).is_some()
    }

    pub(super) fn forget(&mut self) {
        *self = Self {
            version: self.version,
            ..Self::new(self.link)
        };
    }
}

pub(super) fn time_of(hit: &mut Hit) -> std::time::Duration {
    let span = hit.fault.span("TIME");
    span.map(|span| hit.random.within(span)).unwrap_or_default()
}

/// Whether a packet must be seen as a whole.
pub(super) fn wants(rules: &RuleSet, line: &LinkTraffic, dir: Direction, kind: u8) -> bool {
    let by_name = [Effect::BrokerLose, Effect::BrokerLate, Effect::BrokerTwice];
    let named = by_name
        .iter()
        .any(|effect| rules.any_packet(line.case_of(*effect, dir), kind));
    match (dir, kind) {
        // They say which version is spoken, and that the broker is there.
        (Direction::Out, CONNECT) | (Direction::In, CONNACK) => true,
        _ => named,
    }
}
