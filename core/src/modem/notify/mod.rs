//! Events on their way to the host: what waits, and when the host may be interrupted.

mod mailbox;
mod queue;

use crate::buffer::{Buf, Full};
use crate::modem::event::{Event, MessageForm, Received};
use crate::modem::ids::LinkId;
use crate::modem::per_link::{PerLink, Places};
use crate::mqtt::Properties;
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
    /// When the host's last byte came.
    last_byte: Instant,
    /// A half-typed line holds events back until then.
    quiet_until: Instant,
}

impl<'a> Notifier<'a> {
    pub(crate) fn new(memory: Buf<'a>, mailboxes: Places<'a, Mailbox>, now: Instant) -> Self {
        Self {
            queue: Queue::new(memory),
            events: 0,
            elsewhere: 0,
            mailboxes: PerLink::new(Mailbox::default(), mailboxes),
            last_byte: now,
            quiet_until: Instant::ZERO,
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
            self.last_byte + TYPING_LIMIT
        } else {
            Instant::ZERO
        };
    }

    /// Whether the host may be interrupted now, as for its typing.
    #[inline]
    pub(crate) fn may_interrupt(&self, now: Instant) -> bool {
        now >= self.quiet_until
    }

    /// Whether an event is on its way to the host and waits for room only: it
    /// comes before anything typed from now on.
    pub(crate) fn is_reporting(&self, now: Instant) -> bool {
        self.has_news() && self.may_interrupt(now)
    }

    /// When a half-typed line stops holding events back, while it does.
    pub(crate) fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        let waits = !self.may_interrupt(now) && self.has_news();
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
        self.mailboxes.iter_mut().for_each(Mailbox::indicate);
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
        let told = |it: &Queued| it.kind != RecordKind::Stored || !self.mailbox(it.link).is_on;
        if let Some(queued) = self.queue.iter().find(told) {
            return Some((queued.event(form(queued.link))?, queued.front()));
        }
        let link = self.mailboxes.find(|mailbox| mailbox.indicates);
        let link = link.unwrap_or(LinkId::FIRST);
        let count = self.mailbox(link).count;
        let nothing = Front {
            at: 0,
            len: 0,
            link,
            number: 0,
        };
        Some((Event::Waiting { count }, nothing))
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
                mailbox.count = mailbox.count.saturating_sub(1);
            }
            mailbox.indicates &= front.len > 0 && mailbox.count > 0;
        }
    }

    /// The oldest message of a link that is stored, to be read, and how to `pop` it.
    pub(crate) fn oldest(&self, link: LinkId, form: MessageForm) -> Option<(Event<'_>, Front)> {
        let queued = self.oldest_stored(link)?;
        let message = queued.message(form)?;
        let number = queued.number;
        Some((Event::Read { number, message }, queued.front()))
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

/// What is added. Each tells whether there was no room for it.
impl Notifier<'_> {
    /// Stores a message until the host asks for it.
    pub(crate) fn push_stored(
        &mut self,
        link: LinkId,
        message: &Received<'_>,
        number: u32,
    ) -> Result<(), Full> {
        let kind = RecordKind::Stored;
        self.queue.append_message(kind, link, number, message)?;
        if let Some(mailbox) = self.mailbox_mut(link) {
            mailbox.count += 1;
            mailbox.indicate();
        }
        Ok(())
    }

    /// What became of a message.
    pub(crate) fn push_tracked(&mut self, link: LinkId, name: u32, code: u8) -> Result<(), Full> {
        self.push(RecordKind::Tracked, link, name, &[code])
    }

    /// A message; `total` is the length of its payload where that was too large to be
    /// taken.
    pub(crate) fn push_message(
        &mut self,
        link: LinkId,
        message: &Received<'_>,
        total: Option<u32>,
    ) -> Result<(), Full> {
        let kind = match total {
            Some(_) => RecordKind::TooLarge,
            None => RecordKind::Message,
        };
        let number = total.unwrap_or(0);
        let mut message = *message;
        if total.is_some() {
            message.properties = Properties::NONE;
        }
        self.queue.append_message(kind, link, number, &message)?;
        self.events += 1;
        Ok(())
    }

    /// A message came that cannot be read.
    pub(crate) fn push_unreadable(
        &mut self,
        link: LinkId,
        qos: u8,
        length: u32,
    ) -> Result<(), Full> {
        self.push(RecordKind::Unreadable, link, length, &[qos])
    }

    /// The link was lost. Fits unless it was lost several times while the host did not
    /// listen; then the later ones are not told.
    pub(crate) fn push_lost(&mut self, link: LinkId, code: u8) -> Result<(), Full> {
        self.push(RecordKind::Lost, link, code.into(), &[])
    }

    /// So many publishes were lost with the session.
    pub(crate) fn push_dropped(&mut self, link: LinkId, count: u32) -> Result<(), Full> {
        self.push(RecordKind::Dropped, link, count, &[])
    }

    /// The network is there or gone, for the report `which`.
    pub(crate) fn push_registration(
        &mut self,
        which: usize,
        on: bool,
        located: bool,
    ) -> Result<(), Full> {
        let flags = u32::from(on) | u32::from(located) << 1;
        let number = (which as u32) << 2 | flags;
        self.push(RecordKind::Registration, LinkId::FIRST, number, &[])
    }

    /// The modem has restarted.
    pub(crate) fn push_restarted(&mut self) -> Result<(), Full> {
        self.push(RecordKind::Restarted, LinkId::FIRST, 0, &[])
    }

    /// A link came back.
    pub(crate) fn push_restored(
        &mut self,
        link: LinkId,
        session_present: bool,
    ) -> Result<(), Full> {
        self.push(RecordKind::Restored, link, session_present.into(), &[])
    }

    fn push(
        &mut self,
        kind: RecordKind,
        link: LinkId,
        number: u32,
        bytes: &[u8],
    ) -> Result<(), Full> {
        self.queue.append(kind, link, number, bytes)?;
        self.events += 1;
        Ok(())
    }
}
