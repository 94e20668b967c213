//! A rival for `cargo xtask bench publish`: `rumqttc-pub PORT QOS N BYTES` publishes
//! N messages with the rumqttc crate and ends when the last is out, with QoS 1
//! when the last is acknowledged.

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Outgoing, Packet, QoS};
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    let [port, qos, n, bytes] = words[..] else {
        panic!("rumqttc-pub PORT QOS N BYTES");
    };
    let port = u16::try_from(port).expect("a port");
    let id = format!("rumqttc-{}", std::process::id());
    let mut options = MqttOptions::new(id, "127.0.0.1", port);
    options.set_keep_alive(Duration::from_secs(60));
    let (client, events) = AsyncClient::new(options, 100);
    let qos = if qos == 0 {
        QoS::AtMostOnce
    } else {
        QoS::AtLeastOnce
    };
    let publisher = async {
        let payload = vec![b'x'; bytes];
        for _ in 0..n {
            let sent = client.publish("bench", qos, false, payload.clone()).await;
            sent.expect("the event loop runs");
        }
        client.disconnect().await.expect("the event loop runs");
        // The event loop ends by itself; the client must outlive it.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = publisher => {}
        () = until_done(events, if qos == QoS::AtLeastOnce { n } else { 0 }) => {}
    }
}

/// Runs the connection until DISCONNECT is out and `acks` PUBACKs have come.
async fn until_done(mut events: EventLoop, acks: usize) {
    let (mut acknowledged, mut disconnected) = (0, false);
    while !disconnected || acknowledged < acks {
        match events.poll().await {
            Ok(Event::Incoming(Packet::PubAck(_))) => acknowledged += 1,
            Ok(Event::Outgoing(Outgoing::Disconnect)) => disconnected = true,
            Ok(_) => {}
            Err(e) => {
                assert!(disconnected, "{e}");
                return;
            }
        }
    }
}
