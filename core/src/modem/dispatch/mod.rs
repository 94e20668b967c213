//! Everything a command may touch: the host's side of the answers, the links,
//! what is kept. The line reader stays outside, so that a handler can change
//! all of this while it reads its values from the line.

mod command;
mod connection;
mod ends;
mod network;
mod pending;
mod policy;
pub mod publish;
mod read;
mod report;
mod restart;
mod select;
mod session;

use crate::at::cme;
use crate::at::reply::{Final, RESULT_ROOM, Reply, Style};
use crate::buffer::Buf;
use crate::modem::behaviour::Behaviour;
use crate::modem::clock::Clock;
use crate::modem::code;
use crate::modem::fail::Fail;
use crate::modem::further::FurtherParts;
use crate::modem::ids::LinkId;
use crate::modem::link::{Link, LinkMemory, Links};
use crate::modem::memory::Memory;
use crate::modem::notify::Notifier;
use crate::modem::port::{ModemLines, PortState};
use crate::modem::profile::Profile;
use crate::modem::progress::answer::Answer;
use crate::modem::progress::pending::Pending;
use crate::modem::progress::properties::{self, PropertyList};
use crate::modem::progress::run::Run;
use crate::modem::progress::scratch::Scratch;
use crate::modem::progress::tasks::Tasks;
use crate::modem::radio::Radio;
use crate::modem::storage::Storage;
use crate::modem::storage::options::ACK_TIMEOUT;
use crate::modem::wait::Wait;
use crate::time::Instant;
use core::time::Duration;
use policy::policy;

/// The modem without its line reader.
#[derive(Debug)]
pub(crate) struct Machine<'a> {
    pub(crate) behaviour: Behaviour<'a>,
    pub(crate) now: Instant,
    pub(crate) profile: Profile,
    pub(crate) out: Buf<'a>,
    pub(crate) run: Run,
    /// Whether the rest of the present line was found to be without a fault.
    pub(crate) rest_checked: bool,
    /// The most raw bytes a command may ask for.
    pub(crate) most_asked: u32,
    pub(crate) pending: Pending,
    /// What commands have begun, with OK before.
    pub(crate) tasks: Tasks,
    /// How long the next raw byte may take, where a handler has said so.
    pub(crate) data_limit: Option<Duration>,
    /// Properties for the next command that takes them.
    pub(crate) properties: PropertyList<'a>,
    /// What a dialect puts aside for a link.
    pub(crate) scratch: Scratch<'a>,
    /// The answer to the present command.
    pub(crate) answer: Answer,
    /// The link commands are about.
    pub(crate) selected: LinkId,
    /// Whether the next line is about the first link again.
    pub(crate) deselects: bool,
    pub(crate) notify: Notifier<'a>,
    pub(crate) storage: Storage<'a>,
    pub(crate) links: Links<'a>,
    pub(crate) radio: Radio,
    pub(crate) clock: Clock,
    pub(crate) port: PortState,
    /// Whether the modem is being switched off.
    pub(crate) off: bool,
}

/// Which part of the memory for settings is for properties that wait for their command.
const PROPERTIES_PART: usize = 16;

/// Nothing came in time.
const LATE: Fail = Fail::Cme(cme::NETWORK_TIMEOUT);

impl<'a> Machine<'a> {
    /// The machine on its part of the memory.
    pub(crate) fn new(
        behaviour: Behaviour<'a>,
        memory: Memory<'a>,
        most_asked: usize,
        now: Instant,
    ) -> Self {
        let first = LinkMemory {
            net_in: memory.net_in,
            net_out: memory.net_out,
            in_flight: memory.in_flight,
            received: memory.received,
            subscriptions: memory.subscriptions,
            terms: memory.terms,
        };
        let FurtherParts {
            count,
            room,
            links,
            options,
            mailboxes,
        } = memory.links.parts(&first);
        let properties = properties::MOST.min(memory.settings.capacity() / PROPERTIES_PART);
        let (properties, settings) = memory.settings.split(properties);
        // Settings have to be made of it.
        let scratch = behaviour.scratch as usize * (1 + usize::from(count));
        let scratch = scratch.min(settings.capacity() / 2);
        let (scratch, settings) = settings.split(scratch);
        let storage = Storage::new(settings, options, behaviour.factory, behaviour.defaults);
        let policy = policy(&storage, LinkId::FIRST);
        let first = Link::new(LinkId::FIRST, behaviour.links, policy, first);
        Self {
            now,
            profile: *behaviour.factory,
            out: memory.host_out,
            run: Run::Idle,
            rest_checked: false,
            most_asked: u32::try_from(most_asked).unwrap_or(u32::MAX),
            pending: Pending::NONE,
            tasks: Tasks::default(),
            data_limit: None,
            properties: PropertyList::new(properties),
            scratch: Scratch::new(scratch),
            answer: Answer::default(),
            selected: LinkId::FIRST,
            deselects: false,
            notify: Notifier::new(memory.inbox, mailboxes, now),
            links: Links::new(first, count, links, room),
            storage,
            radio: Radio::new(),
            clock: Clock::new(now),
            port: PortState::new(),
            off: false,
            behaviour,
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
        if self.deselects {
            self.select_first();
        }
    }

    /// An answer begins.
    pub(crate) fn begin_answer(&mut self) {
        self.answer.begin(&self.out);
    }

    /// How answers look now.
    #[inline]
    pub(crate) fn style(&self) -> Style {
        self.profile.style(self.behaviour.wording.framing)
    }

    /// Writes something of the present answer.
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut Reply)) {
        let style = self.style();
        self.answer.write(&mut self.out, style, write);
    }

    /// Writes how a line ended.
    pub(crate) fn write_final(&mut self, result: Final) {
        let style = self.style();
        let mut reply = Reply::new(&mut self.out, style, RESULT_ROOM);
        reply.result(result);
        if reply.overflowed() {
            // Never silence, however little memory there is.
            Reply::new(&mut self.out, style, RESULT_ROOM).result(Final::Error);
        }
    }

    /// Writes that a line failed, and forgets it.
    pub(crate) fn fail_line(&mut self, fail: Fail) {
        if self.pending.any() {
            return self.fail_after_pending(fail);
        }
        self.run = Run::Idle;
        let result = self.behaviour.wording.failure(self.profile.cmee, fail);
        self.write_final(result);
    }

    /// The line is done.
    pub(crate) fn end_line(&mut self) {
        self.run = Run::Idle;
        self.write_final(Final::Ok);
        self.follow_plan();
    }

    /// The lines as they should be.
    pub(crate) fn wanted_lines(&self) -> ModemLines {
        ModemLines {
            dcd: self.profile.dcd == 0 || self.links.any(Link::is_online),
            dsr: true,
        }
    }

    /// Goes on with what became of the command before `at`.
    pub(crate) fn settle(&mut self, at: usize, result: Result<(), Fail>) {
        if self.answer.retract(&mut self.out) {
            return self.fail_line(Fail::MEMORY_FULL);
        }
        match result {
            // What follows a restart on the line is ignored.
            Ok(()) if self.radio.is_restarting() => self.end_line(),
            Ok(()) => self.run = Run::Line { at },
            Err(fail) => self.fail_line(fail),
        }
    }

    /// The command before `at` waits.
    pub(crate) fn wait(&mut self, at: usize, wait: Wait) {
        if self.answer.retract(&mut self.out) {
            return self.fail_line(Fail::MEMORY_FULL);
        }
        let deadline = self.deadline_of(wait);
        self.run = Run::Waiting { at, wait, deadline };
        self.check_wait();
    }

    /// When a wait has lasted long enough, if it is limited.
    #[inline]
    pub(crate) fn deadline_of(&self, wait: Wait) -> Option<Instant> {
        match wait {
            Wait::Acknowledged(link, _) | Wait::Written(link, _) => {
                Some(self.answer_deadline(link))
            }
            _ => None,
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
            return self.settle(at, result);
        }
        if self.tasks.any() {
            self.end_task(wanted, result, code::DONE);
        }
    }

    /// Ends what was begun and waits for this.
    #[cold]
    pub(crate) fn end_task(&mut self, wait: Wait, result: Result<(), Fail>, code: u8) {
        self.tasks.end(wait, result, code);
        self.expect_ends();
    }

    /// Whether the present command waits for this.
    pub(crate) fn waits_for(&self, wanted: Wait) -> bool {
        matches!(self.run, Run::Waiting { wait, .. } if wait == wanted)
    }

    /// Ends whatever waits for such a thing.
    pub(crate) fn fail_waits(&mut self, such: impl Fn(Wait) -> bool, fail: Fail, code: u8) {
        if let Run::Waiting { at, wait, .. } = self.run
            && such(wait)
        {
            self.settle(at, Err(fail));
        }
        self.fail_tasks(such, fail, code);
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
        if self.tasks.any() {
            self.check_tasks();
        }
    }

    /// The same for what was begun.
    #[cold]
    pub(crate) fn check_tasks(&mut self) {
        self.each_task_wait(Self::check);
    }

    /// Does something about each thing that tasks wait for.
    fn each_task_wait(&mut self, mut act: impl FnMut(&mut Self, Wait)) {
        let mut place = 0;
        while place < self.tasks.count() {
            let count = self.tasks.count();
            if let Some(wait) = self.tasks.wait_at(place) {
                act(self, wait);
            }
            // Where one was forgotten, the next one has its place.
            place += u8::from(self.tasks.count() >= count);
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
            Wait::Opened(id) => self.links.get(id)?.is_opened(),
            Wait::Reached(id) => self.links.get(id)?.is_reached(),
            Wait::Greeted(id) => self.links.get(id)?.has_greeted(),
            Wait::Disconnect(id) => self.links.get(id)?.is_closed(),
            Wait::AllClosed => self.links.all(Link::is_closed),
            Wait::Accepted(id, number, name) => {
                let is_over = self.links.get(id)?.session().is_accepted(number);
                self.write_accepted(id, name.filter(|_| is_over));
                is_over
            }
            Wait::Readable(id) => {
                return self.is_readable(id).then(|| self.write_oldest(id));
            }
            Wait::Takeable(id, all) => return self.take_oldest(id, all),
            Wait::Dropped(id) => !self.links.get(id)?.session().is_dropping(),
            Wait::Emptied(id) => !self.links.get(id)?.session().is_emptying(),
            Wait::TakenOver(id, number) => self.links.get(id)?.session().is_taken_over(number),
            Wait::Stored(id) => return self.stored_result(id),
            Wait::StoredReported(id, command) => return self.report_stored(id, command),
            Wait::Connect(_) | Wait::Acknowledged(..) => false,
        };
        is_over.then_some(Ok(()))
    }

    /// Whether what is staged was stored, once that is known.
    pub(super) fn stored_result(&mut self, id: LinkId) -> Option<Result<(), Fail>> {
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

    /// The present command waited long enough.
    pub(crate) fn wait_timeout(&mut self) {
        if self.pending.deadline().is_some_and(|at| at <= self.now) {
            self.fail_written(LATE);
        }
        while let Some(wait) = self.tasks.end_late(self.now, LATE, code::TIMED_OUT) {
            self.forget_request(wait);
        }
        if self.tasks.any() {
            self.tasks.pass_time(self.now);
            self.expect_ends();
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
        self.forget_request(wait);
        self.complete(wait, Err(LATE));
    }
}
