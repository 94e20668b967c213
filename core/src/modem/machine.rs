//! Everything a command may touch: the host's side of the answers, the links,
//! what is kept. The line reader stays outside, so that a handler can change
//! all of this while it reads its values from the line.

use super::clock::Clock;
use super::command::pending::Owed;
use super::config::Config;
use super::failure::Failure;
use super::ids::{LINKS, LinkId};
use super::link::{Link, Phase};
use super::memory::Memory;
use super::notify::queue::Inbox;
use super::port::ModemLines;
use super::storage::Storage;
use super::storage::options::{ACK_TIMEOUT, GIVE_UP};
use super::storage::profile::{Functionality, Profile};
use super::table::{Fail, Outcome, Wait};
use crate::at::cme;
use crate::at::reply::{Final, RESULT_ROOM, Reply, joined};
use crate::buffer::Buf;
use crate::mqtt::{Rules, Session};
use crate::time::Instant;
use core::ops::Range;
use core::time::Duration;

/// How long data mode waits for the next byte (rule R13).
const PROMPT_LIMIT: Duration = Duration::from_secs(5);

/// Carries on with the bytes that were asked for.
pub(crate) type Then = fn(&mut super::command::context::Context<'_, '_>, &[u8]) -> Outcome;

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
    pub(crate) functionality: Functionality,
    pub(crate) out: Buf<'a>,
    pub(crate) inbox: Inbox<'a>,
    pub(crate) storage: Storage<'a>,
    pub(crate) links: [Link<'a>; LINKS],
    pub(crate) run: Run,
    /// Whether the rest of the present line was found to be without a fault.
    pub(crate) rest_checked: bool,
    pub(crate) owed: Owed,
    /// When the host's last byte came.
    pub(crate) last_byte: Instant,
    /// A half-typed line holds events back until then.
    pub(crate) held_until: Instant,
    /// Whether the host has its port open.
    pub(crate) host_there: bool,
    /// Whether the modem is being switched off.
    pub(crate) off: bool,
    /// It restarts once the line is answered; then the radio is like this.
    pub(crate) restarts: Option<Functionality>,
    /// Whether the port has to follow the profile.
    pub(crate) port_changed: bool,
    /// The lines as the port's owner knows them.
    pub(crate) lines: Option<ModemLines>,
    pub(crate) clock: Clock,
    /// State of the numbers that look random; never 0.
    pub(crate) random: u64,
    /// Whether the link comes back with the radio.
    pub(crate) radio_took_link: bool,
    /// The last failure of a link.
    pub(crate) last_failure: Failure,
    /// The answer to the present command.
    pub(crate) answer: Answer,
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
    /// The machine and the memory its caller reads lines and values into.
    pub(crate) fn new(config: Config<'a>, memory: Memory<'a>, now: Instant) -> Self {
        // Any first packet id will do; those of two modems should differ.
        let first_id = (config.seed ^ (config.seed >> 16)) as u16;
        let session = Session::new(
            memory.in_flight,
            memory.received,
            memory.subscriptions,
            first_id,
        );
        let mut link = Link::new(LinkId(0), session, memory.net_in, memory.net_out);
        link.max_payload = config.max_payload;
        if config.keeps_sessions {
            link.session.keep();
        }
        if config.strict {
            link.session.set_rules(Rules::Strict);
        }
        let storage = Storage::new(memory.settings);
        link.session
            .set_give_up(storage.option(link.id, GIVE_UP) as u8);
        Self {
            config,
            now,
            profile: Profile::FACTORY,
            functionality: Functionality::Full,
            out: memory.host_out,
            inbox: Inbox::new(memory.inbox),
            storage,
            links: [link],
            run: Run::Idle,
            rest_checked: false,
            owed: Owed::NONE,
            last_byte: now,
            held_until: Instant::ZERO,
            host_there: true,
            off: false,
            restarts: None,
            port_changed: false,
            lines: None,
            clock: Clock::new(now),
            random: config.seed | 1 << 63,
            radio_took_link: false,
            last_failure: Failure::NONE,
            answer: Answer::default(),
        }
    }

    /// The link of an id; what is told of another one is ignored.
    pub(crate) fn link_mut(&mut self, id: LinkId) -> Option<&mut Link<'a>> {
        self.links.get_mut(usize::from(id.0))
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
        if let Some(functionality) = self.restarts.take() {
            self.restart(functionality);
        }
    }

    /// The lines as they should be.
    pub(crate) fn wanted_lines(&self) -> ModemLines {
        let [link] = &self.links;
        ModemLines {
            dcd: self.profile.dcd == 0 || link.phase == Phase::Online,
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
            Outcome::Ok if self.restarts.is_some() => self.end_line(),
            Outcome::Ok => self.run = Run::Line { at },
            Outcome::Fail(fail) => self.fail_line(fail),
            Outcome::Wait(wait) => {
                let limited = matches!(wait, Wait::Acknowledged(_) | Wait::Written(_));
                let limit = Duration::from_secs(self.storage.option(LinkId(0), ACK_TIMEOUT).into());
                let deadline = limited.then(|| self.now + limit);
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
                wait: Wait::Acknowledged(_),
                ..
            } => {}
            Run::Waiting { wait, .. } => self.check(wait),
            _ => {}
        }
    }

    fn check(&mut self, wait: Wait) {
        let [link] = &self.links;
        match wait {
            Wait::Written(upto) if link.written >= upto => self.complete(wait, Ok(())),
            Wait::Disconnect if link.phase == Phase::Closed => self.complete(wait, Ok(())),
            Wait::Accepted(number, name) if link.session.is_accepted(number) => {
                self.say_accepted(name);
                self.complete(wait, Ok(()));
            }
            Wait::Readable if self.is_readable() => {
                let said = self.say_oldest();
                self.complete(wait, said);
            }
            Wait::Dropped if !link.session.is_dropping() => self.complete(wait, Ok(())),
            Wait::Emptied if !link.session.is_emptying() => self.complete(wait, Ok(())),
            Wait::TakenOver(number) if link.session.is_taken_over(number) => {
                self.complete(wait, Ok(()));
            }
            Wait::Stored if !self.storage.is_staged() && link.session.keeps_subscriptions() => {
                let failed = self.storage.take_failure();
                let fail = Err(Fail::Cme(cme::MEMORY_FAILURE));
                self.complete(wait, if failed { fail } else { Ok(()) });
            }
            _ => {}
        }
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
        if let Wait::Acknowledged(id) = wait {
            let [link] = &mut self.links;
            link.session.give_up(id);
        }
        self.complete(wait, Err(Fail::Cme(cme::NETWORK_TIMEOUT)));
    }
}
