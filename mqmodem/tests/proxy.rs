//! The way through an HTTP proxy: what it may do, and each transport through it.

mod pki;
mod rig;
mod support;

use pki::{Authority, Leaf};
use rig::{Broker, Modem, TlsFiles};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use support::Scratch;

/// User `me` and password `p@w`.
const CREDENTIALS: &str = "Proxy-Authorization: Basic bWU6cEB3";

/// A proxy: its port, and the requests it got.
fn proxy() -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (requests, asked) = mpsc::channel();
    thread::spawn(move || {
        for tcp in listener.incoming() {
            let requests = requests.clone();
            thread::spawn(move || pass(tcp.unwrap(), &requests));
        }
    });
    (port, asked)
}

fn pass(mut host: TcpStream, requests: &mpsc::Sender<String>) {
    let request = request(&mut host);
    let _ = requests.send(request.clone());
    if !request.contains(CREDENTIALS) {
        let refusal = "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n";
        return host.write_all(refusal.as_bytes()).unwrap();
    }
    let place = request.split(' ').nth(1).unwrap();
    let Ok(mut broker) = TcpStream::connect(place) else {
        return host.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").unwrap();
    };
    host.write_all(b"HTTP/1.1 200 OK\r\nVia: test\r\n\r\n")
        .unwrap();
    let (mut from_host, mut to_broker) = (host.try_clone().unwrap(), broker.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_host, &mut to_broker);
        let _ = to_broker.shutdown(std::net::Shutdown::Write);
    });
    let _ = std::io::copy(&mut broker, &mut host);
    let _ = host.shutdown(std::net::Shutdown::Write);
}

fn request(host: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if host.read(&mut byte).unwrap() == 0 {
            break;
        }
        request.extend(byte);
    }
    String::from_utf8(request).unwrap()
}

/// A modem that goes through the proxy at this port.
fn modem(user: &str, port: u16) -> Modem {
    Modem::with(&["--proxy", &format!("http://{user}127.0.0.1:{port}")])
}

/// One that accepts a connection, says this and waits for the other end.
fn saying(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut tcp, _) = listener.accept().unwrap();
        request(&mut tcp);
        let _ = tcp.write_all(answer);
        let _ = tcp.read_to_end(&mut Vec::new());
    });
    port
}

#[test]
fn every_transport_goes_through_it() {
    let (port, requests) = proxy();
    let authority = Authority::new();
    let (chain, key) = authority.sign(&Leaf::good());
    let files = TlsFiles {
        chain: &chain,
        key: &key,
        clients: None,
        version: None,
    };
    for (scheme, broker) in [
        ("mqtt", Broker::plain()),
        ("mqtts", Broker::tls(&files)),
        (
            "ws",
            Broker::with(&["allow_anonymous true", "protocol websockets"]),
        ),
        ("wss", Broker::tls_with(&files, "protocol websockets\n")),
    ] {
        let mut modem = modem("me:p%40w@", port);
        modem.load(0, &authority.pem);
        modem.connect(&format!("{scheme}://localhost"), broker.port, "me");
        modem.ok("AT+MQTTSUB=\"t\",1");
        modem.ok("AT+MQTTDISCONNECT");
        let place = format!("localhost:{}", broker.port);
        let request = requests.recv().unwrap();
        assert_eq!(
            request,
            format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{CREDENTIALS}\r\n\r\n")
        );
    }
}

#[test]
fn what_it_refuses_is_told_with_its_status() {
    let (port, _requests) = proxy();
    for (user, status) in [("", 407), ("me:wrong@", 407), ("me:p%40w@", 502)] {
        let mut modem = modem(user, port);
        modem.refused("127.0.0.1", rig::free_port(), 37);
        let error = format!("+MQTTERR:tcp,37,\"proxy: {status}\"");
        modem.ask("AT+MQTTERR?", &[&error, "OK"]);
    }
    // It is asked for names, and reached like a broker.
    let mut unreachable = modem("", rig::free_port());
    unreachable.refused("nobody.invalid", 1883, 21);
}

#[test]
fn an_answer_without_end_or_sense_is_given_up() {
    const ENDLESS: &[u8] = &[b'a'; 9000];
    for (answer, code, words) in [
        (&b"HTTP/1.1 200 OK\r\n"[..], 23, "proxy: timed out"),
        (b"", 23, "proxy: timed out"),
        (b"220 mail.example ready\r\n\r\n", 37, "proxy refused"),
        (ENDLESS, 37, "proxy refused"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", 37, "proxy: 100"),
    ] {
        let mut modem = modem("", saying(answer));
        modem.ok("AT+MQTTOPT=\"connecttimeout\",1");
        modem.refused("broker.example", 1883, code);
        let error = format!("+MQTTERR:tcp,{code},\"{words}\"");
        modem.ask("AT+MQTTERR?", &[&error, "OK"]);
    }
}

/// What the program says, both ways, where the directory has this file.
fn run(directory: &Scratch, arguments: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    let program = program.args(arguments).current_dir(directory.path());
    let output = program.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8(said).unwrap()
}

#[test]
fn the_doctor_goes_through_it_and_shows_no_password() {
    let (port, _requests) = proxy();
    let broker = Broker::plain();
    let directory = Scratch::new();
    let text = format!(
        "proxy = {{ url = \"http://me@127.0.0.1:{port}\", password_file = \"secret\" }}\n\
         [broker]\nurl = \"mqtt://localhost:{}\"\n\
         [[modem]]\nname = \"m\"\nport = {{ tcp = \"0\" }}\n",
        broker.port
    );
    std::fs::write(directory.join("mqmodem.toml"), &text).unwrap();
    let missing = run(&directory, &["doctor"]);
    assert!(missing.contains("FAIL  proxy: ") && missing.contains("secret"));
    std::fs::write(directory.join("secret"), "p@w\n").unwrap();
    let said = run(&directory, &["doctor"]);
    let place = format!("http://me:***@127.0.0.1:{port} connects to localhost:");
    for line in [
        "ok    proxy's name: 127.0.0.1 is an address",
        &format!("ok    proxy: {place}"),
        "ok    broker, MQTT: it accepts",
        "everyone can read ./secret",
    ] {
        assert!(said.contains(line) && !said.contains("p@w"), "{said}");
    }
    std::fs::write(directory.join("secret"), "wrong").unwrap();
    let said = run(&directory, &["doctor"]);
    let advice = "FAIL  proxy: 407; check the user and the password in proxy";
    assert!(said.contains(advice), "{said}");
    let text = text.replace(&format!(":{port}"), &format!(":{}", rig::free_port()));
    std::fs::write(directory.join("mqmodem.toml"), text).unwrap();
    let said = run(&directory, &["doctor"]);
    assert!(
        said.contains("check the host and the port of proxy"),
        "{said}"
    );
}

#[test]
fn a_wrong_proxy_is_told_without_its_password() {
    let directory = Scratch::new();
    for (proxy, hint) in [
        ("\"http://u:hunter2@a\"", "names its port"),
        (
            "\"https://u:hunter2@a:1\"",
            "the url of a proxy is http://HOST:PORT",
        ),
        (
            "{ url = \"http://u:hunter2@a:1\", password_file = \"f\" }",
            "give one of them",
        ),
        (
            "{ url = \"http://a:1\", password_file = \"f\" }",
            "needs a user name",
        ),
        ("{ password_file = \"f\" }", "proxy needs a url"),
        ("7", "write proxy = \"http://HOST:PORT\""),
    ] {
        let text = format!("proxy = {proxy}\n[[modem]]\nport = {{ tcp = \"0\" }}\n");
        std::fs::write(directory.join("mqmodem.toml"), text).unwrap();
        let said = run(&directory, &["serve"]);
        let told = said.contains("mqmodem.toml:1: ") && said.contains(hint);
        assert!(told && !said.contains("hunter2"), "{said}");
    }
    for verb in ["serve", "fleet"] {
        let flags = [verb, "--tcp", "0", "--proxy", "http://u:hunter2@a"];
        let said = run(&Scratch::new(), &flags);
        assert!(
            said.contains("--proxy: the url of a proxy names its port"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
}
