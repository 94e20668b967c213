//! The load of `engine` for other clients without I/O: `engine-rivals WHICH N`.

use bytes::BytesMut;
use mqtt_protocol_core::mqtt;
use mqtt_protocol_core::mqtt::packet::v3_1_1;
use mqtt_protocol_core::mqtt::prelude::*;
use rumqttc::{MqttState, Packet, PubAck, Publish, QoS, Request};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::io::Write;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CONNACK: [u8; 4] = [0x20, 2, 0, 0];

fn main() {
    let mut words = std::env::args().skip(1);
    let which = words.next().unwrap_or_default();
    let n: u32 = words.next().and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut publish: Box<dyn FnMut()> = match which.as_str() {
        "mqtt-protocol-core" => Box::new(protocol_core()),
        "rumqttc" => Box::new(rumqttc_state()),
        _ => panic!("engine-rivals mqtt-protocol-core|rumqttc N"),
    };
    (0..16).for_each(|_| publish());
    let region = Region::new(ALLOCATOR);
    (0..n).for_each(|_| publish());
    let allocations = region.change().allocations;
    writeln!(std::io::stdout(), "allocations {allocations}").expect("standard output");
}

type Connection = mqtt::Connection<mqtt::role::Client>;

/// With a session that is kept, so that messages are stored until PUBACK.
fn protocol_core() -> impl FnMut() {
    let mut connection = Connection::new(mqtt::Version::V3_1_1);
    let connect = v3_1_1::Connect::builder()
        .client_id("bench")
        .expect("a client id")
        .clean_session(false)
        .keep_alive(60)
        .build();
    let events = connection.checked_send(connect.expect("CONNECT"));
    assert!(!events.is_empty());
    receive(&mut connection, &CONNACK);
    let mut out = Vec::with_capacity(1024);
    move || {
        let id = connection.acquire_packet_id().expect("a free packet id");
        let publish = v3_1_1::Publish::builder()
            .topic_name("topic")
            .expect("a topic")
            .qos(mqtt::packet::Qos::AtLeastOnce)
            .packet_id(id)
            .payload(b"payload")
            .build();
        out.clear();
        for event in connection.checked_send(publish.expect("PUBLISH")) {
            if let mqtt::connection::Event::RequestSendPacket { packet, .. } = event {
                out.extend_from_slice(&packet.to_continuous_buffer());
            }
        }
        assert!(!out.is_empty());
        let [high, low] = id.to_be_bytes();
        let released = receive(&mut connection, &[0x40, 2, high, low]);
        assert_eq!(released, Some(id));
    }
}

/// The packet id that a packet of the broker released.
fn receive(connection: &mut Connection, packet: &[u8]) -> Option<u16> {
    let mut cursor = mqtt::common::Cursor::new(packet);
    let mut released = None;
    for event in connection.recv(&mut cursor) {
        if let mqtt::connection::Event::NotifyPacketIdReleased(id) = event {
            released = Some(id);
        }
    }
    released
}

/// What its event loop does with each packet, without the loop and its channels.
fn rumqttc_state() -> impl FnMut() {
    let mut state = MqttState::builder(100).build();
    let mut out = BytesMut::with_capacity(1024);
    move || {
        let publish = Publish::new("topic", QoS::AtLeastOnce, *b"payload");
        let packet = state.handle_outgoing_packet(Request::Publish(publish));
        let Ok(Some(Packet::Publish(publish))) = packet else {
            panic!("nothing to send: {packet:?}");
        };
        out.clear();
        let id = publish.pkid;
        let written = Packet::Publish(publish).write(&mut out, usize::MAX);
        written.expect("PUBLISH");
        let [high, low] = id.to_be_bytes();
        let mut came = BytesMut::from(&[0x40, 2, high, low][..]);
        let ack = Packet::read(&mut came, 1024).expect("PUBACK");
        assert_eq!(ack, Packet::PubAck(PubAck { pkid: id }));
        let answer = state.handle_incoming_packet(ack).expect("an event");
        assert!(answer.is_none());
        state.events.clear();
    }
}
