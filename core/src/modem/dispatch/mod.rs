//! Everything a command may touch: the host's side of the answers, the links,
//! what is kept. The line reader stays outside, so that a handler can change
//! all of this while it reads its values from the line.

mod actions;
mod ends;
mod host_lines;
mod network;
mod policy;
pub mod publish;
mod read;
mod report;
mod restart;
mod session;
mod status;
mod timers;
mod trim;

use crate::at::cme;
use crate::at::reply::{Final, RESULT_ROOM, Reply, joined};
use crate::buffer::Buf;
use crate::modem::clock::Clock;
use crate::modem::command::pending::Owed;
use crate::modem::config::Config;
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::link::{Link, LinkConfig, LinkMemory, Links};
use crate::modem::memory::Memory;
use crate::modem::notify::Notifier;
use crate::modem::port::{ModemLines, PortState};
use crate::modem::profile::Profile;
use crate::modem::radio::Radio;
use crate::modem::storage::Storage;
use crate::modem::storage::options::ACK_TIMEOUT;
use crate::modem::table::Outcome;
use crate::modem::wait::Wait;
use crate::time::Instant;
use core::ops::Range;
use core::time::Duration;
use policy::policy;

/// How long data mode waits for the next byte (rule R13).
const PROMPT_LIMIT: Duration = Duration::from_secs(5);

/// Carries on with the bytes that were asked for.
pub(crate) type Then = fn(&mut crate::modem::command::context::Context<'_, '_>, &[u8]) -> Outcome;

/// How far the command line is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Run {
    /// No line is being carried out.
    Idle,
    /// No line is either, but some are to be answered.
    Owing,
    /// The next command stands at this position.
    Line { at: usize },
    /// The command before this position waits.
    Waiting {
        at: usize,
        wait: Wait,
        deadline: Option<Instant>,
    },
    /// The command before this position asked for raw bytes.
    Prompt {
        at: usize,
        length: usize,
        then: Then,
        deadline: Instant,
    },
}

/// The modem without its line reader.
#[derive(Debug)]
pub(crate) struct Machine<'a> {
    pub(crate) config: Config<'a>,
    pub(crate) now: Instant,
    pub(crate) profile: Profile,
    pub(crate) out: Buf<'a>,
    pub(crate) run: Run,
    /// Whether the rest of the present line was found to be without a fault.
    pub(crate) rest_checked: bool,
    pub(crate) owed: Owed,
    /// The answer to the present command.
    pub(crate) answer: Answer,
    /// The link commands are about.
    pub(crate) selected: LinkId,
    pub(crate) notify: Notifier<'a>,
    pub(crate) storage: Storage<'a>,
    pub(crate) links: Links<'a>,
    pub(crate) radio: Radio,
    pub(crate) clock: Clock,
    pub(crate) port: PortState,
    /// Whether the modem is being switched off.
    pub(crate) off: bool,
}

/// The information text of one command: it fits in half the memory for output,
/// or it is not said at all. So whether it fits does not depend on how fast the
/// host reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// Where in the output it starts.
    start: usize,
    overflow: bool,
    /// Where in the output secrets are, of this answer and of those before.
    secret: Range<usize>,
}

impl Answer {
    /// Says more of it.
    pub(crate) fn say(&mut self, out: &mut Buf, profile: &Profile, say: impl FnOnce(&mut Reply)) {
        let said = out.len().saturating_sub(self.start);
        let room = (out.capacity() / 2).saturating_sub(RESULT_ROOM);
        let limit = if self.overflow {
            0
        } else {
            room.saturating_sub(said)
        };
        let mut reply = Reply::new(out, profile.style(), limit);
        say(&mut reply);
        self.overflow |= reply.overflowed();
        let secret = reply.secrets();
        if !secret.is_empty() {
            self.secret = joined(&self.secret, &secret);
        }
    }

    /// Where in the output secrets are.
    pub(super) fn secret(&self) -> Range<usize> {
        self.secret.clone()
    }

    /// So much of the output was sent.
    #[inline]
    pub(super) fn sent(&mut self, count: usize) {
        if self.secret.end > 0 {
            let left = |at: usize| at.saturating_sub(count);
            self.secret = left(self.secret.start)..left(self.secret.end);
        }
    }

    /// Takes back an answer that did not fit; whether it did not.
    pub(crate) fn retract(&mut self, out: &mut Buf) -> bool {
        let overflowed = core::mem::take(&mut self.overflow);
        if overflowed {
            out.truncate(self.start);
            self.secret.end = self.secret.end.min(self.start);
        }
        overflowed
    }
}

impl<'a> Machine<'a> {
    /// The machine on its part of the memory.
    pub(crate) fn new(config: Config<'a>, memory: Memory<'a>, now: Instant) -> Self {
        let storage = Storage::new(memory.settings);
        let link = LinkMemory {
            net_in: memory.net_in,
            net_out: memory.net_out,
            in_flight: memory.in_flight,
            received: memory.received,
            subscriptions: memory.subscriptions,
        };
        Self {
            config,
            now,
            profile: Profile::FACTORY,
            out: memory.host_out,
            run: Run::Idle,
            rest_checked: false,
            owed: Owed::NONE,
            answer: Answer::default(),
            selected: LinkId::FIRST,
            notify: Notifier::new(memory.inbox, now),
            links: Links::new(link_config(&config), link, |id| policy(&storage, id)),
            storage,
            radio: Radio::new(),
            clock: Clock::new(now),
            port: PortState::new(),
            off: false,
        }
    }

    /// Whether a command could be answered now.
    #[inline]
    pub(crate) fn has_answer_room(&self) -> bool {
        self.out.free() >= self.out.capacity() / 2
    }

    /// A line is to be carried out.
    pub(crate) fn begin_line(&mut self) {
        self.run = Run::Line { at: 0 };
        self.rest_checked = false;
    }

    /// An answer begins.
    pub(crate) fn begin_answer(&mut self) {
        self.answer.start = self.out.len();
        self.answer.overflow = false;
    }

    /// Says something of the present answer.
    pub(crate) fn say(&mut self, say: impl FnOnce(&mut Reply)) {
        self.answer.say(&mut self.out, &self.profile, say);
    }

    /// Says how a line ended.
    pub(crate) fn say_final(&mut self, result: Final) {
        let style = self.profile.style();
        let mut reply = Reply::new(&mut self.out, style, RESULT_ROOM);
        reply.result(result);
        if reply.overflowed() {
            // Never silence, however little memory there is.
            Reply::new(&mut self.out, style, RESULT_ROOM).result(Final::Error);
        }
    }

    /// Says that a line failed, and forgets it.
    pub(crate) fn fail_line(&mut self, fail: Fail) {
        if self.owed.any() {
            return self.fail_after_owed(fail);
        }
        self.run = Run::Idle;
        self.say_final(self.profile.wording(fail));
    }

    /// The line is done.
    pub(crate) fn end_line(&mut self) {
        self.run = Run::Idle;
        self.say_final(Final::Ok);
        if let Some(functionality) = self.radio.take_restart() {
            self.restart(functionality);
        }
    }

    /// The lines as they should be.
    pub(crate) fn wanted_lines(&self) -> ModemLines {
        ModemLines {
            dcd: self.profile.dcd == 0 || self.links.iter().any(Link::is_online),
            dsr: true,
        }
    }

    /// Goes on with what became of the command before `at`.
    pub(crate) fn settle(&mut self, at: usize, outcome: Outcome) {
        if self.answer.retract(&mut self.out) {
            return self.fail_line(Fail::MEMORY_FULL);
        }
        match outcome {
            // What follows a restart on the line is ignored.
            Outcome::Ok if self.radio.is_restarting() => self.end_line(),
            Outcome::Ok => self.run = Run::Line { at },
            Outcome::Fail(fail) => self.fail_line(fail),
            Outcome::Wait(wait) => {
                let deadline = match wait {
                    Wait::Acknowledged(link, _) | Wait::Written(link, _) => {
                        Some(self.answer_deadline(link))
                    }
                    _ => None,
                };
                self.run = Run::Waiting { at, wait, deadline };
                self.check_wait();
            }
            Outcome::Prompt { length, then } => {
                let deadline = self.now + PROMPT_LIMIT;
                self.out.extend(b"\r\n> ").unwrap_or_default();
                self.run = Run::Prompt {
                    at,
                    length,
                    then,
                    deadline,
                };
            }
        }
    }

    /// When the network and the broker of a link have had enough time.
    #[inline]
    pub(crate) fn answer_deadline(&self, link: LinkId) -> Instant {
        let limit = self.storage.option(link, ACK_TIMEOUT);
        self.now + Duration::from_secs(limit.into())
    }

    /// Ends the wait of the present command if it waits for `wanted`.
    pub(crate) fn complete(&mut self, wanted: Wait, result: Result<(), Fail>) {
        if let Run::Waiting { at, wait, .. } = self.run
            && wait == wanted
        {
            self.settle(at, result.into());
        }
    }

    /// Ends a wait that is over without anything having to come.
    #[inline]
    pub(crate) fn check_wait(&mut self) {
        match self.run {
            // Most waits: ended by what comes.
            Run::Waiting {
                wait: Wait::Acknowledged(..),
                ..
            } => {}
            Run::Waiting { wait, .. } => self.check(wait),
            _ => {}
        }
    }

    fn check(&mut self, wait: Wait) {
        if let Some(result) = self.result_of(wait) {
            self.complete(wait, result);
        }
    }

    /// How a wait ended, if it is over; what is part of the answer is written.
    fn result_of(&mut self, wait: Wait) -> Option<Result<(), Fail>> {
        let is_over = match wait {
            Wait::Written(id, upto) => self.links.get(id)?.written() >= upto,
            Wait::Disconnect(id) => self.links.get(id)?.is_closed(),
            Wait::AllClosed => self.links.iter().all(Link::is_closed),
            Wait::Accepted(id, number, name) => {
                let is_over = self.links.get(id)?.session().is_accepted(number);
                self.say_accepted(name.filter(|_| is_over));
                is_over
            }
            Wait::Readable(id) => {
                return self.is_readable(id).then(|| self.say_oldest(id));
            }
            Wait::Dropped(id) => !self.links.get(id)?.session().is_dropping(),
            Wait::Emptied(id) => !self.links.get(id)?.session().is_emptying(),
            Wait::TakenOver(id, number) => self.links.get(id)?.session().is_taken_over(number),
            Wait::Stored(id) => return self.stored_result(id),
            Wait::Connect(_) | Wait::Acknowledged(..) => false,
        };
        is_over.then_some(Ok(()))
    }

    /// Whether what is staged was stored, once that is known.
    fn stored_result(&mut self, id: LinkId) -> Option<Result<(), Fail>> {
        let keeps = self.links.get(id)?.session().are_subscriptions_durable();
        if self.storage.is_staged() || !keeps {
            return None;
        }
        Some(if self.storage.take_failure() {
            Err(Fail::Cme(cme::MEMORY_FAILURE))
        } else {
            Ok(())
        })
    }

    /// Bytes of data mode came: the next one may take its time again.
    pub(crate) fn prompt_again(&mut self) {
        if let Run::Prompt { deadline, .. } = &mut self.run {
            *deadline = self.now + PROMPT_LIMIT;
        }
    }

    /// Data mode waited long enough: what came is dropped.
    pub(crate) fn prompt_timeout(&mut self) {
        if let Run::Prompt { deadline, .. } = self.run
            && deadline <= self.now
        {
            self.fail_line(Fail::Cme(cme::INCORRECT_PARAMETERS));
        }
    }

    /// The present command waited long enough.
    pub(crate) fn wait_timeout(&mut self) {
        if self.owed.deadline().is_some_and(|at| at <= self.now) {
            self.fail_owed(Fail::Cme(cme::NETWORK_TIMEOUT));
        }
        let Run::Waiting {
            wait,
            deadline: Some(deadline),
            ..
        } = self.run
        else {
            return;
        };
        if deadline > self.now {
            return;
        }
        if let Wait::Acknowledged(id, packet) = wait
            && let Some(link) = self.links.get_mut(id)
        {
            link.session_mut().give_up(packet);
        }
        self.complete(wait, Err(Fail::Cme(cme::NETWORK_TIMEOUT)));
    }
}

/// How the links of a modem are made.
fn link_config(config: &Config) -> LinkConfig {
    LinkConfig {
        seed: config.seed,
        strict: config.strict,
        keeps_sessions: config.keeps_sessions,
        max_payload: config.max_payload,
    }
}
