//! What goes wrong between a modem and its host.

use super::lines::{Commands, LineCutter, LinePlace};
use super::pipe::{Timing, Underway};
use super::rules::{Case, RuleSet};
use crate::vocabulary::{Direction, Fault, FaultEffect as Effect, Span};
use mqmodem_core::Instant;
use mqmodem_core::at::framing::Framing;

/// Bytes under way in one direction at most.
const ROOM: usize = 64 * 1024;
/// The pause between pieces, unless it is told.
const GAP: Span = Span::millis(5);

/// The serial side of a modem.
#[derive(Debug)]
pub(super) struct PortFaults {
    framing: &'static Framing,
    into: Way,
    out: Way,
    cutter: LineCutter,
    commands: Commands,
}

/// One direction of it.
#[derive(Debug, Default)]
struct Way {
    pipe: Underway,
    /// So many more bytes get lost, or change.
    losing: u64,
    garbling: u64,
}

impl PortFaults {
    pub(super) fn new(framing: &'static Framing) -> Self {
        Self {
            framing,
            into: Way::default(),
            out: Way::default(),
            cutter: LineCutter::default(),
            commands: Commands::default(),
        }
    }

    fn way(&mut self, dir: Direction) -> &mut Way {
        match dir {
            Direction::In => &mut self.into,
            Direction::Out => &mut self.out,
        }
    }

    /// How many bytes may be pushed now.
    pub(super) fn room(&mut self, now: Instant, rules: &mut RuleSet, dir: Direction) -> usize {
        if dir == Direction::Out && rules.hit(now, case(Effect::PortStalls, dir)).is_some() {
            return 0;
        }
        self.way(dir).room()
    }

    /// The host sends bytes.
    pub(super) fn receive(&mut self, now: Instant, rules: &mut RuleSet, bytes: &[u8]) {
        self.commands.receive(bytes);
        self.send(now, rules, Direction::In, bytes);
    }

    /// The modem writes bytes.
    pub(super) fn answer(&mut self, now: Instant, rules: &mut RuleSet, bytes: &[u8]) {
        for line in self.cutter.cut(bytes) {
            self.line(now, rules, line);
        }
    }

    /// The modem has written all it has to say.
    pub(super) fn flush(&mut self, now: Instant, rules: &mut RuleSet) {
        if let Some(line) = self.cutter.rest() {
            self.line(now, rules, line);
        }
    }

    /// A line of the modem, and those that come with it.
    fn line(&mut self, now: Instant, rules: &mut RuleSet, line: Vec<u8>) {
        let place = self.commands.place_of(&line);
        if matches!(place, LinePlace::First | LinePlace::OnlyResult) {
            self.urcs(now, rules, &[Some("echo")]);
        }
        if matches!(place, LinePlace::Result | LinePlace::OnlyResult) {
            self.urcs(now, rules, &[Some("answer")]);
        }
        self.pass_line(now, rules, line);
        match place {
            LinePlace::Echo => self.urcs(now, rules, &[Some("echo")]),
            LinePlace::Prompt => self.urcs(now, rules, &[Some("payload")]),
            _ => {}
        }
    }

    /// Lines that nobody asked for, of those that come at these places.
    fn urcs(&mut self, now: Instant, rules: &mut RuleSet, places: &[Option<&str>]) {
        let case = Case::of(Effect::Urc);
        let here = |fault: &Fault| places.contains(&fault.choice("at"));
        while let Some(hit) = rules.hit_where(now, case, here) {
            let text = hit.fault.text("LINE").unwrap_or_default();
            self.write_line(now, rules, text);
        }
    }

    /// What becomes of a line of the modem.
    fn pass_line(&mut self, now: Instant, rules: &mut RuleSet, mut line: Vec<u8>) {
        if let Some(command) = self.commands.ended_by(&line) {
            let Some(result) = self.result(now, rules, &command, line) else {
                return;
            };
            line = result;
        }
        let cut = case(Effect::PortCut, Direction::Out);
        let is_text = line.iter().any(|byte| *byte > b' ');
        if is_text && let Some(hit) = rules.hit(now, cut) {
            let most = hit.fault.count("BYTES").unwrap_or_default();
            line.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        }
        self.send(now, rules, Direction::Out, &line);
    }

    /// What comes in place of a final result now.
    fn result(
        &mut self,
        now: Instant,
        rules: &mut RuleSet,
        command: &str,
        line: Vec<u8>,
    ) -> Option<Vec<u8>> {
        let case = |effect| Case {
            to: Some(command),
            ..Case::of(effect)
        };
        if rules.hit(now, case(Effect::ReplyLose)).is_some() {
            return None;
        }
        if let Some(mut hit) = rules.hit(now, case(Effect::ReplyLate)) {
            let span = hit.fault.span("TIME").unwrap_or(Span::millis(0));
            self.out.pipe.send_late(now + hit.random.within(span), line);
            return None;
        }
        if let Some(hit) = rules.hit(now, case(Effect::ReplyInstead)) {
            let text = hit.fault.text("RESULT").unwrap_or_default();
            return Some([b"\r\n", text, b"\r\n"].concat());
        }
        let mut line = line;
        if rules.hit(now, case(Effect::ReplyTwice)).is_some() {
            line.extend_from_within(..);
        }
        Some(line)
    }

    /// Sends bytes on their way, such as they arrive.
    fn send(&mut self, now: Instant, rules: &mut RuleSet, dir: Direction, bytes: &[u8]) {
        let way = self.way(dir);
        let effects = [Effect::PortLose, Effect::PortGarble];
        let is_spoilt = way.losing > 0
            || way.garbling > 0
            || effects.iter().any(|effect| rules.any(case(*effect, dir)));
        let timing = timing(now, rules, dir);
        if !is_spoilt {
            return way.pipe.send(now, bytes, timing);
        }
        let left: Vec<u8> = bytes
            .iter()
            .filter_map(|byte| way.spoil(now, rules, dir, *byte))
            .collect();
        way.pipe.send(now, &left, timing);
    }

    /// What has arrived.
    pub(super) fn ready(&mut self, now: Instant, rules: &mut RuleSet, dir: Direction) -> &[u8] {
        let way = self.way(dir);
        let arrived = !way.pipe.ready().is_empty();
        if arrived && rules.hit(now, case(Effect::PortStalls, dir)).is_some() {
            return &[];
        }
        way.pipe.ready()
    }

    pub(super) fn take(&mut self, dir: Direction, count: usize) {
        self.way(dir).pipe.take(count);
    }

    /// Whether nothing is under way between host and modem.
    pub(super) fn is_through(&self) -> bool {
        self.into.pipe.len() == 0 && self.out.pipe.len() == 0
    }

    /// Whether nothing goes wrong this way.
    pub(super) fn is_clear(&self, rules: &RuleSet) -> bool {
        let dir = Direction::In;
        let effects = [
            Effect::PortLose,
            Effect::PortGarble,
            Effect::PortSlow,
            Effect::PortStalls,
            Effect::PortSplit,
            Effect::PortMerge,
        ];
        let fault = effects.iter().any(|effect| rules.any(case(*effect, dir)));
        let Way {
            pipe,
            losing,
            garbling,
        } = &self.into;
        !fault && pipe.len() == 0 && *losing == 0 && *garbling == 0
    }

    /// Time has passed.
    pub(super) fn advance(&mut self, now: Instant, rules: &mut RuleSet) {
        if self.cutter.is_between() {
            for line in self.out.pipe.take_late(now) {
                self.send(now, rules, Direction::Out, &line);
            }
            let places = [None, Some("idle").filter(|_| self.commands.is_idle())];
            self.urcs(now, rules, &places);
        }
        while let Some(hit) = rules.hit(now, Case::of(Effect::PortNoise)) {
            let dir = hit.fault.limits().dir.unwrap_or(Direction::Out);
            self.noise(now, dir, hit.random, hit.fault.count("BYTES"));
        }
        for dir in [Direction::In, Direction::Out] {
            self.way(dir).pipe.advance(now);
        }
    }

    /// A line of the modem that it did not write. It is dropped where nobody takes anything.
    pub(super) fn write_line(&mut self, now: Instant, rules: &mut RuleSet, text: &[u8]) {
        if self.out.room() == 0 {
            return;
        }
        let before: &[u8] = if self.framing.urc_leads { b"\r\n" } else { b"" };
        self.send(
            now,
            rules,
            Direction::Out,
            &[before, text, b"\r\n"].concat(),
        );
    }

    /// Bytes that nobody sent. Those there is no room for are dropped.
    pub(super) fn noise(
        &mut self,
        now: Instant,
        dir: Direction,
        mut random: super::random::Random,
        count: Option<u64>,
    ) {
        let way = self.way(dir);
        let noise: Vec<u8> = (0..count.unwrap_or_default())
            .map(|_| random.noise())
            .take(way.room())
            .collect();
        way.pipe.send(now, &noise, Timing::default());
    }

    /// The modem has lost its power: what it had not taken, and not said, is gone.
    pub(super) fn forget(&mut self) {
        self.into = Way::default();
        self.cutter = LineCutter::default();
        self.commands.forget();
    }

    /// When something arrives after that.
    pub(super) fn poll_timeout(&self, after: Instant) -> Option<Instant> {
        let times = [&self.into, &self.out].map(|way| way.pipe.poll_timeout(after));
        times.into_iter().flatten().min()
    }
}

impl Way {
    /// How many more bytes may be under way.
    fn room(&self) -> usize {
        ROOM.saturating_sub(self.pipe.len())
    }

    /// What arrives of a byte.
    fn spoil(&mut self, now: Instant, rules: &mut RuleSet, dir: Direction, byte: u8) -> Option<u8> {
        if self.losing == 0
            && let Some(hit) = rules.hit(now, case(Effect::PortLose, dir))
        {
            self.losing = hit.fault.count("BYTES").unwrap_or(1);
        }
        if self.losing > 0 {
            self.losing -= 1;
            return None;
        }
        if self.garbling == 0
            && let Some(hit) = rules.hit(now, case(Effect::PortGarble, dir))
        {
            self.garbling = hit.fault.count("BYTES").unwrap_or(1);
        }
        if self.garbling > 0 {
            self.garbling -= 1;
            return Some(byte ^ 0x80);
        }
        Some(byte)
    }
}

fn case(effect: Effect, dir: Direction) -> Case<'static> {
    Case {
        dir: Some(dir),
        ..Case::of(effect)
    }
}

/// How bytes that are sent now take their time.
fn timing(now: Instant, rules: &mut RuleSet, dir: Direction) -> Timing {
    let mut hit = |effect| rules.hit(now, case(effect, dir));
    let slow = hit(Effect::PortSlow);
    let split = hit(Effect::PortSplit).map(|mut hit| {
        let gap = hit.fault.span("gap").unwrap_or(GAP);
        let piece = hit.fault.count("BYTES").unwrap_or(1);
        (
            usize::try_from(piece).unwrap_or(usize::MAX),
            hit.random.within(gap),
        )
    });
    let merge = hit(Effect::PortMerge).map(|mut hit| {
        let time = hit.fault.span("TIME").unwrap_or(Span::millis(0));
        hit.random.within(time)
    });
    Timing {
        delay: None,
        rate: slow.and_then(|hit| hit.fault.count("BYTES-A-SECOND")),
        split,
        merge,
    }
}
