//! A broker that costs next to nothing: `acks PORT` acknowledges what it gets and
//! passes it on to every subscriber of whatever topic, all that came at once in
//! one write. Mosquitto takes six system calls a message and hides what the
//! clients cost.

use mqmodem_core::Buf;
use mqmodem_core::mqtt::packet::{Ack, AckKind, Connack, Packet, Publish, Subscribe, Unsuback};
use mqmodem_core::mqtt::{Frame, PacketId, Qos, frame};
use std::io::{Read, Result, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

const ROOM: usize = 1 << 20;

fn main() -> Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let port: u16 = port.expect("acks PORT");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let subscribers = Arc::new(Mutex::new(Vec::new()));
    for (who, stream) in listener.incoming().enumerate() {
        let (stream, subscribers) = (stream?, subscribers.clone());
        std::thread::spawn(move || {
            let served = serve(who, stream, &subscribers);
            lock(&subscribers).retain(|to| to.who != who);
            served
        });
    }
    Ok(())
}

/// Whom messages are passed on to.
struct Subscriber {
    who: usize,
    stream: TcpStream,
    qos: Qos,
    next: PacketId,
    out: Buf<'static>,
}

impl Subscriber {
    fn pass_on(&mut self, publish: &Publish<'_>) {
        let qos = self.qos.min(publish.qos);
        let id = (qos != Qos::AtMostOnce).then_some(self.next);
        let packet = Packet::Publish(Publish {
            qos,
            id,
            ..*publish
        });
        packet
            .encode(&mut self.out)
            .expect("room for what came at once");
        let first = PacketId::new(1).expect("not 0");
        self.next = PacketId::new(self.next.get().wrapping_add(1)).unwrap_or(first);
    }

    /// Whether it is still there.
    fn flush(&mut self) -> bool {
        let written = self.stream.write_all(self.out.as_slice());
        self.out.clear();
        written.is_ok()
    }
}

type Subscribers = Mutex<Vec<Subscriber>>;

fn lock(subscribers: &Subscribers) -> MutexGuard<'_, Vec<Subscriber>> {
    subscribers.lock().expect("no thread panics")
}

/// Ends with the connection.
fn serve(who: usize, mut stream: TcpStream, subscribers: &Subscribers) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; ROOM / 4];
    let mut answers = Buf::heap(ROOM);
    let mut held = 0;
    loop {
        let read = stream.read(&mut buffer[held..])?;
        if read == 0 {
            return Ok(());
        }
        held += read;
        let mut at = 0;
        let mut to = lock(subscribers);
        while let Frame::Whole { len } = frame(&buffer[at..held]) {
            let packet = Packet::decode(&buffer[at..at + len]).expect("MQTT 3.1.1");
            at += len;
            answer(&packet, &mut answers);
            match &packet {
                Packet::Publish(publish) => to.iter_mut().for_each(|to| to.pass_on(publish)),
                Packet::Subscribe(subscribe) => {
                    to.push(subscriber(who, stream.try_clone()?, subscribe));
                    writeln!(std::io::stdout(), "{who} subscribes")?;
                }
                Packet::Unsubscribe(_) => to.retain(|to| to.who != who),
                _ => {}
            }
        }
        to.retain_mut(Subscriber::flush);
        drop(to);
        buffer.copy_within(at..held, 0);
        held -= at;
        stream.write_all(answers.as_slice())?;
        answers.clear();
    }
}

fn subscriber(who: usize, stream: TcpStream, subscribe: &Subscribe<'_>) -> Subscriber {
    Subscriber {
        who,
        stream,
        qos: wanted(subscribe),
        next: PacketId::new(1).expect("not 0"),
        out: Buf::heap(ROOM),
    }
}

/// The quality a subscriber asks for.
fn wanted(subscribe: &Subscribe<'_>) -> Qos {
    let qos = subscribe
        .requests
        .iter()
        .next()
        .map(|(_, options)| options.qos);
    qos.unwrap_or(Qos::AtMostOnce)
}

fn answer(packet: &Packet<'_>, out: &mut Buf<'_>) {
    let ack = |kind, id| Some(Packet::Ack(Ack::new(kind, id)));
    let answer = match packet {
        Packet::Connect(_) => Some(Packet::Connack(Connack::new(false, 0))),
        Packet::Publish(Publish {
            qos, id: Some(id), ..
        }) => match qos {
            Qos::ExactlyOnce => ack(AckKind::Pubrec, *id),
            _ => ack(AckKind::Puback, *id),
        },
        Packet::Ack(Ack { kind, id, .. }) => match kind {
            AckKind::Pubrel => ack(AckKind::Pubcomp, *id),
            AckKind::Pubrec => ack(AckKind::Pubrel, *id),
            _ => None,
        },
        Packet::Unsubscribe(unsubscribe) => {
            Some(Packet::Unsuback(Unsuback::new(unsubscribe.id, &[])))
        }
        Packet::Pingreq => Some(Packet::Pingresp),
        _ => None,
    };
    if let Packet::Subscribe(subscribe) = packet {
        let [high, low] = subscribe.id.get().to_be_bytes();
        let granted = wanted(subscribe).level();
        out.extend(&[0x90, 3, high, low, granted]).expect("room");
    }
    if let Some(answer) = answer {
        answer.encode(out).expect("room for an answer");
    }
}
