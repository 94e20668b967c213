//! The rumqttc crate under the loads of `cargo xtask bench`:
//! `rumqttc-load MODE PORT QOS N BYTES [CA]`, with TLS where there is a root.
//!
//! * `publish`: N messages as fast as it can; ends when the last is out, with QoS 1
//!   when the last is acknowledged, with as many in flight as it likes
//! * `websocket`: the same over WebSocket
//! * `window`, `narrow`: the same with 20, or 10, in flight
//! * `trips`: one after the other; says how many nanoseconds each took
//! * `receive`: subscribes, takes N messages and ends
//! * `connects`: N connections, one after the other; says what each took
//! * `fleet`: N clients at once, BYTES of them begun in a second, that connect
//!   again when they have to; says how many are connected, ten times a second

use rumqttc::{
    AsyncClient, Broker, Event, EventLoop, MqttOptions, Outgoing, Packet, PublishOptions, QoS,
    TlsConfiguration, Transport,
};
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const TOPIC: &str = "bench";

/// What to do.
struct Load {
    options: MqttOptions,
    port: u16,
    qos: QoS,
    n: usize,
    bytes: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [mode, port, qos, n, bytes, ca @ ..] = &words[..] else {
        panic!(
            "rumqttc-load publish|websocket|window|narrow|trips|receive|connects|fleet PORT QOS N BYTES [CA]"
        );
    };
    let number = |word: &String| word.parse::<usize>().expect("a number");
    let id = format!("rumqttc-{}", std::process::id());
    let port = u16::try_from(number(port)).expect("a port");
    let broker = match mode.as_str() {
        "websocket" => Broker::websocket(format!("ws://127.0.0.1:{port}/mqtt")).expect("a URL"),
        _ => ("127.0.0.1", port).into(),
    };
    let mut options = MqttOptions::new(id, broker);
    options.set_keep_alive(60);
    if let [ca] = ca {
        options.set_transport(tls(ca));
    }
    match mode.as_str() {
        "window" => _ = options.set_inflight(20),
        "narrow" => _ = options.set_inflight(10),
        _ => {}
    }
    let load = Load {
        options,
        port,
        qos: [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce][number(qos)],
        n: number(n),
        bytes: number(bytes),
    };
    match mode.as_str() {
        "trips" => trips(load).await,
        "receive" => receive(load).await,
        "connects" => connects(load).await,
        "fleet" => fleet(load).await,
        _ => publish(load).await,
    }
}

fn tls(ca: &str) -> Transport {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_file(ca).expect("a root certificate");
    roots.add(root).expect("a root certificate");
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Transport::tls_with_config(TlsConfiguration::Rustls(Arc::new(config)))
}

async fn publish(load: Load) {
    let (client, events) = AsyncClient::builder(load.options).capacity(100).build();
    let publisher = async {
        let payload = vec![b'x'; load.bytes];
        for _ in 0..load.n {
            let sent = client.publish(TOPIC, payload.clone(), PublishOptions::new(load.qos));
            sent.await.expect("the event loop runs");
        }
        client.disconnect().await.expect("the event loop runs");
        // The event loop ends by itself; the client must outlive it.
        std::future::pending::<()>().await;
    };
    let acks = if load.qos == QoS::AtMostOnce {
        0
    } else {
        load.n
    };
    tokio::select! {
        () = publisher => {}
        () = until_done(events, acks) => {}
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

async fn trips(load: Load) {
    let (client, mut events) = AsyncClient::builder(load.options).capacity(10).build();
    until(&mut events, |packet| matches!(packet, Packet::ConnAck(_))).await;
    let payload = vec![b'x'; load.bytes];
    let mut times = Vec::with_capacity(load.n);
    for _ in 0..load.n {
        let begin = Instant::now();
        let sent = client.publish(TOPIC, payload.clone(), PublishOptions::new(load.qos));
        sent.await.expect("the event loop runs");
        let is_last = |packet: &Packet| matches!(packet, Packet::PubAck(_) | Packet::PubComp(_));
        until(&mut events, is_last).await;
        times.push(begin.elapsed());
    }
    say(&times);
}

async fn receive(load: Load) {
    let (client, mut events) = AsyncClient::builder(load.options).capacity(10).build();
    let subscribed = client.subscribe(TOPIC, load.qos);
    subscribed.await.expect("the event loop runs");
    until(&mut events, |packet| matches!(packet, Packet::SubAck(_))).await;
    for _ in 0..load.n {
        until(&mut events, |packet| matches!(packet, Packet::Publish(_))).await;
    }
}

async fn connects(load: Load) {
    let mut times = Vec::with_capacity(load.n);
    for _ in 0..load.n {
        let begin = Instant::now();
        let (client, mut events) = AsyncClient::builder(load.options.clone())
            .capacity(10)
            .build();
        until(&mut events, |packet| matches!(packet, Packet::ConnAck(_))).await;
        times.push(begin.elapsed());
        client.disconnect().await.expect("the event loop runs");
        while events.poll().await.is_ok() {}
    }
    say(&times);
}

async fn fleet(load: Load) {
    let connected = Arc::new(AtomicUsize::new(0));
    let count = connected.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let count = count.load(Ordering::Relaxed);
            writeln!(std::io::stdout(), "{count}").expect("standard output");
        }
    });
    let pause = Duration::from_secs(1) / u32::try_from(load.bytes).expect("a rate");
    let mut next = tokio::time::interval(pause);
    for n in 0..load.n {
        next.tick().await;
        let mut options = MqttOptions::new(format!("rumqttc-{n}"), ("127.0.0.1", load.port));
        options.set_keep_alive(1200);
        tokio::spawn(member(options, connected.clone()));
    }
    std::future::pending::<()>().await;
}

/// One of many: idle, and connected whenever it can be.
async fn member(options: MqttOptions, connected: Arc<AtomicUsize>) {
    let (_client, mut events) = AsyncClient::builder(options).capacity(10).build();
    let mut is_connected = false;
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                is_connected = true;
                connected.fetch_add(1, Ordering::Relaxed);
            }
            Ok(_) => {}
            Err(_) => {
                if std::mem::take(&mut is_connected) {
                    connected.fetch_sub(1, Ordering::Relaxed);
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn until(events: &mut EventLoop, wanted: impl Fn(&Packet) -> bool) {
    loop {
        match events.poll().await.expect("the connection stands") {
            Event::Incoming(packet) if wanted(&packet) => return,
            _ => {}
        }
    }
}

fn say(times: &[Duration]) {
    let mut out = BufWriter::new(std::io::stdout());
    let mut said = times
        .iter()
        .map(|time| writeln!(out, "{}", time.as_nanos()));
    said.try_for_each(|said| said).expect("standard output");
}
