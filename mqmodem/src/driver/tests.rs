//! Whoever sends without end leaves the others their turn; time and time-outs.

use super::faults::FaultDesk;
use super::{Driver, ModemSetup, Parts, Shared, Stop};
use crate::port::{Label, Port, PortInput};
use crate::runtime::clock::SystemClock;
use crate::store::Forgetful;
use mqmodem_core::mqtt::packet::{Ack, AckKind, Frame, Packet, frame};
use mqmodem_core::{Buf, Config, Memory, Modem};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const LINE: &[u8] = b"AT+MQTTPUB=\"t\",1,0,\"m\"\r";
/// A host is asked for no more, were nobody else to have a turn.
const ENOUGH: usize = 8_000_000;

/// A host that always has something to send, and reads everything.
#[derive(Debug)]
struct Endless {
    /// What it is about to say, before it says the same line for ever.
    said: VecDeque<u8>,
    bytes: Arc<AtomicUsize>,
}

impl Port for Endless {
    fn poll_read(&mut self, _: &mut Context<'_>, buf: &mut [u8]) -> Poll<PortInput> {
        let before = self.bytes.fetch_add(buf.len(), Relaxed);
        assert!(before < ENOUGH, "nobody else had a turn");
        for to in buf.iter_mut() {
            *to = self.said.pop_front().unwrap_or_else(|| {
                self.said.extend(&LINE[1..]);
                LINE[0]
            });
        }
        Poll::Ready(PortInput::Bytes(buf.len()))
    }

    fn poll_write(&mut self, _: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        Poll::Ready(bytes.len())
    }
}

fn endless(shared: &Shared, first: &str) -> (Driver, Arc<AtomicUsize>) {
    let bytes = Arc::<AtomicUsize>::default();
    let port = Endless {
        said: first.bytes().collect(),
        bytes: bytes.clone(),
    };
    let memory = Memory {
        in_flight: Buf::heap(2048),
        ..Memory::heap()
    };
    let setup = ModemSetup::new(Box::new(port), Label::new("endless"));
    let driver = shared.set_up(ModemSetup { memory, ..setup });
    (driver, bytes)
}

/// Acknowledges each message, until there were so many.
async fn acknowledge(listener: TcpListener, most: usize) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let (mut came, mut count) = (Vec::new(), 0);
    while count < most {
        stream.read_buf(&mut came).await.unwrap();
        let mut answers = Buf::heap(10_000);
        while let Frame::Whole { len } = frame(&came) {
            let packet: Vec<u8> = came.drain(..len).collect();
            match Packet::decode(&packet).unwrap() {
                Packet::Connect(_) => answers.extend(&[0x20, 2, 0, 0]).unwrap(),
                Packet::Publish(publish) => {
                    let id = publish.id.unwrap();
                    let kind = AckKind::Puback;
                    Packet::Ack(Ack::new(kind, id))
                        .encode(&mut answers)
                        .unwrap();
                    count += 1;
                }
                other => panic!("{other}"),
            }
        }
        stream.write_all(answers.as_slice()).await.unwrap();
    }
}

#[tokio::test]
async fn a_host_that_never_waits_leaves_the_broker_its_turn() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let first = format!(
        "ATE0\rAT+MQTTOPT=pubmode,1\rAT+MQTTCONFIG=127.0.0.1,{port},me,0,60\rAT+MQTTCONNECT\r"
    );
    let shared = Shared::default();
    let (driver, bytes) = endless(&shared, &first);
    let driver = tokio::spawn(driver);
    acknowledge(listener, 500).await;
    driver.abort();
    let lines = bytes.load(Relaxed) / LINE.len();
    assert!(lines < 500 * 200, "{lines} lines for 500 messages");
}

#[tokio::test]
async fn a_host_that_never_waits_does_not_keep_a_modem_from_being_stopped() {
    let shared = Shared::default();
    let (driver, bytes) = endless(&shared, "ATE0\r");
    let driver = tokio::spawn(driver);
    while bytes.load(Relaxed) < 80 * 1024 {
        tokio::task::yield_now().await;
    }
    shared.stop();
    driver.await.expect("it is stopped");
}

/// A host that sends so many bytes, one by one, and is gone then.
#[derive(Debug)]
struct Leaving(usize);

impl Port for Leaving {
    fn poll_read(&mut self, _: &mut Context<'_>, _: &mut [u8]) -> Poll<PortInput> {
        let left = self.0.checked_sub(1);
        match left {
            // It says so once.
            None => Poll::Pending,
            Some(left) => {
                self.0 = left;
                Poll::Ready(if left == 0 {
                    PortInput::End
                } else {
                    PortInput::Bytes(1)
                })
            }
        }
    }

    fn poll_write(&mut self, _: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        Poll::Ready(bytes.len())
    }
}

/// Virtual time passes once nothing else moves.
#[tokio::test(start_paused = true)]
async fn a_modem_without_power_hears_its_host_leave_whenever_that_is() {
    for count in [1, 64, 65, 66, 1000] {
        let line = mqmodem_faults::read("power cut").unwrap();
        let desk = Arc::new(FaultDesk::new(0, vec![line]));
        let shared = Shared::default().with_faults(Some(desk));
        let driver = shared.driver(
            Box::new(Leaving(count)),
            Label::new("dark"),
            Config::default(),
        );
        let ended = tokio::time::timeout(Duration::from_mins(1), driver).await;
        assert!(ended.is_ok(), "after {count}");
    }
}

/// A host that says a line when the one before is answered.
#[derive(Debug)]
struct Waiting {
    lines: VecDeque<String>,
    answered: bool,
    heard: Arc<Mutex<String>>,
}

impl Port for Waiting {
    fn poll_read(&mut self, _: &mut Context<'_>, buf: &mut [u8]) -> Poll<PortInput> {
        if !std::mem::take(&mut self.answered) {
            return Poll::Pending;
        }
        let Some(line) = self.lines.pop_front() else {
            return Poll::Ready(PortInput::End);
        };
        WALL.fetch_add(line.matches("CCLK").count() as u64 * 86_400, Relaxed);
        buf[..line.len()].copy_from_slice(line.as_bytes());
        Poll::Ready(PortInput::Bytes(line.len()))
    }

    fn poll_write(&mut self, _: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        let said = String::from_utf8_lossy(bytes);
        self.answered |= ["OK\r\n", "ERROR\r\n"]
            .iter()
            .any(|end| said.ends_with(end));
        *self.heard.lock().unwrap() += &said;
        Poll::Ready(bytes.len())
    }
}

/// What the machine's clock says. Somebody sets it on by a day at each `+CCLK`.
static WALL: AtomicU64 = AtomicU64::new(1_763_907_780);

fn wall() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(WALL.load(Relaxed))
}

/// The answers to these lines, each sent after the one before.
async fn talk(lines: &str) -> String {
    let heard = Arc::<Mutex<String>>::default();
    let port = Waiting {
        lines: lines.lines().map(|line| format!("{line}\r")).collect(),
        answered: true,
        heard: heard.clone(),
    };
    let clock = SystemClock::new().with_wall(wall);
    let mut modem = Modem::new(Config::default(), Memory::heap(), clock.now());
    modem.set_clock(clock.now(), clock.wall());
    let parts = Parts {
        modem,
        clock,
        port: Box::new(port),
        label: Label::new("waiting"),
        store: Box::new(Forgetful::default()),
        defaults: Vec::new(),
        tls: Arc::default(),
        pace: None,
        proxy: None,
        observers: Vec::new(),
        stop: Stop::when(std::future::pending()),
    };
    Driver::new(parts).await;
    heard.lock().unwrap().clone()
}

#[tokio::test]
async fn the_clock_follows_the_machines() {
    let heard = talk("ATE0\nAT+CCLK?\nAT+CCLK?").await;
    let days: Vec<&str> = heard.matches("+CCLK: \"25/11/2").collect();
    assert_eq!(days.len(), 2, "{heard}");
    assert!(
        heard.contains("25/11/24") && heard.contains("25/11/25"),
        "{heard}"
    );
}

/// Virtual time passes once nothing else moves.
#[tokio::test(start_paused = true)]
async fn a_time_out_names_what_did_not_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for (tls, said) in [
        (0, "+MQTTERR:mqtt,23,\"no CONNACK\""),
        (1, "+MQTTERR:tls,23,\"TLS: timed out\""),
    ] {
        let lines = format!(
            "AT+MQTTTLS={tls};+MQTTOPT=verify,0\nAT+MQTTCONFIG=127.0.0.1,{port},me,1,60\n\
             AT+MQTTCONNECT\nAT+MQTTERR?"
        );
        let heard = talk(&lines).await;
        assert!(heard.contains(said), "{heard}");
    }
}
