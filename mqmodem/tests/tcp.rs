//! A host on TCP.

mod support;

use mqmodem::Shared;
use mqmodem::port::{Label, tcp::Tcp};
use std::net::SocketAddr;
use support::{Modem, PATIENCE, Told, drive};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn modem() -> (SocketAddr, Modem) {
    let port = Tcp::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    (port.local_addr().unwrap(), drive(port))
}

async fn read(host: &mut TcpStream) -> Vec<u8> {
    let mut buf = [0; 100];
    let read = tokio::time::timeout(PATIENCE, host.read(&mut buf)).await;
    buf[..read.expect("an end in time").unwrap_or(0)].to_vec()
}

#[tokio::test]
async fn hosts_come_and_go() {
    let (address, mut modem) = modem().await;
    for _ in 0..3 {
        let mut host = TcpStream::connect(address).await.unwrap();
        modem.expect(Told::Came).await;
        host.write_all(b"AT\r").await.unwrap();
        modem.expect_bytes(b"AT\r").await;
        modem.say(b"\r\nOK\r\n");
        assert_eq!(read(&mut host).await, b"\r\nOK\r\n");
        drop(host);
        modem.expect(Told::Gone).await;
        assert_eq!(modem.turns_while_idle().await, 0);
    }
}

#[tokio::test]
async fn a_second_host_is_refused() {
    let (address, mut modem) = modem().await;
    let mut first = TcpStream::connect(address).await.unwrap();
    modem.expect(Told::Came).await;
    let mut second = TcpStream::connect(address).await.unwrap();
    assert_eq!(read(&mut second).await, b"");
    first.write_all(b"mine").await.unwrap();
    modem.expect_bytes(b"mine").await;
    modem.say(b"yours");
    assert_eq!(read(&mut first).await, b"yours");
}

#[tokio::test]
async fn the_next_host_may_come_before_the_last_is_seen_to_go() {
    let (address, mut modem) = modem().await;
    for _ in 0..20 {
        let mut host = TcpStream::connect(address).await.unwrap();
        host.write_all(b"AT\r").await.unwrap();
        drop(host);
    }
    // No host is refused that came after the one before it had closed, two at
    // a time at most; the others had to see a full house.
    modem.expect(Told::Came).await;
    modem.expect_bytes(b"AT\r").await;
    modem.expect(Told::Gone).await;
    modem.expect(Told::Came).await;
}

#[tokio::test]
async fn what_no_host_hears_is_dropped() {
    let (address, mut modem) = modem().await;
    modem.say(b"for no one");
    assert_eq!(modem.turns_while_idle().await, 0);
    let mut host = TcpStream::connect(address).await.unwrap();
    modem.expect(Told::Came).await;
    modem.say(b"for you");
    assert_eq!(read(&mut host).await, b"for you");
}

#[tokio::test]
async fn a_host_that_sends_no_more_gets_its_answers() {
    let port = Tcp::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = port.local_addr().unwrap();
    let shared = Shared::default();
    let modem = shared.driver(
        Box::new(port),
        Label::new("tcp"),
        mqmodem_core::Config::default(),
    );
    let modem = tokio::spawn(modem);
    // A port no one listens on: the connect fails after the end was read.
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = nobody.local_addr().unwrap().port();
    drop(nobody);
    let lines =
        format!("ATE0\rAT+MQTTCONFIG=127.0.0.1,{closed},x,1,60\rAT+MQTTCONNECT\rAT+MQTTSTATE\r");
    for _ in 0..2 {
        let mut host = TcpStream::connect(address).await.unwrap();
        host.write_all(lines.as_bytes()).await.unwrap();
        host.shutdown().await.unwrap();
        let mut said = Vec::new();
        let read = tokio::time::timeout(PATIENCE, host.read_to_end(&mut said)).await;
        read.expect("an end in time").unwrap();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("+MQTTCONNECT:21"), "{said}");
        assert!(said.ends_with("+MQTTSTATE:0\r\n\r\nOK\r\n"), "{said}");
    }
    shared.stop();
    modem.await.unwrap();
}
