//! What commands have begun and answered with OK already: its end is an event.

use crate::modem::event::{Event, Task};
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::progress::on_use::OnUse;
use crate::modem::wait::Wait;
use crate::time::{Instant, sooner};

/// The most of them under way at once; a command beyond that is answered at its end.
const MOST: usize = 4;

/// Something that was begun.
#[derive(Clone, Copy, Debug)]
struct Running {
    link: LinkId,
    task: Task,
    wait: Wait,
    deadline: Option<Instant>,
    /// Its end is not reported before.
    due: Instant,
    /// How it ended, until that is reported.
    end: Option<(Result<(), Fail>, u8)>,
}

impl Running {
    /// Whether its end is to be reported now.
    fn is_reportable(&self, now: Instant) -> bool {
        self.end.is_some() && self.due <= now
    }
}

/// Everything that was begun, in the order of its beginning.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    list: OnUse<[Option<Running>; MOST]>,
    /// How many there are.
    count: u8,
}

impl Tasks {
    /// Whether one more can be begun.
    #[inline]
    pub(crate) fn has_room(&self) -> bool {
        usize::from(self.count) < MOST
    }

    /// Notes what was begun, whose end is not reported before `due`; there must be room.
    pub(crate) fn start(
        &mut self,
        (link, task): (LinkId, Task),
        wait: Wait,
        deadline: Option<Instant>,
        due: Instant,
    ) {
        let mut places = self.list.used().iter_mut();
        if let Some(place) = places.find(|place| place.is_none()) {
            self.count += 1;
            *place = Some(Running {
                link,
                task,
                wait,
                deadline,
                due,
                end: None,
            });
        }
    }

    /// How many ends are to be reported now.
    pub(crate) fn reportable(&self, now: Instant) -> u8 {
        let reportable = self.all().filter(|it| it.is_reportable(now));
        reportable.fold(0, |count, _| count + 1)
    }

    /// Nothing more is waited for before the ends of such a wait are reported.
    pub(crate) fn hurry(&mut self, now: Instant, such: impl Fn(Wait) -> bool) {
        let all = self.list.get_mut().into_iter().flatten().flatten();
        for running in all.filter(|it| such(it.wait)) {
            running.due = running.due.min(now);
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
        self.list.get().into_iter().flatten().flatten()
    }

    /// Those that have not ended, to change them.
    fn under_way(&mut self) -> impl Iterator<Item = &mut Running> {
        let all = self.list.get_mut().into_iter().flatten().flatten();
        all.filter(|running| running.end.is_none())
    }

    /// What they wait for.
    pub(crate) fn waits(&self) -> [Option<Wait>; MOST] {
        let under_way = |place: Option<Running>| place.filter(|it| it.end.is_none());
        let list = self.list.get().copied().unwrap_or_default();
        list.map(|place| Some(under_way(place)?.wait))
    }

    /// Whether there are any.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.count > 0
    }

    /// When the first of them has waited long enough, for its end or to be reported.
    pub(crate) fn deadline(&self, now: Instant) -> Option<Instant> {
        let deadlines = self.all().map(|running| match running.end {
            None => running.deadline,
            Some(_) => Some(running.due).filter(|due| *due > now),
        });
        deadlines.fold(None, sooner)
    }

    /// The first end that is to be reported now, and of which link it is.
    pub(crate) fn front(&self, now: Instant) -> Option<(LinkId, Event<'static>)> {
        let mut reportable = self.all().filter(|it| it.is_reportable(now));
        let running = reportable.next()?;
        let (task, (result, code)) = (running.task, running.end?);
        let finished = Event::Finished { task, result, code };
        Some((running.link, finished))
    }

    /// It was reported.
    pub(crate) fn pop(&mut self, now: Instant) {
        let ended = |place: &Option<Running>| place.is_some_and(|it| it.is_reportable(now));
        let Some(list) = self.list.get_mut() else {
            return;
        };
        if let Some(at) = list.iter().position(ended) {
            if let Some(rest) = list.get_mut(at..) {
                rest.rotate_left(1);
            }
            if let Some(last) = list.last_mut() {
                *last = None;
            }
            self.count = self.count.saturating_sub(1);
        }
    }

    /// The modem restarts: nothing of them is reported any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
