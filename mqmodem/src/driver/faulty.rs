//! The task of a modem with which things are made to go wrong.

use super::faults::{ControlRequest, ControlWish, words};
use super::link_log::LinkLogs;
use super::restore::restore;
use super::task::{Driver, DriverPhase};
use crate::observe::{FaultNote, FaultPhase, StateEvent};
use crate::port::PortInput;
use mqmodem_core::{Instant, LinkState, Modem, ModemLines};
use mqmodem_faults::{DeviceAct, FaultNews, FaultState};
use std::task::{Context, Poll};

/// Requests in a turn, after which others have theirs.
const REQUESTS: usize = 8;

/// Pieces of input in a turn of a modem without power.
const ROUNDS: usize = 64;

/// The lines of a modem without power.
const DARK: ModemLines = ModemLines {
    dcd: false,
    dsr: false,
};

impl Driver {
    /// Does what faults do by themselves, and what is asked for; whether anything moved.
    pub(super) fn run_faults(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let mut moved = self.take_requests(cx, now);
        let Some(faults) = &mut self.faults else {
            return false;
        };
        moved |= faults.advance(cx, &self.clock, now);
        let act = faults.engine.poll_device(now);
        self.tell_news(now);
        if let Some(act) = act {
            self.act(now, act);
            // What it waits for next, such as the end of a boot, is looked at by the next turn.
            cx.waker().wake_by_ref();
            moved = true;
        }
        self.type_beside(now) || moved
    }

    fn take_requests(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let mut moved = false;
        for _ in 0..REQUESTS {
            let faults = self.faults.as_mut();
            let Some(Poll::Ready(request)) = faults.map(|it| it.poll_request(cx)) else {
                break;
            };
            self.grant(now, request);
            moved = true;
        }
        moved
    }

    fn grant(&mut self, now: Instant, request: ControlRequest) {
        let Some(faults) = &mut self.faults else {
            return;
        };
        let ControlRequest { what, answer } = request;
        let answered = match what {
            ControlWish::Fault(line) => faults.ask(now, line),
            ControlWish::Wait(id) => {
                faults.wait(id, answer);
                return self.wake_waiting(now);
            }
            ControlWish::Send(line) => return faults.sending.push(line, answer),
            ControlWish::State => Ok(self.state()),
            ControlWish::Note(text) => {
                self.observers.state(now, &StateEvent::Note(&text));
                Ok(String::new())
            }
        };
        // Who asked may have gone.
        let _ = answer.send(answered);
    }

    /// How the modem is, in words.
    fn state(&self) -> String {
        let dark = self.faults.as_ref().is_some_and(|it| it.dark.is_some());
        let power = if dark { "off" } else { "on" };
        let links = self.modem.links().map(|link| {
            let state = match self.modem.link_state(link) {
                LinkState::Closed => "closed",
                LinkState::Opening => "opening",
                LinkState::Online => "online",
                LinkState::Closing => "closing",
            };
            let code = self.modem.last_failure(link).code;
            format!(" link.{}={state} code={code}", link.0)
        });
        format!("power={power}{}", links.collect::<String>())
    }

    /// Tells everyone what became of faults.
    fn tell_news(&mut self, now: Instant) {
        let Some(faults) = &mut self.faults else {
            return;
        };
        let mut any = false;
        while let Some(news) = faults.poll_news() {
            tracing::info!(modem = %self.label, "{}", words(&news));
            self.observers.state(now, &StateEvent::Fault(note(&news)));
            any = true;
        }
        if any {
            self.wake_waiting(now);
        }
    }

    fn wake_waiting(&mut self, now: Instant) {
        if let Some(faults) = &mut self.faults {
            faults.answer_waiting(&self.clock, now);
        }
    }

    fn act(&mut self, now: Instant, act: DeviceAct) {
        match act {
            DeviceAct::Radio(on) => self.modem.handle_network(now, on),
            DeviceAct::PowerOff => self.lose_power(now),
            DeviceAct::PowerOn => {
                if let Some(faults) = &mut self.faults {
                    faults.dark = faults.dark.map(|_| true);
                }
            }
        }
    }

    /// The modem has no power: what it had in memory, its connections too, is gone.
    fn lose_power(&mut self, now: Instant) {
        let Some(faults) = &mut self.faults else {
            return;
        };
        faults.dark = Some(false);
        self.modem = Modem::new(faults.config, faults.renew(), now);
        self.links.abandon();
        self.link_logs = LinkLogs::default();
        self.host.forget();
        self.host.set_lines(DARK);
        self.observers.power_lost(now);
        tracing::info!(modem = %self.label, "lost its power by a fault");
    }

    /// A turn of a modem that has no power: what the host sends is lost.
    pub(super) fn stay_dark(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        buf: &mut [u8],
    ) -> Poll<()> {
        for round in 0.. {
            if round == ROUNDS {
                cx.waker().wake_by_ref();
                break;
            }
            let Poll::Ready(input) = self.host.poll_input(cx, buf) else {
                break;
            };
            match (input, &mut self.faults) {
                (PortInput::End, _) => return self.end_dark(now),
                (PortInput::Lines(lines), Some(faults)) => faults.lines = Some(lines),
                _ => {}
            }
        }
        let _ = self.host.poll_attend(cx);
        self.say_ready(cx, now);
        let _ = self.host.poll_flush(cx);
        let Some(faults) = &mut self.faults else {
            return Poll::Pending;
        };
        if faults.poll_drained(cx, &mut *self.store).is_ready() && faults.dark == Some(true) {
            self.regain_power(now);
            cx.waker().wake_by_ref();
        }
        match self.phase {
            DriverPhase::Stopping(_) => self.end_dark(now),
            _ => Poll::Pending,
        }
    }

    /// It ends without power.
    fn end_dark(&mut self, now: Instant) -> Poll<()> {
        self.observers.end(&mut self.modem, now);
        Poll::Ready(())
    }

    /// The modem starts with what it stored.
    fn regain_power(&mut self, now: Instant) {
        let Some(faults) = &mut self.faults else {
            return;
        };
        faults.dark = None;
        let stored = faults.durable();
        let mut modem = Modem::new(faults.config, faults.renew(), now);
        if self.store.is_restored() {
            restore(&mut modem, &self.label, &stored, &[]);
        } else {
            modem.await_restore();
        }
        modem.set_clock(now, self.clock.wall());
        if let Some(lines) = faults.lines {
            modem.handle_host_lines(now, lines);
        }
        self.modem = modem;
        self.observers.begin(&self.modem, now);
        tracing::info!(modem = %self.label, "switched on again");
    }

    /// Gives the modem what arrives of the host, and takes what the host sends.
    pub(super) fn take_faulty_input(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        buf: &mut [u8],
    ) -> bool {
        let Some(faults) = self.faults.as_mut().filter(|it| !it.sending.is_answered()) else {
            return false;
        };
        let arrived = faults.take_from_host(now);
        if !arrived.is_empty() {
            self.host
                .receive(&mut self.modem, &mut self.observers, now, &arrived);
            return true;
        }
        if self.phase != DriverPhase::Running || faults.host_room(now) == 0 {
            return false;
        }
        let Poll::Ready(input) = self.host.poll_input(cx, buf) else {
            return false;
        };
        match input {
            PortInput::Bytes(count) => {
                faults.sending.note_work(now);
                faults.receive(now, buf.get(..count).unwrap_or_default());
                self.look_at_clock(now);
            }
            PortInput::Lines(lines) => {
                faults.lines = Some(lines);
                self.handle_lines(now, lines);
            }
            other => self.handle_input(now, other, &[]),
        }
        true
    }

    /// Writes what the modem answers, as it arrives; whether any of it went out.
    pub(super) fn answer_faulty(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let Some(faults) = &mut self.faults else {
            return false;
        };
        let mut moved = faults.write_pending(now);
        if faults.sending.is_answered() {
            moved |= self.answer_beside(now);
        } else if !faults.sending.has_pending() {
            let mut push = |out: &[u8]| faults.answer(now, out);
            moved |= self
                .host
                .take_answers(&mut self.modem, &mut self.observers, now, &mut push);
        }
        self.say_ready(cx, now) || moved
    }

    /// Writes to the host what arrives there.
    fn say_ready(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let Some(faults) = &mut self.faults else {
            return false;
        };
        let mut moved = false;
        while let Poll::Ready(count) = self.host.poll_write(cx, faults.ready_to_host(now)) {
            faults.sent_to_host(count);
            moved = true;
        }
        moved
    }
}

fn note(news: &FaultNews) -> FaultNote<'_> {
    FaultNote {
        id: u64::from(news.id),
        state: match news.state {
            FaultState::Armed => FaultPhase::Armed,
            FaultState::Fired => FaultPhase::Fired,
            FaultState::Ended => FaultPhase::Ended,
        },
        words: &news.words,
    }
}
