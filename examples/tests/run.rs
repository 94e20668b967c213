//! The examples run, with a broker that takes whatever comes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

/// Answers a client with what MQTT wants for `CONNECT`, `SUBSCRIBE` and a
/// `PUBLISH` of QoS 1, which it sends back.
fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    loop {
        let mut header = [0; 2];
        stream.read_exact(&mut header)?;
        let mut body = vec![0; usize::from(header[1])];
        stream.read_exact(&mut body)?;
        match header[0] >> 4 {
            1 => stream.write_all(&[0x20, 2, 0, 0])?,
            8 => stream.write_all(&[0x90, 3, body[0], body[1], 1])?,
            3 => {
                let topic = usize::from(body[1]) + 2;
                // At once, so that the message is there when the command ends.
                let puback = [0x40, 2, body[topic], body[topic + 1]];
                stream.write_all(&[&header[..], &body, &puback].concat())?;
            }
            _ => {}
        }
    }
}

/// The port of a broker that serves one client.
fn broker() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || listener.accept().map(|(stream, _)| serve(stream)));
    port
}

/// What the program prints with this on its standard input.
fn output(program: &str, words: &[&str], input: &str) -> String {
    let mut command = Command::new(program);
    command
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("the example");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("its end");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn embed_publishes() {
    let lines = [
        "ATE0;+MQTTCONFIG=\"127.0.0.1\",PORT,\"me\",1,60\n",
        "AT+MQTTCONNECT\n",
        "AT+MQTTPUB=\"greeting\",1,0,\"hello\"\n",
    ];
    let input = lines.concat().replace("PORT", &broker().to_string());
    let printed = output(env!("CARGO_BIN_EXE_embed"), &[], &input);
    let expected = "\r\nOK\r\n\r\n+MQTTCONNECT:0\r\n\r\nOK\r\n\r\nOK\r\n";
    assert!(printed.contains(expected), "{printed}");
}

#[test]
fn library_sends_itself_a_message() {
    let port = broker().to_string();
    let printed = output(env!("CARGO_BIN_EXE_library"), &["127.0.0.1", &port], "");
    let expected = "+MQTTSTATE:0\n+MQTTCONNECT:0\n+MQTTRECV:\"inside\",1,0,5,hello\n";
    assert_eq!(printed, expected);
}

#[test]
fn dialect_words_its_own_events() {
    let lines = [
        "ATE0#BROKER=\"127.0.0.1\",PORT\r",
        "AT#LINK\r",
        "AT#FOLLOW=\"news\"\r",
        "AT#POST=\"news\",\"hello\"\r",
        "AT#POST=\r",
    ];
    let input = lines.concat().replace("PORT", &broker().to_string());
    let printed = output(env!("CARGO_BIN_EXE_dialect"), &[], &input);
    assert!(printed.contains("\r\n#NEWS:news,hello\r\n"), "{printed}");
    assert!(printed.contains("\r\nERROR\r\n"), "{printed}");
}
