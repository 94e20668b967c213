//! The ends of the soak against each other, through the proxy: exact ones come
//! through, and each way of being wrong is noticed.

use crate::client::Client;
use crate::cut::Cut;
use crate::end::End;

use crate::judge::{Judge, Shared};
use crate::message::{Direction, Stream};
use crate::proxy::Proxy;
use mqmodem_testkit::Random;
use mqmodem_testkit::flow::FlowFault;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::{LocalSet, spawn_local, yield_now};

/// A client with this fault, connections cut, until everything arrived or the
/// judge has seen enough.
fn soak(fault: Option<FlowFault>) -> Judge {
    let mut judge = Judge::new(2000, 1);
    judge.cuts_asked = 40;
    judge.subscribed(0);
    let judge = judge.shared();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, play(&judge, fault));
    drop(runtime);
    Rc::into_inner(judge).map(RefCell::into_inner).unwrap()
}

async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

async fn play(judge: &Shared, fault: Option<FlowFault>) {
    let (listener, broker) = listen().await;
    spawn_local(End::new(judge.clone()).serve(listener));
    let (listener, port) = listen().await;
    let proxy = Proxy {
        broker,
        judge: judge.clone(),
        random: Random::new(7),
        hole: Duration::from_secs(3),
    };
    spawn_local(proxy.serve(listener));
    let (wants, sends) = (
        Stream::both(0, Direction::Down),
        Stream::both(0, Direction::Up),
    );
    let mut client = Client::new(judge, "self", port, wants.to_vec(), &sends);
    client.flow.fail(fault);
    client.keep_alive = 1;
    spawn_local(client.run());
    while judge.borrow().left() > 0 && judge.borrow().is_clean() {
        yield_now().await;
    }
    judge.borrow_mut().close();
}

#[test]
fn exact_ends_come_through_every_kind_of_cut() {
    let judge = soak(None);
    let report = judge.report();
    assert!(judge.is_clean(), "{report}");
    assert_eq!(judge.left(), 0, "{report}");
    for (kind, count) in Cut::ALL.iter().zip(judge.counts.cuts) {
        assert!(count > 0, "no {}: {report}", kind.name());
    }
}

#[test]
fn every_fault_is_noticed() {
    for (fault, word) in [
        (FlowFault::Forget, "out of order"),
        (FlowFault::Renumber, "doubled"),
        (FlowFault::Reverse, "out of order"),
        (FlowFault::Amnesia, "doubled"),
        (FlowFault::Unmarked, "without DUP"),
    ] {
        let judge = soak(Some(fault));
        let report = judge.report();
        assert!(!judge.is_clean(), "{fault:?} was not noticed: {report}");
        assert!(report.contains(word), "{fault:?}: {report}");
    }
}

#[test]
fn a_message_that_did_not_arrive_is_lost() {
    let mut judge = Judge::new(8, 1);
    let [once, exact] = Stream::both(0, Direction::Up);
    for stream in [once, exact] {
        judge.arrived(&stream.topic(), stream.payload(1).as_bytes());
    }
    assert!(judge.is_clean());
    judge.arrived(&once.topic(), once.payload(1).as_bytes());
    assert!(judge.is_clean(), "QoS 1 may come twice");
    judge.close();
    assert_eq!(judge.left(), 6);
    assert!(judge.report().contains("lost: soak/0/down/2 number 2"));
}
