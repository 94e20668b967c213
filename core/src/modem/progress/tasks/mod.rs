//! What commands have begun and answered with OK already: its end is an event.

use crate::modem::event::{Event, GrantedCodes, Task};
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::wait::Wait;
use crate::on_use::OnUse;
use crate::time::{Instant, sooner};
use core::time::Duration;

/// The most of them under way at once; a command beyond that waits for its turn.
const MOST: usize = if cfg!(feature = "alloc") { 32 } else { 6 };

/// Something that was begun.
#[derive(Clone, Copy, Debug)]
struct Running {
    link: LinkId,
    task: Task,
    wait: Wait,
    deadline: Option<Instant>,
    /// Its end is not reported before.
    due: Instant,
    /// Whether it is to end before anything else is told.
    leads: bool,
    /// When the host is told that it lasts, where it is to be.
    overdue: Option<Overdue>,
    granted: GrantedCodes,
    /// How it ended, until that is reported.
    end: Option<(Result<(), Fail>, u8)>,
}

/// How often the host is told that something lasts.
#[derive(Clone, Copy, Debug)]
struct Overdue {
    every: Duration,
    next: Instant,
    /// How often that was due by now.
    count: u8,
    /// How often it was told.
    told: u8,
}

impl Running {
    /// Whether its end, or that it lasts, is to be reported now.
    fn is_reportable(&self, now: Instant) -> bool {
        self.due <= now && (self.end.is_some() || self.lasts().is_some())
    }

    /// How often the host is to be told that it lasts, if that is more than it was.
    fn lasts(&self) -> Option<u8> {
        let overdue = self.overdue.filter(|it| it.count > it.told)?;
        Some(overdue.told + 1)
    }

    /// What there is to report of it.
    fn event(&self) -> Option<Event<'static>> {
        let task = self.task;
        if let Some(count) = self.lasts() {
            return Some(Event::Overdue { task, count });
        }
        let (result, code) = self.end?;
        Some(Event::Finished {
            task,
            result,
            code,
            granted: self.granted,
        })
    }

    /// When something is to be done about it.
    fn deadline(&self, now: Instant) -> Option<Instant> {
        let due = Some(self.due).filter(|due| *due > now);
        let Some(overdue) = self.overdue.filter(|_| self.end.is_none()) else {
            return self.end.map_or(self.deadline, |_| due);
        };
        sooner(self.deadline, Some(overdue.next))
    }
}

impl Overdue {
    /// The first time is one period from now.
    fn new(every: Duration, now: Instant) -> Self {
        Self {
            every,
            next: now + every,
            count: 0,
            told: 0,
        }
    }

    /// Counts what is due.
    fn pass(&mut self, now: Instant) {
        if self.next <= now {
            self.count = self.count.saturating_add(1);
            self.next = now + self.every;
        }
    }
}

/// Everything that was begun, in the order of its beginning.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    list: OnUse<TaskList>,
    /// How many there are.
    count: u8,
}

/// What there is of them where there are any.
#[derive(Debug, Default)]
struct TaskList {
    /// They stand at its front.
    places: [Option<Running>; MOST],
    next: NextTask,
}

/// How the next one is reported.
#[derive(Debug, Default)]
struct NextTask {
    /// How often the host is told that it lasts.
    every: Option<Duration>,
    /// After how long at least its end is told.
    after: Option<Duration>,
    /// Whether it is to end before anything else is told.
    leads: bool,
}

impl Tasks {
    /// Whether one more can be begun.
    #[inline]
    pub(crate) fn has_room(&self) -> bool {
        usize::from(self.count) < MOST
    }

    /// The host is told that the next one lasts, each time it does for so long.
    pub(crate) fn report_overdue(&mut self, every: Duration) {
        self.list.used().next.every = Some(every);
    }

    /// The end of the next one is told after so long at least.
    pub(crate) fn report_after(&mut self, least: Duration) {
        self.list.used().next.after = Some(least);
    }

    /// After how long at least the end of the next one is told, where that was said.
    pub(crate) fn take_after(&mut self) -> Option<Duration> {
        self.list.get_mut()?.next.after.take()
    }

    /// The next one is to end before anything else is told.
    pub(crate) fn report_first(&mut self) {
        self.list.used().next.leads = true;
    }

    /// Whether one has not ended that is to end before anything else is told.
    pub(crate) fn is_leading(&self) -> bool {
        self.all().any(|it| it.leads && it.end.is_none())
    }

    /// How many of a command and a link have not ended.
    pub(crate) fn count_begun(&self, link: LinkId, command: u8) -> usize {
        let own = |it: &&Running| it.link == link && it.task.command == command;
        self.all().filter(own).filter(|it| it.end.is_none()).count()
    }

    /// Notes what was begun now, whose end is not reported before `due`; there must be room.
    pub(crate) fn start(
        &mut self,
        now: Instant,
        (link, task): (LinkId, Task),
        wait: Wait,
        deadline: Option<Instant>,
        due: Instant,
    ) {
        let list = self.list.used();
        let every = list.next.every.take();
        let leads = core::mem::take(&mut list.next.leads);
        let mut places = list.places.iter_mut();
        if let Some(place) = places.find(|place| place.is_none()) {
            self.count += 1;
            *place = Some(Running {
                link,
                task,
                wait,
                deadline,
                due,
                leads,
                overdue: every.map(|every| Overdue::new(every, now)),
                granted: GrantedCodes::default(),
                end: None,
            });
        }
    }

    /// How many ends are to be reported now.
    pub(crate) fn reportable(&self, now: Instant) -> u8 {
        self.all().filter(|it| it.is_reportable(now)).count() as u8
    }

    /// What lasts too long is counted.
    pub(crate) fn pass_time(&mut self, now: Instant) {
        for overdue in self.under_way().filter_map(|it| it.overdue.as_mut()) {
            overdue.pass(now);
        }
    }

    /// Until when an end that is known is held back: what happened since is not told before.
    pub(crate) fn delayed_until(&self) -> Option<Instant> {
        let ended = self.all().filter(|it| it.end.is_some());
        ended.map(|it| it.due).max()
    }

    /// What the broker granted to what waits for `wait`.
    pub(crate) fn set_granted(&mut self, wait: Wait, codes: &[u8]) {
        for running in self.under_way().filter(|it| it.wait == wait) {
            running.granted = GrantedCodes::of(codes);
        }
    }

    /// Ends what waits for `wait`, if anything does; whether it did.
    #[inline]
    pub(crate) fn end(&mut self, wait: Wait, result: Result<(), Fail>, code: u8) -> bool {
        self.count > 0
            && self
                .end_first(|running| running.wait == wait, result, code)
                .is_some()
    }

    /// What was begun last ends by then, where it has not ended.
    pub(crate) fn limit_last(&mut self, deadline: Instant) {
        if let Some(running) = self.under_way().last() {
            running.deadline = Some(deadline);
        }
    }

    /// Ends what was begun last.
    pub(crate) fn end_last(&mut self, result: Result<(), Fail>, code: u8) {
        if let Some(running) = self.under_way().last() {
            running.end = Some((result, code));
        }
    }

    /// Whether something of a link was begun whose end is not reported yet.
    pub(crate) fn any_of(&self, link: LinkId) -> bool {
        self.all().any(|running| running.link == link)
    }

    /// Ends everything whose wait is such a one, because its link is gone.
    pub(crate) fn end_all(
        &mut self,
        such: impl Fn(Wait) -> bool,
        result: Result<(), Fail>,
        code: u8,
    ) {
        while self
            .end_first(|running| such(running.wait), result, code)
            .is_some()
        {}
    }

    /// Ends the first whose time has come; what it waited for.
    pub(crate) fn end_late(&mut self, now: Instant, fail: Fail, code: u8) -> Option<Wait> {
        let late = |running: &Running| running.deadline.is_some_and(|at| at <= now);
        self.end_first(late, Err(fail), code)
    }

    /// What waits for one thing waits for another from now on, however long it takes.
    pub(crate) fn replace(&mut self, wait: Wait, by: Wait) {
        for running in self.under_way().filter(|it| it.wait == wait) {
            (running.wait, running.deadline) = (by, None);
        }
    }

    #[cold]
    fn end_first(
        &mut self,
        such: impl Fn(&Running) -> bool,
        result: Result<(), Fail>,
        code: u8,
    ) -> Option<Wait> {
        let running = self.under_way().find(|running| such(running))?;
        let wait = running.wait;
        running.end = Some((result, code));
        Some(wait)
    }

    fn all(&self) -> impl Iterator<Item = &Running> {
        let count = usize::from(self.count);
        let used = self.list.get().and_then(|list| list.places.get(..count));
        used.unwrap_or_default().iter().flatten()
    }

    /// All of them, to change them.
    fn all_mut(&mut self) -> impl Iterator<Item = &mut Running> {
        let count = usize::from(self.count);
        let list = self.list.get_mut();
        let used = list.and_then(|list| list.places.get_mut(..count));
        used.unwrap_or_default().iter_mut().flatten()
    }

    /// Those that have not ended, to change them.
    fn under_way(&mut self) -> impl Iterator<Item = &mut Running> {
        self.all_mut().filter(|running| running.end.is_none())
    }

    /// Whether one of a link has not ended.
    pub(crate) fn is_running(&self, link: LinkId) -> bool {
        self.all().any(|it| it.link == link && it.end.is_none())
    }

    /// What the one at a place waits for; none where there is none, or it has ended.
    pub(crate) fn wait_at(&self, place: u8) -> Option<Wait> {
        let running = self.all().nth(place.into())?;
        running.end.is_none().then_some(running.wait)
    }

    /// How many there are, ended or not.
    #[inline]
    pub(crate) fn count(&self) -> u8 {
        self.count
    }

    /// Whether there are any.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.count > 0
    }

    /// When the first of them has waited long enough, for its end or to be reported.
    pub(crate) fn deadline(&self, now: Instant) -> Option<Instant> {
        let deadlines = self.all().map(|running| running.deadline(now));
        deadlines.fold(None, sooner)
    }

    /// The first that is to be reported now, and of which link it is.
    pub(crate) fn front(&self, now: Instant) -> Option<(LinkId, Event<'static>)> {
        let mut reportable = self.all().filter(|it| it.is_reportable(now));
        let running = reportable.next()?;
        Some((running.link, running.event()?))
    }

    /// It was reported: it is forgotten where that was its end.
    pub(crate) fn pop(&mut self, now: Instant) {
        let Some(running) = self.all_mut().find(|it| it.is_reportable(now)) else {
            return;
        };
        if let Some(told) = running.lasts() {
            if let Some(overdue) = &mut running.overdue {
                overdue.told = told;
            }
            return;
        }
        self.remove(|it| it.is_reportable(now));
    }

    /// What waits for this is not reported.
    pub(crate) fn forget(&mut self, wait: Wait) {
        self.remove(|it| it.wait == wait);
    }

    /// Removes the first such one.
    fn remove(&mut self, such: impl Fn(&Running) -> bool) {
        let Some(at) = self.all().position(such) else {
            return;
        };
        let count = usize::from(self.count);
        if let Some(list) = self.list.get_mut()
            && let Some(rest) = list.places.get_mut(at..count)
            && let Some(first) = rest.first_mut()
        {
            *first = None;
            rest.rotate_left(1);
            self.count = self.count.saturating_sub(1);
        }
    }

    /// The modem restarts: nothing of them is reported any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests;
