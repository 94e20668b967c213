//! A host on TCP with control lines.

mod support;

use mqmodem::port::rfc2217::Rfc2217;
use mqmodem_core::ModemLines;
use rfc2217::{Client, Event, ModemState, PortSettings, Purge};
use std::net::SocketAddr;
use support::{Modem, PATIENCE, Told, drive};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn modem() -> (SocketAddr, Modem) {
    let bound = Rfc2217::bind("127.0.0.1:0".parse().unwrap()).await;
    let port = bound.unwrap();
    (port.local_addr().unwrap(), drive(port))
}

/// A host that speaks RFC 2217.
struct Host {
    stream: TcpStream,
    telnet: Client,
    heard: Vec<u8>,
}

impl Host {
    /// Connects and sets up the port.
    async fn connect(address: SocketAddr) -> Self {
        let mut host = Self {
            stream: TcpStream::connect(address).await.unwrap(),
            telnet: Client::new(PortSettings {
                baud_rate: 9600,
                ..PortSettings::default()
            }),
            heard: Vec::new(),
        };
        host.until(|host| host.telnet.is_ready()).await;
        host
    }

    async fn send(&mut self) {
        let out = self.telnet.take_output();
        self.stream.write_all(&out).await.unwrap();
    }

    async fn say(&mut self, bytes: &[u8]) {
        self.telnet.write_data(bytes);
        self.send().await;
    }

    async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        self.send().await;
        while !done(self) {
            let mut buf = [0; 4096];
            let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut buf)).await;
            let n = read.expect("an answer in time").unwrap();
            assert_ne!(n, 0, "the modem hung up");
            self.heard.extend(self.telnet.receive(&buf[..n]));
            self.send().await;
        }
    }

    /// Waits for the answer to what was asked.
    async fn event(&mut self, want: Event) {
        self.send().await;
        loop {
            while let Some(event) = self.telnet.poll_event() {
                if event == want {
                    return;
                }
            }
            let mut buf = [0; 4096];
            let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut buf)).await;
            let n = read.expect("an answer in time").unwrap();
            assert_ne!(n, 0, "the modem hung up before {want:?}");
            self.heard.extend(self.telnet.receive(&buf[..n]));
        }
    }
}

#[tokio::test]
async fn hosts_come_and_go() {
    let (address, mut modem) = modem().await;
    for _ in 0..3 {
        let mut host = Host::connect(address).await;
        modem.expect(Told::Came).await;
        host.say(b"AT\r").await;
        modem.expect_bytes(b"AT\r").await;
        modem.say(b"\r\nOK\r\n");
        host.until(|host| host.heard == b"\r\nOK\r\n").await;
        drop(host);
        modem.expect(Told::Gone).await;
        assert_eq!(modem.turns_while_idle().await, 0);
    }
}

#[tokio::test]
async fn every_byte_passes_in_both_directions() {
    let (address, mut modem) = modem().await;
    let mut host = Host::connect(address).await;
    modem.expect(Told::Came).await;
    // More than any buffer here holds, and 255 at its ends.
    let all: Vec<u8> = (0..=255).rev().cycle().take(256 * 40 + 1).collect();
    host.say(&all).await;
    modem.expect_bytes(&all).await;
    modem.say(&all);
    host.until(|host| host.heard.len() >= all.len()).await;
    assert!(host.heard == all);
}

#[tokio::test]
async fn a_host_that_negotiates_nothing_is_heard() {
    let (address, mut modem) = modem().await;
    let mut host = TcpStream::connect(address).await.unwrap();
    modem.expect(Told::Came).await;
    host.write_all(b"AT\r").await.unwrap();
    modem.expect_bytes(b"AT\r").await;
}

#[tokio::test]
async fn lines_and_breaks_arrive_behind_the_bytes_before_them() {
    let (address, mut modem) = modem().await;
    let mut host = Host::connect(address).await;
    modem.expect(Told::Came).await;
    host.telnet.write_data(b"one");
    host.telnet.set_dtr(false);
    host.telnet.set_dtr(true);
    host.telnet.write_data(b"two");
    host.telnet.set_break(true);
    host.telnet.set_break(false);
    host.telnet.write_data(b"three");
    host.send().await;
    modem.expect_bytes(b"one").await;
    modem.expect(Told::Gone).await;
    modem.expect(Told::Came).await;
    modem.expect_bytes(b"two").await;
    modem.expect(Told::Break).await;
    modem.expect_bytes(b"three").await;
}

#[tokio::test]
async fn requests_are_answered_while_the_modem_is_busy() {
    let (address, mut modem) = modem().await;
    let mut host = Host::connect(address).await;
    modem.expect(Told::Came).await;
    modem.listen(false);
    host.say(b"for later").await;
    host.telnet.set_port_settings(PortSettings {
        baud_rate: 57_600,
        ..PortSettings::default()
    });
    host.until(|host| host.telnet.is_ready()).await;
    host.telnet.purge(Purge::Both);
    host.event(Event::Purged(Purge::Both)).await;
    host.telnet.set_dtr(false);
    host.event(Event::Dtr(false)).await;
    modem.listen(true);
    modem.expect_bytes(b"for later").await;
    modem.expect(Told::Gone).await;
}

#[tokio::test]
async fn the_host_is_told_the_modems_lines() {
    let (address, mut modem) = modem().await;
    let shows = |want: ModemState| {
        move |host: &Host| {
            let levels = ModemState::CD | ModemState::RI | ModemState::DSR | ModemState::CTS;
            host.telnet.modem_state().map(|state| state & levels) == Some(want)
        }
    };
    let mut host = Host::connect(address).await;
    modem.expect(Told::Came).await;
    let idle = ModemState::DSR | ModemState::CTS;
    host.until(shows(idle)).await;
    modem.lines(ModemLines {
        dcd: true,
        dsr: true,
    });
    host.until(shows(idle | ModemState::CD)).await;
    modem.lines(ModemLines {
        dcd: false,
        dsr: false,
    });
    host.until(shows(ModemState::CTS)).await;
    drop(host);
    modem.expect(Told::Gone).await;
    // The next one finds them as they are.
    let mut host = Host::connect(address).await;
    host.until(shows(ModemState::CTS)).await;
}

#[tokio::test]
async fn what_one_host_did_not_read_is_not_for_the_next() {
    let (address, mut modem) = modem().await;
    let first = Host::connect(address).await;
    modem.expect(Told::Came).await;
    modem.listen(false);
    drop(first);
    let mut second = Host::connect_later(address).await;
    modem.say(b"for the first");
    modem.turns_while_idle().await;
    modem.listen(true);
    modem.expect(Told::Gone).await;
    modem.expect(Told::Came).await;
    modem.say(b"for the second");
    second.until(|host| !host.heard.is_empty()).await;
    assert_eq!(second.heard, b"for the second");
}

impl Host {
    /// Connects where the modem still has another host.
    async fn connect_later(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            telnet: Client::new(PortSettings::default()),
            heard: Vec::new(),
        }
    }
}
