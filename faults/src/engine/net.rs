//! What goes wrong between a modem and its brokers.

use super::connection::{FaultEnd, LinkTraffic, time_of, wants};
use super::packets::Part;
use super::pipe::Timing;
use super::rules::RuleSet;
use crate::vocabulary::{Direction, FaultEffect as Effect};
use mqmodem_core::mqtt::Version;
use mqmodem_core::{Instant, LinkId, NetError};

/// Bytes under way in one direction at most, before the modem is asked for no more.
pub(super) const ROOM: usize = 64 * 1024;

/// The connections of a modem.
#[derive(Debug, Default)]
pub(super) struct NetFaults {
    lines: Vec<LinkTraffic>,
}

impl NetFaults {
    fn line(&mut self, link: LinkId) -> &mut LinkTraffic {
        let found = self.lines.iter().position(|traffic| traffic.link == link.0);
        let at = found.unwrap_or_else(|| {
            self.lines.push(LinkTraffic::new(link.0));
            self.lines.len() - 1
        });
        &mut self.lines[at]
    }

    /// A connection is wanted; why it fails, if a fault makes it fail.
    pub(super) fn opening(
        &mut self,
        now: Instant,
        rules: &mut RuleSet,
        link: LinkId,
    ) -> Option<NetError> {
        let traffic = self.line(link);
        traffic.forget();
        if let Some(hit) = rules.hit(now, traffic.case(Effect::NetFail)) {
            return hit.fault.reason();
        }
        if let Some(mut hit) = rules.hit(now, traffic.case(Effect::NetNameSlow)) {
            traffic.opens = Some(now + time_of(&mut hit));
        }
        None
    }

    /// Whether the connection that is wanted may come up by now.
    pub(super) fn may_open(&mut self, now: Instant, rules: &mut RuleSet, link: LinkId) -> bool {
        let traffic = self.line(link);
        if traffic.opens.is_some_and(|at| at > now) {
            return false;
        }
        traffic.opens = None;
        !traffic.is_dead(now, rules, Direction::Out)
    }

    /// It is up, and a fault that waits for that ends it before anything passes.
    pub(super) fn opened(&mut self, now: Instant, rules: &mut RuleSet, link: LinkId) {
        self.line(link).open = true;
        self.end_open(now, rules);
    }

    pub(super) fn closed(&mut self, link: LinkId) {
        self.line(link).forget();
    }

    pub(super) fn all_closed(&mut self) {
        self.lines.clear();
    }

    /// How many bytes may be pushed now.
    pub(super) fn room(
        &mut self,
        now: Instant,
        rules: &mut RuleSet,
        link: LinkId,
        dir: Direction,
    ) -> usize {
        let traffic = self.line(link);
        if traffic.end.is_some() || (dir == Direction::Out && traffic.stalls(now, rules, dir)) {
            return 0;
        }
        ROOM.saturating_sub(traffic.side(dir).pipe.len())
    }

    /// Bytes go this way.
    pub(super) fn push(
        &mut self,
        now: Instant,
        rules: &mut RuleSet,
        link: LinkId,
        dir: Direction,
        bytes: &[u8],
    ) {
        let traffic = self.line(link);
        if traffic.end.is_some() || traffic.is_dead(now, rules, dir) {
            return;
        }
        let mut cutter = std::mem::take(&mut traffic.side(dir).cutter);
        let wanted = |kind| wants(rules, traffic, dir, kind);
        let parts = cutter.cut(bytes, wanted);
        for part in parts {
            let bytes = match part {
                Part::Bytes(bytes) => bytes,
                Part::Packet(packet) => traffic.packet(now, rules, dir, packet),
            };
            traffic.send(now, rules, dir, &bytes);
        }
        traffic.side(dir).cutter = cutter;
    }

    /// What has arrived.
    pub(super) fn ready(
        &mut self,
        now: Instant,
        rules: &mut RuleSet,
        link: LinkId,
        dir: Direction,
    ) -> &[u8] {
        let traffic = self.line(link);
        let arrived = !traffic.side(dir).pipe.ready().is_empty();
        if arrived && dir == Direction::In && traffic.stalls(now, rules, dir) {
            return &[];
        }
        traffic.side(dir).pipe.ready()
    }

    pub(super) fn take(&mut self, link: LinkId, dir: Direction, count: usize) {
        self.line(link).side(dir).pipe.take(count);
    }

    /// Whether nothing is under way, and the end of the connection may be told.
    pub(super) fn may_end(&mut self, now: Instant, rules: &mut RuleSet, link: LinkId) -> bool {
        let traffic = self.line(link);
        traffic.into.pipe.len() == 0 && !traffic.is_dead(now, rules, Direction::In)
    }

    /// Which connection a fault ends now, and how.
    pub(super) fn poll_end(&mut self) -> Option<(LinkId, FaultEnd)> {
        let ends = |traffic: &&mut LinkTraffic| {
            let arrived = traffic.into.pipe.is_through() && traffic.out.pipe.is_through();
            traffic.end.is_some() && arrived
        };
        let traffic = self.lines.iter_mut().find(ends)?;
        let end = traffic.end.take()?;
        let link = LinkId(traffic.link);
        traffic.forget();
        Some((link, end))
    }

    /// Time has passed.
    pub(super) fn advance(&mut self, now: Instant, rules: &mut RuleSet) {
        for traffic in &mut self.lines {
            for dir in [Direction::In, Direction::Out] {
                let side = traffic.side(dir);
                let late = if side.cutter.is_between() {
                    side.pipe.take_late(now)
                } else {
                    Vec::new()
                };
                for packet in late {
                    traffic.send(now, rules, dir, &packet);
                }
                traffic.side(dir).pipe.advance(now);
            }
        }
        self.end_open(now, rules);
    }

    /// Ends connections that are open, where a fault says so.
    fn end_open(&mut self, now: Instant, rules: &mut RuleSet) {
        let open = |traffic: &LinkTraffic| traffic.open;
        self.end_each(now, rules, Effect::NetReset, open, |_, _| FaultEnd::Reset);
        self.end_each(now, rules, Effect::NetClose, open, |_, _| FaultEnd::Close);
        let greeted = |traffic: &LinkTraffic| traffic.greeted && traffic.into.cutter.is_between();
        self.end_each(
            now,
            rules,
            Effect::BrokerDisconnect,
            greeted,
            |traffic, code| {
                if traffic.version == Version::V5 {
                    let pipe = &mut traffic.into.pipe;
                    pipe.send(now, &[0xE0, 1, code], Timing::default());
                }
                FaultEnd::Close
            },
        );
    }

    /// The fault acts once, on all connections it is about.
    fn end_each(
        &mut self,
        now: Instant,
        rules: &mut RuleSet,
        effect: Effect,
        may: impl Fn(&LinkTraffic) -> bool,
        how: impl Fn(&mut LinkTraffic, u8) -> FaultEnd,
    ) {
        let may = |traffic: &LinkTraffic| may(traffic) && traffic.end.is_none();
        let mut meant = self.lines.iter().filter(|traffic| may(traffic));
        let Some(case) =
            meant.find_map(|traffic| Some(traffic.case(effect)).filter(|it| rules.any(*it)))
        else {
            return;
        };
        let Some(hit) = rules.hit(now, case) else {
            return;
        };
        let code = hit
            .fault
            .count("code")
            .and_then(|code| u8::try_from(code).ok());
        let link = hit.fault.limits().link;
        for traffic in &mut self.lines {
            if link.is_none_or(|link| link == traffic.link) && may(traffic) {
                traffic.end = Some(how(traffic, code.unwrap_or_default()));
            }
        }
    }

    /// When something arrives after that.
    pub(super) fn poll_timeout(&self, after: Instant) -> Option<Instant> {
        let times = self.lines.iter().flat_map(|traffic| {
            let sides = [&traffic.into, &traffic.out].map(|side| side.pipe.poll_timeout(after));
            let opens = traffic.opens.filter(|at| *at > after);
            sides.into_iter().chain([opens])
        });
        times.flatten().min()
    }
}
