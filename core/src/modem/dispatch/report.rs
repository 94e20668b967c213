//! Reporting to the host what happened.

use super::Machine;
use crate::at::reply::{Reply, Style};
use crate::buffer::Buf;
use crate::modem::code;
use crate::modem::event::{Event, GrantedCodes, Task, WordEvent};
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::link::Link;
use crate::modem::progress::notes::OutputKind;
use crate::modem::progress::run::{Run, Wake};
use crate::modem::progress::scratch::Staged;
use crate::modem::wait::Wait;
use crate::mqtt::session::{DropReason, Dropped};

impl Machine<'_> {
    /// Whether an event may go to the host at once, without waiting its turn.
    pub(super) fn may_report_now(&self) -> bool {
        self.notify.may_interrupt(self.now)
            && matches!(self.run, Run::Idle)
            && !self.notify.has_news()
            && !self.notify.tells_ends_only()
    }

    /// Whether an event is on its way to the host and waits for room only.
    #[inline]
    pub(crate) fn is_reporting(&self) -> bool {
        self.notify.is_reporting(self.now)
    }

    /// Reports an event to the host; whether it had room for it.
    pub(super) fn report(&mut self, id: LinkId, event: &Event) -> bool {
        let (wording, style) = (self.behaviour.wording.event, self.style());
        let of = self.scratch.of(id);
        let before = self.out.len();
        let reported = word(&mut self.out, style, wording, of, event);
        self.note(self.kind_of_events(), before);
        reported
    }

    /// The event that ends a command without a result code is its result.
    fn kind_of_events(&self) -> OutputKind {
        match self.run {
            Run::Finishing => OutputKind::Result,
            _ => OutputKind::Urc,
        }
    }

    /// Writes a text that is no part of an answer, and brings its own frame.
    pub(crate) fn write_apart(&mut self, kind: OutputKind, text: &str) {
        let (style, room) = (self.style(), self.out.free());
        let before = self.out.len();
        Reply::new(&mut self.out, style, room).unframed(|line| line.text(text));
        self.note(kind, before);
    }

    /// Echoes raw bytes, as far as there is room.
    pub(crate) fn echo_data(&mut self, bytes: &[u8]) {
        let before = self.out.len();
        self.out.extend(bytes).unwrap_or_default();
        self.note(OutputKind::Echo, before);
    }

    /// Notes what was written since the output had so many bytes, where that is watched.
    #[inline]
    pub(super) fn note(&mut self, kind: OutputKind, before: usize) {
        self.answer.notes.add(kind, before..self.out.len());
    }

    /// Writes an event as a part of the present answer.
    pub(crate) fn write_event(&mut self, id: LinkId, event: &Event) {
        let (wording, style) = (self.behaviour.wording.event, self.style());
        let of = self.scratch.of(id);
        let out = &mut self.out;
        self.answer
            .write(out, style, |reply| wording(of, event, reply));
    }

    /// Writes what is said once what is staged was stored; whether it was, once that is known.
    #[cold]
    pub(super) fn report_stored(&mut self, id: LinkId, command: u8) -> Option<Result<(), Fail>> {
        let result = self.stored_result(id)?;
        if result.is_ok() {
            let event = Event::Finished {
                task: Task { command, number: 0 },
                result,
                code: code::DONE,
                granted: GrantedCodes::default(),
            };
            self.write_event(id, &event);
        }
        Some(result)
    }

    /// Reports the oldest waiting event; whether there was one that fitted.
    pub(crate) fn report_next(&mut self) -> bool {
        let at_prompt =
            matches!(self.run, Run::Prompt { .. }) && self.behaviour.wording.framing.prompt_tells;
        let may = at_prompt || matches!(self.run, Run::Idle | Run::Finishing);
        if !self.is_reporting() || !may {
            return false;
        }
        let ended = self.tasks.front(self.now).filter(|_| !at_prompt);
        if let Some((link, event)) = ended {
            // It ends a command: that comes before what happened since.
            let reported = self.report(link, &event);
            if reported {
                self.tasks.pop(self.now);
                self.expect_ends();
                self.end_finishing();
                if !self.tasks.any() && self.radio.take_power_off() {
                    self.run = Run::Off(Wake::Host);
                }
            }
            return reported;
        }
        if matches!(self.run, Run::Finishing) {
            return false;
        }
        let style = self.style();
        let storage = &self.storage;
        let form = |link| storage.message_form(link);
        let Some((event, front)) = self.notify.front(form) else {
            return false;
        };
        if at_prompt && !matches!(event, Event::Message(_)) {
            return false;
        }
        let (wording, of) = (self.behaviour.wording.event, self.scratch.of(front.link));
        let before = self.out.len();
        if !word(&mut self.out, style, wording, of, &event) {
            if !self.out.is_empty() {
                return false;
            }
            // What does not even fit an empty output is told without its payload,
            // and where the topic alone does not fit, without that.
            let short = event.shortened();
            if !word(&mut self.out, style, wording, of, &short) {
                word(&mut self.out, style, wording, of, &short.nameless());
            }
        }
        self.note(OutputKind::Urc, before);
        self.notify.pop(front);
        self.take_over(front.link, front.number);
        true
    }

    /// Reports all that waits, whatever runs, as far as there is room.
    pub(crate) fn report_waiting(&mut self) {
        let run = core::mem::replace(&mut self.run, Run::Idle);
        while self.report_next() {}
        self.run = run;
    }

    /// A command that ends by an event alone is at its end once nothing is under way.
    fn end_finishing(&mut self) {
        if matches!(self.run, Run::Finishing) && !self.tasks.any() {
            self.run = Run::Idle;
        }
    }

    /// What became of a message is reported.
    pub(super) fn push_tracked(&mut self, id: LinkId, name: u32, code: u8) {
        let pushed = self.notify.push_tracked(id, name, code);
        pushed.unwrap_or_default();
    }

    /// Messages that will not be sent any more are reported, as far as there is room
    /// to; the session keeps the rest until there is. One the host still waits for
    /// is reported by the error it gets.
    pub(crate) fn report_dropped(&mut self, id: LinkId) {
        let awaited = match self.run {
            Run::Waiting {
                wait: Wait::Acknowledged(link, packet),
                ..
            } if link == id => Some(packet),
            // Then all of it is told together.
            Run::Waiting {
                wait: Wait::Dropped(link) | Wait::Emptied(link),
                ..
            } if link == id && self.is_dropping(id) => return,
            _ => None,
        };
        let mut count = 0;
        while let Some(dropped) = self.poll_dropped(id) {
            match dropped.tracked {
                Some(name) => self.push_tracked(id, name, code::of_dropped(dropped.reason)),
                None if awaited.is_some() && dropped.id == awaited => {
                    self.fail_expired(id, dropped);
                }
                None => count += 1,
            }
        }
        if count > 0 {
            let pushed = self.notify.push_dropped(id, count);
            pushed.unwrap_or_default();
        }
    }

    /// The host waits for a message that expired before it was sent; whatever else dropped
    /// it ends that wait by itself.
    fn fail_expired(&mut self, id: LinkId, dropped: Dropped) {
        let (DropReason::Expired, Some(packet)) = (dropped.reason, dropped.id) else {
            return;
        };
        if let Some(link) = self.links.get_mut(id) {
            link.set_last_failure(code::DROPPED_EXPIRED.into());
        }
        self.complete(Wait::Acknowledged(id, packet), Err(Fail::NOT_ALLOWED));
    }

    /// A message that will not be sent any more, where it can be reported.
    fn poll_dropped(&mut self, id: LinkId) -> Option<Dropped> {
        if !self.notify.fits_tracked() {
            return None;
        }
        self.links.get_mut(id).and_then(Link::poll_dropped)
    }

    /// Whether the disk still has something of what was dropped.
    fn is_dropping(&self, id: LinkId) -> bool {
        let link = self.links.get(id);
        link.is_some_and(|link| link.session().is_dropping())
    }
}

/// Words an event, as a whole or not at all; whether it fitted.
fn word(out: &mut Buf, style: Style, wording: WordEvent, of: Staged, event: &Event) -> bool {
    let (before, limit) = (out.len(), out.free());
    let mut reply = Reply::new(out, style, limit);
    wording(of, event, &mut reply);
    let fitted = !reply.overflowed();
    if !fitted {
        // It may have lines that did.
        out.truncate(before);
    }
    fitted
}
