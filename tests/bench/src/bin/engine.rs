//! A load for callgrind: `engine N` lets the session alone send N messages of QoS 1
//! that it keeps until PUBACK, and take each PUBACK. It says how many
//! allocations that took.

use mqmodem_core::mqtt::{Connect, PacketId, Properties, Qos, Session, SessionEvent, Version};
use mqmodem_core::{Buf, Instant};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::io::Write;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CONNACK: [u8; 4] = [0x20, 2, 0, 0];

fn main() {
    let n = std::env::args().nth(1).and_then(|n| n.parse().ok());
    let n: u32 = n.expect("engine N");
    let heap = || Buf::heap(64 * 1024);
    let (now, mut out) = (Instant::ZERO, heap());
    let mut session = Session::new(heap(), heap(), heap(), 1);
    let connect = Connect {
        version: Version::V311,
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
    session.handle(now, &CONNACK, &mut out).expect("CONNACK");
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
