//! Plays what was done to a modem, and writes down what ours says to it.

use super::speech::Speech;
use super::stand_in;
use super::timeline::{SHORT, Timeline};
use super::wording::{named, reason_of, typed, wire};
use crate::observe::stream::{
    LineKind, TraceDirection, TraceEvent, TraceLine, TraceLink, TracePacket, TracePort,
    TraceSwitch, TraceWhat,
};
use mqmodem_chat::live::Recording;
use mqmodem_chat::{
    Input, Output, PlayMode, Player, Setup, Sim, StorageMode, Versions, broker_lines,
};
use mqmodem_core::LinkId;
use mqmodem_faults::escape::to_hex;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A result that comes so much later than it was recorded is waited for.
const NUDGE: Duration = Duration::from_millis(20);

/// What is typed for what is hidden, by the index of the event: the number of a stand-in.
pub(super) type Choices = BTreeMap<usize, usize>;

/// A modem of ours to which is done what was recorded.
pub(super) struct Replay<'t> {
    timeline: &'t Timeline,
    sim: Sim<'static>,
    setup: Setup,
    recording: Recording,
    versions: Versions,
    choices: &'t Choices,
    /// What was recorded up to now, and what was played.
    recorded: Speech,
    played: Speech,
    /// Microseconds that have passed since the beginning.
    now: u64,
    /// Links that stay pending when they are asked for.
    held: BTreeSet<u8>,
    lines: [bool; 2],
    store_fails: bool,
    /// How far it is known to be behind, in lines and packets.
    behind: (usize, usize),
    /// Hidden lines that were answered otherwise, and whether there is another stand-in.
    wrong: Vec<(usize, bool)>,
    left_out: usize,
}

/// What came of it.
pub(super) struct Replayed {
    pub(super) text: String,
    pub(super) played: Speech,
    pub(super) wrong: Vec<(usize, bool)>,
    pub(super) left_out: usize,
}

impl<'t> Replay<'t> {
    pub(super) fn new(
        timeline: &'t Timeline,
        setup: Setup,
        recording: Recording,
        choices: &'t Choices,
    ) -> Self {
        Self {
            timeline,
            sim: Sim::new(setup, PlayMode::Whole, Vec::new()),
            setup,
            recording,
            versions: Versions::default(),
            choices,
            recorded: Speech::default(),
            played: Speech::default(),
            now: 0,
            held: BTreeSet::new(),
            lines: [true, true],
            store_fails: false,
            behind: (0, 0),
            wrong: Vec::new(),
            left_out: 0,
        }
    }

    /// Plays all of it.
    pub(super) fn run(mut self) -> Result<Replayed, String> {
        self.sim.play(LinkId::FIRST, &Input::PowerOn)?;
        let output = self.sim.output();
        self.hear(&[], &output);
        let timeline = self.timeline;
        let (mut last, mut next) = (0, timeline.next_input(0));
        for (at, event) in timeline.events.iter().enumerate() {
            if at == next {
                self.prepare(last, at);
                // Those who are told that it goes off are told by that.
                let ends = matches!(event.what, TraceWhat::Power(TraceSwitch::Off));
                self.pass_until(event.t, !ends);
                next = timeline.next_input(at);
                self.prepare(at, next);
                last = at;
            }
            self.event(at, event);
            self.recorded.recorded(event);
        }
        if let Some(event) = timeline.events.last().filter(|_| self.sim.is_on()) {
            self.pass_until(event.t, true);
        }
        Ok(Replayed {
            text: self.recording.text(),
            played: self.played,
            wrong: self.wrong,
            left_out: self.left_out,
        })
    }

    /// Links that will not come up at once are held, and what the disk will refuse.
    fn prepare(&mut self, from: usize, to: usize) {
        let first = self.timeline.openings(from, to).next();
        if let Some((at, link)) = first
            && !self.timeline.opens_at_once(at)
            && !self.held.contains(&link)
            && !self.sim.is_pending(LinkId(link))
            && self.act(link, &Input::NetPending, &named("net", link, "hold"))
        {
            self.held.insert(link);
        }
        match self.timeline.store_fails(from, to) {
            Some(fails) if fails != self.store_fails => {
                let (mode, line) = if fails {
                    (StorageMode::Fails, "store fails")
                } else {
                    (StorageMode::Works, "store works")
                };
                self.store_fails = fails;
                self.act(0, &Input::Store(mode), line);
            }
            _ => {}
        }
    }

    /// Lets the time pass that was a pause, or that the modem needed to say what it had said by
    /// then.
    fn pass_until(&mut self, t: u64, waits: bool) {
        let until = t.saturating_sub(self.timeline.begin());
        let lag = until.saturating_sub(self.now);
        let owes = waits && self.owes();
        if lag > SHORT || (owes && lag > 0) {
            let millis = if owes { lag.div_ceil(1000) } else { lag / 1000 };
            self.pass(Duration::from_millis(millis));
        }
        if !waits {
            return;
        }
        if self.owes() {
            self.pass(NUDGE);
        }
        let (recorded, played) = (self.recorded.counts(), self.played.counts());
        self.behind = (
            recorded.0.saturating_sub(played.0),
            recorded.1.saturating_sub(played.1),
        );
    }

    /// Whether the modem has yet to say what it said by now when it was recorded.
    fn owes(&self) -> bool {
        let (recorded, played) = (self.recorded.counts(), self.played.counts());
        recorded.0 > played.0 + self.behind.0 || recorded.1 > played.1 + self.behind.1
    }

    fn pass(&mut self, by: Duration) {
        if by.is_zero() || self.sim.play(LinkId::FIRST, &Input::Pass(by)).is_err() {
            return;
        }
        self.now += u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
        let output = self.sim.output();
        self.recording.passed(by, &output);
        self.hear(&[], &output);
    }

    fn event(&mut self, at: usize, event: &TraceEvent) {
        match &event.what {
            TraceWhat::Line(line) if line.dir == TraceDirection::In => self.line(at, line),
            TraceWhat::Packet(packet) if packet.dir == TraceDirection::In => self.packet(packet),
            TraceWhat::Link(link) => self.link(at, link),
            TraceWhat::Port(port) => self.port(port),
            TraceWhat::Power(TraceSwitch::On) if self.sim.is_on() => {}
            TraceWhat::Power(TraceSwitch::On) => {
                self.act(0, &Input::PowerOn, "power on");
            }
            TraceWhat::Power(TraceSwitch::Off) => self.power_off(at),
            what => {
                if let Some(text) = what.remark() {
                    self.recording.comment(&text);
                }
            }
        }
    }

    /// Does this, which `step` says.
    fn act(&mut self, link: u8, input: &Input, step: &str) -> bool {
        self.acts(link, input, step, |recording, output| {
            recording.done(step, output);
        })
        .is_some()
    }

    /// Does this, and has what came written down.
    fn acts(
        &mut self,
        link: u8,
        input: &Input,
        step: &str,
        write: impl FnOnce(&mut Recording, &Output),
    ) -> Option<Output> {
        let done = self.sim.play(LinkId(link), input);
        let output = self.sim.output();
        if let Err(why) = done {
            self.left_out += 1;
            self.recording.comment(&format!("left out: {step}: {why}"));
            return None;
        }
        write(&mut self.recording, &output);
        match input {
            Input::Host(typed) => self.hear(typed, &output),
            _ => self.hear(&[], &output),
        }
        Some(output)
    }

    fn hear(&mut self, typed: &[u8], output: &Output) {
        let lines = broker_lines(&self.versions, &output.brokers);
        self.played.played(typed, output, &lines);
        for (link, bytes) in &output.brokers {
            self.versions.follow(*link, bytes);
        }
    }

    fn line(&mut self, at: usize, line: &TraceLine) {
        let is_data = line.kind == LineKind::Data;
        let known = if line.text == "A/" {
            Some(b"A/".to_vec())
        } else {
            line.wire()
        };
        let bytes = match known {
            Some(bytes) => bytes,
            None if line.hidden == 0 => typed(&line.text),
            None => return self.hidden(at, line),
        };
        if is_data {
            self.send(&bytes);
        } else {
            self.type_in(&bytes);
        }
    }

    /// Types a line, without the LF that may stand behind it.
    fn type_in(&mut self, bytes: &[u8]) -> Option<Output> {
        let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let text = line.strip_suffix(b"\r").map(std::str::from_utf8);
        match text {
            Some(Ok(text)) if !text.is_empty() && !text.starts_with('\n') => {
                let input = Input::Host(typed(text));
                self.acts(0, &input, text, |recording, output| {
                    recording.typed(text, output);
                })
            }
            _ => self.send(line),
        }
    }

    /// Sends bytes as they are.
    fn send(&mut self, bytes: &[u8]) -> Option<Output> {
        let input = Input::Host(bytes.to_vec());
        self.acts(0, &input, "bytes of the host", |recording, output| {
            recording.sent(bytes, output);
        })
    }

    /// Types something in place of what is hidden.
    fn hidden(&mut self, at: usize, typed: &TraceLine) {
        let choice = self.choices.get(&at).copied().unwrap_or(0);
        let is_data = typed.kind == LineKind::Data;
        let wanted = if is_data {
            self.timeline.end_of(typed.command)
        } else {
            self.timeline.result_of(typed.command)
        };
        let all = stand_in::of(self.setup.dialect, typed, wanted);
        let Some(bytes) = all.get(choice).or_else(|| all.last()).cloned() else {
            return;
        };
        let output = if is_data {
            self.send(&bytes)
        } else {
            self.type_in(&bytes)
        };
        let said = output.map(|it| String::from_utf8_lossy(&it.host).into_owned());
        let mut asked = self.timeline.openings(at, self.timeline.next_input(at));
        let opens = asked.all(|(_, number)| {
            let link = LinkId(number);
            self.sim.is_open(link) || self.sim.is_pending(link)
        });
        let answered = opens && said.is_none_or(|said| stand_in::is_answer(&said, wanted));
        if !answered {
            self.wrong.push((at, choice + 1 < all.len()));
        }
    }

    fn leave_out(&mut self, why: &str, what: &str) {
        self.left_out += 1;
        self.recording.comment(&format!("left out, {why}: {what}"));
    }

    fn packet(&mut self, packet: &TracePacket) {
        let link = packet.link;
        if !self.sim.is_open(LinkId(link)) {
            return self.leave_out("since the link is not up", &packet.text());
        }
        let Some((bytes, words)) = wire(packet) else {
            return self.leave_out("since its bytes are not recorded", &packet.text());
        };
        let rest = match words {
            Some(words) => format!("> {words}"),
            None => format!(">> {}", to_hex(&bytes)),
        };
        self.act(link, &Input::Broker(bytes), &named("broker", link, &rest));
    }

    fn link(&mut self, at: usize, link: &TraceLink) {
        let number = link.link;
        let is_pending = self.sim.is_pending(LinkId(number));
        let is_open = self.sim.is_open(LinkId(number));
        match &*link.what {
            "opening" if is_pending => {
                if let Some((name, stage)) = self.timeline.late_at(at) {
                    let step = named("net", number, &format!("at {name}"));
                    self.act(number, &Input::NetAt(stage), &step);
                }
            }
            "open" if is_pending => {
                self.held.remove(&number);
                self.act(number, &Input::NetOpen, &named("net", number, "open"));
            }
            "failed" if is_pending => {
                let (name, error) = reason_of(link);
                let step = named("net", number, &format!("fail {name}"));
                self.act(number, &Input::NetFail(error), &step);
            }
            "failed" if is_open => {
                self.act(
                    number,
                    &Input::BrokerResets,
                    &named("broker", number, "reset"),
                );
            }
            "closed" if is_open && link.by.as_deref() == Some("broker") => {
                self.act(
                    number,
                    &Input::BrokerCloses,
                    &named("broker", number, "close"),
                );
            }
            _ => {}
        }
    }

    fn port(&mut self, port: &TracePort) {
        let lines = port.lines.as_deref().unwrap_or_default();
        if !port.what.starts_with("host-") {
            if port.what == "break" {
                self.leave_out("since a chat has none", "a break");
            }
            return;
        }
        let [dtr, rts] = ["dtr=1", "rts=1"].map(|on| lines.contains(on));
        let was = std::mem::replace(&mut self.lines, [dtr, rts]);
        let word = |on: bool| if on { "on" } else { "off" };
        if was[0] != dtr {
            self.act(0, &Input::Dtr(dtr), &format!("dtr {}", word(dtr)));
        }
        if was[1] != rts {
            self.act(0, &Input::Rts(rts), &format!("rts {}", word(rts)));
        }
    }

    /// In order, where it told brokers so, else at once.
    fn power_off(&mut self, at: usize) {
        if !self.sim.is_on() {
            return;
        }
        let told = self.recorded.counts().1 > self.played.counts().1 + self.behind.1;
        if told || !self.timeline.comes_back(at) {
            self.act(0, &Input::PowerOff, "power off");
        } else {
            self.act(0, &Input::PowerCut, "power cut");
        }
        self.held.clear();
    }
}
