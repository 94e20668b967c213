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
    /// How it ended, until that is reported.
    end: Option<(Result<(), Fail>, u8)>,
}

/// Everything that was begun, in the order of its beginning.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    list: OnUse<[Option<Running>; MOST]>,
    /// How many there are.
    count: u8,
    /// Ends that are not reported yet.
    ended: u8,
}

impl Tasks {
    /// Whether one more can be begun.
    #[inline]
    pub(crate) fn has_room(&self) -> bool {
        usize::from(self.count) < MOST
    }

    /// Notes what was begun; there must be room.
    pub(crate) fn start(
        &mut self,
        link: LinkId,
        task: Task,
        wait: Wait,
        deadline: Option<Instant>,
    ) {
        let mut places = self.list.used().iter_mut();
        if let Some(place) = places.find(|place| place.is_none()) {
            self.count += 1;
            *place = Some(Running {
                link,
                task,
                wait,
                deadline,
                end: None,
            });
        }
    }

    /// How many ends are to be reported.
    pub(crate) fn ended(&self) -> u8 {
        self.ended
    }

    /// Ends what waits for `wait`, if anything does; whether it did.
    #[inline]
    pub(crate) fn end(&mut self, wait: Wait, result: Result<(), Fail>, code: u8) -> bool {
        self.count > 0
            && self
                .end_first(|running| running.wait == wait, result, code)
                .is_some()
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
        self.ended += 1;
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

    /// When the first of them has waited long enough.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let under_way = self.all().filter(|it| it.end.is_none());
        let deadlines = under_way.map(|running| running.deadline);
        deadlines.fold(None, sooner)
    }

    /// The first end that is to be reported, and of which link it is.
    pub(crate) fn front(&self) -> Option<(LinkId, Event<'static>)> {
        let ended = |it: &Running| Some((it.link, it.task, it.end?));
        let (link, task, (result, code)) = self.all().find_map(ended)?;
        let finished = Event::Finished { task, result, code };
        Some((link, finished))
    }

    /// It was reported.
    pub(crate) fn pop(&mut self) {
        let ended = |place: &Option<Running>| place.is_some_and(|it| it.end.is_some());
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
            self.ended = self.ended.saturating_sub(1);
            self.count = self.count.saturating_sub(1);
        }
    }

    /// The modem restarts: nothing of them is reported any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
