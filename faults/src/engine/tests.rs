use super::*;
use crate::vocabulary::read;
use std::time::Duration;

const LINK: LinkId = LinkId(0);
const IN: Passage = Passage::FromBroker(LINK);
const PUBACK: [u8; 4] = [0x40, 2, 0, 1];
const PING: [u8; 2] = [0xC0, 0];

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis + 1)
}

fn faults(lines: &[&str]) -> Faults {
    let mut faults = Faults::new(0, &Framing::V250);
    for line in lines {
        faults.ask(at(0), read(line).unwrap()).unwrap();
    }
    faults
}

fn taken(faults: &mut Faults, now: Instant, way: Passage) -> Vec<u8> {
    faults.advance(now);
    let bytes = faults.ready(now, way).to_vec();
    faults.take(way, bytes.len());
    bytes
}

fn news(faults: &mut Faults) -> Vec<(u32, FaultState)> {
    std::iter::from_fn(|| faults.poll_news())
        .map(|it| (it.id, it.state))
        .collect()
}

#[test]
fn a_fault_says_what_becomes_of_it() {
    use FaultState::{Armed, Ended, Fired};
    let mut faults = faults(&["broker lose PUBACK times=2", "broker lose PUBLISH for=1s"]);
    assert_eq!(news(&mut faults), [(1, Armed), (2, Armed)]);
    faults.push(at(5), IN, &[PUBACK, PUBACK, PUBACK].concat());
    assert_eq!(taken(&mut faults, at(5), IN), PUBACK);
    assert_eq!(news(&mut faults), [(1, Fired), (1, Fired), (1, Ended)]);
    assert_eq!(faults.fired_at(1), Some(at(5)));
    assert_eq!(
        (
            faults.is_in_force(1),
            faults.is_in_force(2),
            faults.is_in_force(3)
        ),
        (Some(false), Some(true), None)
    );
    assert_eq!(faults.poll_timeout(), Some(at(1000)));
    faults.advance(at(1000));
    assert_eq!(news(&mut faults), [(2, Ended)]);
    assert!(faults.is_empty());
    assert_eq!(faults.never_fired(), ["broker lose PUBLISH for=1s"]);
    let cleared = faults.ask(at(1000), read("clear 2").unwrap());
    assert_eq!(cleared, Err("no fault 2 is in force".to_owned()));
}

#[test]
fn the_same_seed_gives_the_same_faults_at_the_same_moments() {
    let run = |seed: u64, step: u64| {
        let plan = format!("seed {seed} every=1s..10s broker lose PUBACK, broker lose PINGREQ");
        let mut faults = faults(&["broker twice PUBLISH", &plan]);
        let mut told = Vec::new();
        for now in (0..100_000).step_by(step as usize) {
            // The moment itself, however seldom the time is looked at.
            while let Some(due) = faults.poll_timeout().filter(|due| *due < at(now)) {
                faults.advance(due);
                faults.push(due, IN, &[&PUBACK[..], &PING].concat());
                told.extend(news(&mut faults).into_iter().map(|it| (due, it)));
            }
        }
        told
    };
    let once = run(7, 10);
    assert!(once.len() > 10);
    assert_eq!(once, run(7, 10));
    assert_eq!(once, run(7, 5000));
    assert_ne!(once, run(8, 10));
}

#[test]
fn each_of_a_plan_looks_random_for_itself() {
    let run = |seed: u64| {
        let mut faults = faults(&[&format!("seed {seed}"), "reply late 100ms..900ms every=10s"]);
        let mut late = Vec::new();
        for round in 1..=20 {
            let now = at(round * 10_000);
            faults.advance(now);
            faults.push(now, Passage::FromHost, b"AT\r");
            faults.push(now, Passage::ToHost, b"\r\nOK\r\n");
            let due = faults.poll_timeout().unwrap();
            late.push(due.since(now));
            assert_eq!(taken(&mut faults, due, Passage::ToHost), b"\r\nOK\r\n");
        }
        late
    };
    let once = run(7);
    assert_eq!(once, run(7));
    assert_ne!(once, run(8));
    let unlike: std::collections::BTreeSet<_> = once.into_iter().collect();
    assert_eq!(unlike.len(), 20);
}

#[test]
fn a_plan_does_not_pile_up_what_it_waits_for() {
    let mut faults = faults(&["every=1s broker lose PUBACK"]);
    faults.advance(at(60_000));
    assert_eq!(faults.list().len(), 1);
    faults.push(at(60_000), IN, &[PUBACK, PUBACK].concat());
    assert_eq!(taken(&mut faults, at(60_000), IN), PUBACK);
}

#[test]
fn a_plan_is_listed_until_its_last_fault_has_ended() {
    use FaultState::{Armed, Ended, Fired};
    let words = "broker lose PUBACK times=2 every=1s";
    let mut faults = faults(&[words]);
    let listed = |faults: &Faults| {
        let list = faults.list().into_iter();
        list.map(|it| (it.state, it.words)).collect::<Vec<_>>()
    };
    for (now, state) in [(1000, Armed), (2000, Fired)] {
        faults.advance(at(now));
        assert_eq!(listed(&faults), [(state, words.to_owned())]);
        assert_eq!(faults.never_fired().is_empty(), state == Fired);
        faults.advance(at(now + 500));
        faults.push(at(now + 500), IN, &PUBACK);
    }
    assert!(faults.is_empty());
    assert_eq!(
        news(&mut faults),
        [Armed, Fired, Fired, Ended].map(|it| (1, it))
    );
}

#[test]
fn what_waits_of_a_plan_ends_with_its_time() {
    for line in [
        "broker lose PUBACK for=3s every=1s",
        "broker lose PUBACK times=2 for=3s every=1s",
    ] {
        let mut faults = faults(&[line]);
        faults.advance(at(2999));
        assert_eq!(faults.list().len(), 1);
        assert_eq!(faults.poll_timeout(), Some(at(3000)));
        faults.advance(at(3000));
        assert!(faults.is_empty());
        assert_eq!(faults.poll_timeout(), None);
        assert_eq!(faults.is_in_force(1), Some(false));
        assert_eq!(faults.never_fired(), [line]);
        faults.push(at(3_600_000), IN, &PUBACK);
        assert_eq!(taken(&mut faults, at(3_600_000), IN), PUBACK);
    }
}

#[test]
fn all_that_repeats_ends() {
    let mut faults = faults(&[
        "urc \"X\" every=1s times=3",
        "urc \"Y\" every=1s for=2500ms",
    ]);
    let mut said = Vec::new();
    for second in 0..10 {
        said.extend(taken(&mut faults, at(second * 1000), Passage::ToHost));
    }
    let lines = String::from_utf8(said).unwrap();
    let lines: Vec<&str> = lines
        .split("\r\n")
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(lines, ["X", "Y", "X", "Y", "X"]);
    assert!(faults.is_empty());
}

#[test]
fn what_stalls_takes_nothing_and_loses_nothing() {
    let mut faults = faults(&["port stalls dir=out for=1s"]);
    assert_eq!(faults.room(at(0), Passage::ToHost), 0);
    faults.push(at(0), Passage::FromHost, b"AT\r");
    assert_eq!(taken(&mut faults, at(0), Passage::FromHost), b"AT\r");
    faults.advance(at(1000));
    assert!(faults.room(at(1000), Passage::ToHost) > 1000);
}

#[test]
fn memory_is_bounded() {
    let mut faults = faults(&["net delay 1s", "port slow 1"]);
    let mut all = 0;
    for way in [
        IN,
        Passage::ToBroker(LINK),
        Passage::FromHost,
        Passage::ToHost,
    ] {
        while faults.room(at(0), way) > 0 {
            let room = faults.room(at(0), way).min(1000);
            faults.push(at(0), way, &vec![b'x'; room]);
            all += room;
        }
    }
    assert!(all <= 4 * 70_000, "{all}");
    for _ in 0..1000 {
        let _ = faults.ask(at(0), read("net reset").unwrap());
    }
    assert!(faults.list().len() <= 256);
}

#[test]
fn what_nobody_sent_is_bounded() {
    for line in ["urc \"+CREG: 2\" every=1ms", "port noise 1000 every=1ms"] {
        let mut faults = faults(&[line]);
        for now in 0..20_000 {
            faults.advance(at(now));
        }
        let count = faults.ready(at(20_000), Passage::ToHost).len();
        assert!((60_000..70_000).contains(&count), "{line}: {count}");
    }
}

#[test]
fn no_bytes_panic_and_none_are_made_up() {
    let lines: Vec<&str> = vec![
        "broker lose CONNACK",
        "broker refuse code=5",
        "broker forget",
        "net cut 900",
        "port cut 3",
        "reply twice",
    ];
    for seed in 0..200_u64 {
        let mut random = random::Random::new(seed, 0);
        let mut faults = faults(&lines);
        faults.opened(at(0), LINK);
        for now in 0..40 {
            let bytes: Vec<u8> = (0..random.below(40)).map(|_| random.next() as u8).collect();
            for way in [
                IN,
                Passage::ToBroker(LINK),
                Passage::FromHost,
                Passage::ToHost,
            ] {
                faults.push(at(now), way, &bytes);
                taken(&mut faults, at(now), way);
            }
            faults.flush(at(now));
            let _ = faults.poll_end();
        }
    }
}

#[test]
fn a_cut_counts_the_bytes_of_its_direction_only() {
    let out = Passage::ToBroker(LINK);
    for (words, pings) in [("net cut 8 dir=in", 4), ("net cut 8", 2)] {
        let mut faults = faults(&[words]);
        faults.opened(at(0), LINK);
        for count in 1..=pings {
            assert_eq!(faults.poll_end(), None, "{words}: {count}");
            faults.push(at(0), out, &PING);
            faults.push(at(0), IN, &[0xD0, 0]);
        }
        taken(&mut faults, at(0), out);
        assert_eq!(taken(&mut faults, at(0), IN).len(), 2 * pings);
        assert_eq!(faults.poll_end(), Some((LINK, FaultEnd::Reset)), "{words}");
    }
}

#[test]
fn pieces_come_at_their_time() {
    let mut faults = faults(&["port slow 10 dir=out"]);
    faults.push(at(0), Passage::ToHost, b"\r\nOK\r\n");
    faults.push(at(0), Passage::ToHost, b"\r\nA\r\n");
    let mut came = Vec::new();
    while let Some(due) = faults.poll_timeout() {
        came.push((due, taken(&mut faults, due, Passage::ToHost).len()));
    }
    let want: Vec<_> = (1..=11).map(|piece| (at(piece * 100), 1)).collect();
    assert_eq!(came, want);
}

#[test]
fn a_late_packet_comes_between_two_others() {
    let mut faults = faults(&["broker late PUBACK 1s"]);
    faults.push(at(0), IN, &PUBACK);
    let publish = [0x30, 4, 0, 1, b't', b'x'];
    faults.push(at(0), IN, &publish[..3]);
    assert_eq!(taken(&mut faults, at(2000), IN), publish[..3]);
    faults.push(at(2000), IN, &publish[3..]);
    assert_eq!(
        taken(&mut faults, at(2000), IN),
        [&publish[3..], &PUBACK].concat()
    );
}

#[test]
fn a_refused_change_takes_those_behind_it_along() {
    let mut faults = faults(&["store late 1s for=1s"]);
    assert!(faults.submit(at(0), true));
    assert_eq!(faults.write_fate(at(999)), WriteFate::Waits);
    assert_eq!(faults.write_fate(at(1000)), WriteFate::Passes);
    faults.ask(at(1000), read("store fails").unwrap()).unwrap();
    faults.advance(at(1000));
    faults.answered(true);
    assert!(!faults.submit(at(1000), true));
    faults.ask(at(1000), read("clear").unwrap()).unwrap();
    assert!(faults.submit(at(1000), true));
    assert_eq!(faults.write_fate(at(1000)), WriteFate::Fails);
    faults.answered(false);
    assert_eq!(faults.write_fate(at(1000)), WriteFate::Fails);
    faults.answered(false);
    assert_eq!(faults.write_fate(at(1000)), WriteFate::Passes);
}

#[test]
fn the_power_goes_and_comes() {
    let mut faults = faults(&["power cut for=1s"]);
    assert_eq!(faults.poll_device(at(0)), Some(DeviceAct::PowerOff));
    assert_eq!(faults.poll_device(at(0)), None);
    faults.advance(at(1000));
    assert_eq!(faults.poll_device(at(1000)), Some(DeviceAct::PowerOn));
    assert_eq!(faults.poll_device(at(1000)), None);
    faults
        .ask(
            at(1000),
            read("power restart boot=2s banner=\"RDY\"").unwrap(),
        )
        .unwrap();
    assert_eq!(faults.poll_device(at(1000)), Some(DeviceAct::PowerOff));
    assert_eq!(faults.poll_timeout(), Some(at(3000)));
    assert_eq!(faults.poll_device(at(3000)), Some(DeviceAct::PowerOn));
    assert_eq!(
        taken(&mut faults, at(3000), Passage::ToHost),
        b"\r\nRDY\r\n"
    );
    assert!(faults.is_empty());
}
