//! A load for callgrind: `engine VERSION N` lets the session alone send N messages of
//! QoS 1 that it keeps until PUBACK, and take each PUBACK, in this version of MQTT. It
//! says how many allocations that took.

use mqmodem_core::mqtt::{Connect, PacketId, Properties, Qos, Session, SessionEvent, Version};
use mqmodem_core::{Buf, Instant};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::io::Write;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let mut words = std::env::args().skip(1);
    let (version, connack): (Version, &[u8]) = match words.next().as_deref() {
        Some("3.1.1") => (Version::V311, &[0x20, 2, 0, 0]),
        Some("5") => (Version::V5, &[0x20, 3, 0, 0, 0]),
        _ => panic!("engine 3.1.1|5 N"),
    };
    let n = words.next().and_then(|n| n.parse().ok());
    let n: u32 = n.expect("engine 3.1.1|5 N");
    let heap = || Buf::heap(64 * 1024);
    let (now, mut out) = (Instant::ZERO, heap());
    let mut session = Session::new(heap(), heap(), heap(), 1);
    let connect = Connect {
        version,
        client_id: "bench",
        clean_session: false,
        keep_alive: 60,
        username: None,
        password: None,
        properties: Properties::NONE,
        will: None,
    };
    let connected = session.connect(now, &connect, &mut out);
    connected.expect("room for CONNECT");
    out.clear();
    session.handle(now, connack, &mut out).expect("CONNACK");
    // The first few find the memory they keep.
    (0..16).for_each(|_| publish(&mut session, &mut out));
    let region = Region::new(ALLOCATOR);
    (0..n).for_each(|_| publish(&mut session, &mut out));
    let allocations = region.change().allocations;
    writeln!(std::io::stdout(), "allocations {allocations}").expect("standard output");
}

fn publish(session: &mut Session<'_>, out: &mut Buf<'_>) {
    let now = Instant::ZERO;
    let id = session.publish("topic", Qos::AtLeastOnce, false, b"payload", out);
    let id: Option<PacketId> = id.expect("a free packet id");
    out.consume(out.len());
    session.sent(now);
    let [high, low] = id.map_or(0, PacketId::get).to_be_bytes();
    let puback = [0x40, 2, high, low];
    let event = session.handle(now, &puback, out);
    assert!(
        matches!(event, Ok(SessionEvent::Published { .. })),
        "{event:?}"
    );
}
