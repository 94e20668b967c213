use super::*;

const LINK: LinkId = LinkId(2);
const TASK: Task = Task {
    command: 3,
    number: 7,
};
const WAIT: Wait = Wait::Opened(LINK);

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

#[test]
fn an_end_is_told_when_it_is_due_and_what_lasts_until_then() {
    let mut tasks = Tasks::default();
    tasks.report_overdue(Duration::from_secs(1));
    tasks.start(at(0), (LINK, TASK), WAIT, Some(at(2500)), at(300));
    assert_eq!(tasks.count_begun(LINK, 3), 1);
    assert_eq!(tasks.deadline(at(0)), Some(at(1000)));
    for (now, count) in [(1000, 1), (2000, 2)] {
        let now = at(now);
        tasks.pass_time(now);
        let lasts = Event::Overdue { task: TASK, count };
        assert_eq!(tasks.front(now), Some((LINK, lasts)));
        tasks.pop(now);
        assert_eq!(tasks.front(now), None);
    }
    tasks.set_granted(WAIT, &[1, 0x80]);
    assert!(tasks.end(WAIT, Ok(()), 0));
    let Some((_, Event::Finished { granted, .. })) = tasks.front(at(2100)) else {
        panic!("its end is told");
    };
    assert!(granted.iter().eq([1, 0x80]));
    tasks.pop(at(2100));
    assert!(!tasks.any());
}

#[test]
fn an_end_that_is_known_too_early_holds_back_what_comes_behind_it() {
    let mut tasks = Tasks::default();
    tasks.start(at(0), (LINK, TASK), WAIT, None, at(300));
    assert_eq!(tasks.delayed_until(), None);
    assert!(tasks.end(WAIT, Ok(()), 0));
    assert_eq!(tasks.delayed_until(), Some(at(300)));
    assert_eq!(tasks.deadline(at(10)), Some(at(300)));
    assert_eq!(
        (tasks.reportable(at(299)), tasks.reportable(at(300))),
        (0, 1)
    );
}
