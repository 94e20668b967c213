//! Events on their way to the host: what waits, and when the host may be interrupted.

mod mailbox;
mod places;
mod push;
mod queue;

use crate::buffer::{Buf, Full};
use crate::modem::event::{Event, MessageForm};
use crate::modem::ids::LinkId;
use crate::modem::per_link::{PerLink, Places};
use crate::time::Instant;
use core::time::Duration;
use queue::{HEADER, Queue, Queued, RecordKind};

pub(crate) use mailbox::Mailbox;
pub(crate) use queue::Front;

/// Room that messages leave free, so that a lost link can always be told.
const RESERVE: usize = 8 * HEADER;

/// How long a half-typed line holds events back after its last byte.
const TYPING_LIMIT: Duration = Duration::from_secs(1);

/// What waits for the host, and whether it may be interrupted.
#[derive(Debug)]
pub(crate) struct Notifier<'a> {
    queue: Queue<'a>,
    /// Events that wait, those that are stored elsewhere included.
    events: u32,
    /// Events that are stored elsewhere: ends of what commands have begun.
    elsewhere: u32,
    mailboxes: PerLink<'a, Mailbox>,
    /// Whether messages of any link go to numbered places.
    has_places: bool,
    /// When the host's last byte came.
    last_byte: Instant,
    /// A half-typed line, or an end that is not told yet, holds events back until then.
    quiet_until: Instant,
    /// The second of these alone.
    delayed_until: Instant,
    /// Whether what commands have begun is to end before anything else is told.
    ends_lead: bool,
}

impl<'a> Notifier<'a> {
    pub(crate) fn new(memory: Buf<'a>, mailboxes: Places<'a, Mailbox>, now: Instant) -> Self {
        Self {
            queue: Queue::new(memory),
            events: 0,
            elsewhere: 0,
            mailboxes: PerLink::new(Mailbox::default(), mailboxes),
            has_places: false,
            last_byte: now,
            quiet_until: Instant::ZERO,
            delayed_until: Instant::ZERO,
            ends_lead: false,
        }
    }

    /// A link is used for the first time.
    pub(crate) fn add_link(&mut self, link: LinkId) -> Result<(), Full> {
        self.mailboxes.add(link, Mailbox::default())
    }

    /// Gives memory of the heap back; returns how much is used then.
    pub(crate) fn trim(&mut self) -> usize {
        self.queue.trim()
    }

    /// The host typed.
    #[inline]
    pub(crate) fn note_typing(&mut self, now: Instant) {
        self.last_byte = now;
    }

    /// When the host's last byte came.
    pub(crate) fn last_byte(&self) -> Instant {
        self.last_byte
    }

    /// Whether the host has begun a line now: that holds events back.
    #[inline]
    pub(crate) fn set_line_open(&mut self, is_open: bool) {
        self.quiet_until = if is_open {
            self.delayed_until.max(self.last_byte + TYPING_LIMIT)
        } else {
            self.delayed_until
        };
    }

    /// An end that is known is told at this time: what happened since is not told before.
    #[cold]
    pub(crate) fn delay(&mut self, until: Instant) {
        self.delayed_until = self.delayed_until.max(until);
        self.quiet_until = self.quiet_until.max(until);
    }

    /// Whether the host may be interrupted now, as for its typing.
    #[inline]
    pub(crate) fn may_interrupt(&self, now: Instant) -> bool {
        now >= self.quiet_until
    }

    /// Whether an event is on its way to the host and waits for room only: it
    /// comes before anything typed from now on.
    pub(crate) fn is_reporting(&self, now: Instant) -> bool {
        self.has_reports() && self.may_interrupt(now)
    }

    /// Whether what commands have begun is to end before anything else is told.
    pub(crate) fn set_ends_leading(&mut self, on: bool) {
        self.ends_lead = on;
    }

    /// Whether only ends are told now: they lead, and there is room for what waits. The
    /// broker's answer may stand behind more than there is room for.
    pub(crate) fn tells_ends_only(&self) -> bool {
        self.ends_lead && self.queue.free() > self.queue.capacity() / 2
    }

    /// Whether there is something to report now.
    fn has_reports(&self) -> bool {
        if self.tells_ends_only() {
            self.elsewhere > 0
        } else {
            self.has_news()
        }
    }

    /// When a half-typed line stops holding events back, while it does.
    pub(crate) fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        let waits = !self.may_interrupt(now) && self.has_reports();
        waits.then_some(self.quiet_until)
    }

    /// Whether there is something to report.
    #[inline]
    pub(crate) fn has_news(&self) -> bool {
        self.events > 0 || self.mailboxes.any(Mailbox::has_news)
    }

    /// So many events are stored elsewhere now; they are reported first.
    pub(crate) fn expect_reports(&mut self, count: u8) {
        let others = self.events.saturating_sub(self.elsewhere);
        self.elsewhere = count.into();
        self.events = others + self.elsewhere;
    }

    /// Whether so many events are stored elsewhere, as far as is known here.
    pub(crate) fn expects(&self, count: u8) -> bool {
        self.elsewhere == count.into()
    }

    /// Whether the host is to be told how many messages wait. That has no place among
    /// the events: it is told once, after those that are there then.
    #[inline]
    pub(crate) fn indicates(&self) -> bool {
        self.mailboxes.any(|mailbox| mailbox.indicates)
    }

    /// The host does not know any more how many messages wait.
    pub(crate) fn indicate(&mut self) {
        for mailbox in self.mailboxes.iter_mut() {
            mailbox.known = mailbox.count.saturating_sub(1);
            mailbox.indicate();
        }
    }

    fn mailbox(&self, link: LinkId) -> Mailbox {
        self.mailboxes.get(link).copied().unwrap_or_default()
    }

    fn mailbox_mut(&mut self, link: LinkId) -> Option<&mut Mailbox> {
        self.mailboxes.get_mut(link)
    }

    /// Whether messages of a link wait until the host asks for them from now on.
    pub(crate) fn set_storing(&mut self, link: LinkId, on: bool) {
        if let Some(mailbox) = self.mailbox_mut(link)
            && mailbox.is_on != on
        {
            mailbox.is_on = on;
            mailbox.indicate();
            mailbox.read = 0;
        }
    }

    /// Messages of a link that wait until the host asks for them.
    pub(crate) fn stored(&self, link: LinkId) -> u32 {
        self.mailbox(link).count
    }

    /// The host has read the message of this number.
    pub(crate) fn set_read(&mut self, link: LinkId, number: u32) {
        if let Some(mailbox) = self.mailbox_mut(link) {
            mailbox.read = number;
        }
    }

    /// The host starts again: what it has read last counts as not read.
    pub(crate) fn forget_read(&mut self) {
        for mailbox in self.mailboxes.iter_mut() {
            mailbox.read = 0;
        }
    }

    /// The host asks to be told the oldest message of those not asked for yet; whether there
    /// is one.
    pub(crate) fn ask(&mut self, link: LinkId) -> bool {
        let mailbox = self.mailbox_mut(link);
        let mailbox = mailbox.filter(|it| it.is_on && it.asked < it.count);
        mailbox.map(|it| it.asked += 1).is_some()
    }

    /// The host is told how many messages of a link are left, if any are.
    pub(crate) fn indicate_left(&mut self, link: LinkId) {
        if let Some(mailbox) = self.mailbox_mut(link) {
            mailbox.indicate_left();
        }
    }

    /// Takes out the message the host has read last, if it is there: it counts as
    /// taken over. Its number.
    pub(crate) fn take_read(&mut self, link: LinkId) -> Option<u32> {
        let read = core::mem::take(&mut self.mailbox_mut(link)?.read);
        let front = self.oldest_front(link)?;
        if front.number != read {
            return None;
        }
        self.pop(front);
        self.mailbox_mut(link)?.left = read;
        Some(read)
    }

    /// The number of the message that was taken over last by reading the next.
    pub(crate) fn last_left(&self, link: LinkId) -> u32 {
        self.mailbox(link).left
    }

    /// Room that messages leave free: where the host lets them wait, events go on.
    fn reserve(&self) -> usize {
        if self.mailboxes.any(|mailbox| mailbox.is_on) {
            RESERVE.max(self.queue.capacity() / 8)
        } else {
            RESERVE
        }
    }

    /// The largest packet it ever holds.
    pub(crate) fn max_packet(&self) -> usize {
        let taken = HEADER + self.reserve();
        self.queue.capacity().saturating_sub(taken)
    }

    /// Whether a packet of `len` bytes fits now.
    pub(crate) fn fits(&self, len: usize) -> bool {
        self.queue.free() >= HEADER + self.reserve() + len
    }

    /// Whether what became of a message can be told.
    pub(crate) fn fits_tracked(&self) -> bool {
        self.queue.free() > HEADER + RESERVE
    }

    /// The oldest event that is to be told, a message in the `form` of its link, and
    /// how to `pop` it.
    pub(crate) fn front(&self, form: impl Fn(LinkId) -> MessageForm) -> Option<(Event<'_>, Front)> {
        let told = |it: &Queued| match it.kind {
            RecordKind::Stored => self.mailbox(it.link).tells(),
            RecordKind::Numbered => false,
            _ => true,
        };
        if let Some(queued) = self.queue.iter().find(told) {
            let form = form(queued.link);
            if queued.kind == RecordKind::Stored && self.mailbox(queued.link).is_on {
                return self.read(queued, form);
            }
            return Some((queued.event(form)?, queued.front()));
        }
        let link = self.mailboxes.find(|mailbox| mailbox.indicates);
        let link = link.unwrap_or(LinkId::FIRST);
        let Mailbox { count, known, .. } = self.mailbox(link);
        let nothing = Front {
            at: 0,
            len: 0,
            link,
            number: 0,
        };
        Some((Event::Waiting { count, known }, nothing))
    }

    /// Forgets an event that was told.
    pub(crate) fn pop(&mut self, front: Front) {
        self.queue.remove(front);
        if front.len > 0 && front.number == 0 {
            self.events = self.events.saturating_sub(1);
            return;
        }
        if let Some(mailbox) = self.mailbox_mut(front.link) {
            if front.len > 0 {
                mailbox.note_gone();
            } else {
                mailbox.known = mailbox.count;
            }
            mailbox.indicates &= front.len > 0 && mailbox.count > 0;
        }
    }

    /// The oldest message of a link that is stored, to be read, and how to `pop` it.
    pub(crate) fn oldest(&self, link: LinkId, form: MessageForm) -> Option<(Event<'_>, Front)> {
        self.read(self.oldest_stored(link)?, form)
    }

    fn read<'r>(&self, queued: Queued<'r>, form: MessageForm) -> Option<(Event<'r>, Front)> {
        let event = Event::Read {
            number: queued.number,
            left: self.mailbox(queued.link).count.saturating_sub(1),
            message: queued.message(form)?,
        };
        Some((event, queued.front()))
    }

    /// How to `pop` the oldest message of a link that is stored.
    pub(crate) fn oldest_front(&self, link: LinkId) -> Option<Front> {
        self.oldest_stored(link).map(Queued::front)
    }

    fn oldest_stored(&self, link: LinkId) -> Option<Queued<'_>> {
        self.stored_messages(link).next()
    }

    fn stored_messages(&self, link: LinkId) -> impl Iterator<Item = Queued<'_>> {
        let of_link = move |it: &Queued| it.kind == RecordKind::Stored && it.link == link;
        self.queue.iter().filter(of_link)
    }

    /// How to `pop` the message of this number, if it is stored.
    pub(crate) fn front_of(&self, link: LinkId, number: u32) -> Option<Front> {
        let mut messages = self.stored_messages(link);
        messages.find(|it| it.number == number).map(Queued::front)
    }
}
