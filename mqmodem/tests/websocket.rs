//! MQTT over WebSocket: what a server may do and what it may not.

mod rig;
mod support;

use mqmodem::transport::{NetLink, TlsConfigs};
use mqmodem_core::{Endpoint, Headers, Instant, NetError, WebSocketTarget};
use rig::{Modem, PATIENCE};
use std::future::{Future, poll_fn};
use std::io::{Read, Write};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Waits for what comes where nothing hangs.
async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("no end")
}

async fn open(port: u16, query: Option<&str>) -> Result<NetLink, NetError> {
    let to = Endpoint {
        host: "127.0.0.1",
        port,
        tls: None,
        websocket: Some(WebSocketTarget {
            path: "/mqtt",
            query,
            headers: Headers::default(),
        }),
        deadline: Instant::ZERO,
    };
    let mut link = NetLink::default();
    link.open(&"pump", &to, &TlsConfigs::default(), None);
    in_time(poll_fn(|cx| link.poll_opened(cx))).await?;
    Ok(link)
}

/// All that comes until the link ends.
async fn read_all(link: &mut NetLink) -> (Vec<u8>, Result<(), NetError>) {
    let (mut all, mut buf) = (Vec::new(), [0; 100]);
    loop {
        match in_time(poll_fn(|cx| link.poll_read(cx, &mut buf))).await {
            Ok(0) => return (all, Ok(())),
            Ok(count) => all.extend(&buf[..count]),
            Err(error) => return (all, Err(error)),
        }
    }
}

/// A server that answers one request; the task ends with what was sent to it since.
struct Server {
    port: u16,
    task: tokio::task::JoinHandle<(String, Vec<u8>)>,
}

impl Server {
    /// `answer` gets the key that accepts; what is sent behind follows.
    async fn new(answer: impl FnOnce(String) -> String + Send + 'static, then: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            let (mut tcp, _) = listener.accept().await.unwrap();
            let request = request(&mut tcp).await;
            let key = request
                .lines()
                .find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "));
            let accept = derive_accept_key(key.unwrap_or_default().as_bytes());
            let _ = tcp.write_all(answer(accept).as_bytes()).await;
            let _ = tcp.write_all(&then).await;
            let _ = tcp.shutdown().await;
            let mut came = Vec::new();
            let _ = tcp.read_to_end(&mut came).await;
            (request, came)
        });
        Self { port, task }
    }

    /// One that accepts, sends this and closes.
    async fn accepting(then: &[u8]) -> Self {
        Self::new(accepted("Sec-WebSocket-Protocol: mqtt\r\n"), then.to_vec()).await
    }
}

async fn request(tcp: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(tcp.read_u8().await.unwrap());
    }
    String::from_utf8(request).unwrap()
}

fn accepted(more: &'static str) -> impl FnOnce(String) -> String {
    move |accept| {
        format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n{more}\r\n"
        )
    }
}

#[tokio::test]
async fn a_server_that_refuses_gives_its_status() {
    let status = |status| Err(NetError::WebSocket { status });
    for (answer, refused) in [
        (
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
            status(403),
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/mqtt\r\n\r\n",
            status(302),
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: AAAA\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
            status(101),
        ),
        ("\x20\x02\x00\x00", status(0)),
        ("", Err(NetError::Broken)),
    ] {
        let server = Server::new(|_| answer.to_owned(), Vec::new()).await;
        assert_eq!(open(server.port, None).await.map(drop), refused, "{answer}");
    }
}

#[tokio::test]
async fn mqtt_6_0_0_4_another_subprotocol_is_refused() {
    for more in ["", "Sec-WebSocket-Protocol: mqttv3.1\r\n"] {
        let server = Server::new(accepted(more), Vec::new()).await;
        let refused = Err(NetError::WebSocket { status: 101 });
        assert_eq!(open(server.port, None).await.map(drop), refused);
    }
}

#[tokio::test]
async fn mqtt_6_0_0_3_the_request_names_path_query_and_subprotocol() {
    let server = Server::accepting(&[]).await;
    let query = Some("v=1&%7e!$'()*+,;=:@/?^|~");
    let mut link = open(server.port, query).await.unwrap();
    assert_eq!(read_all(&mut link).await, (Vec::new(), Ok(())));
    drop(link);
    let (request, _) = in_time(server.task).await.unwrap();
    assert!(
        request.starts_with("GET /mqtt?v=1&%7e!$'()*+,;=:@/?^|~ HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains("\r\nSec-WebSocket-Protocol: mqtt\r\n"));
    assert!(!request.to_lowercase().contains("extensions"), "{request}");
    assert!(request.contains(&format!("\r\nHost: 127.0.0.1:{}\r\n", server.port)));
}

#[tokio::test]
async fn mqtt_6_0_0_2_packets_may_be_cut_into_frames_anywhere() {
    // A fragment of one byte, a ping between, the end of the message, an empty one, and
    // two packets in one.
    let frames = b"\x02\x01\x20\x89\x02hi\x80\x02\x02\x00\x82\x00\x82\x05\x00\xd0\x00\xd0\x00";
    let server = Server::accepting(frames).await;
    let mut link = open(server.port, None).await.unwrap();
    let (bytes, end) = read_all(&mut link).await;
    assert_eq!(bytes, b"\x20\x02\x00\x00\xd0\x00\xd0\x00");
    assert_eq!(end, Ok(()));
    drop(link);
    let (_, came) = in_time(server.task).await.unwrap();
    // A pong is masked: only its head can be known.
    assert_eq!(came.get(..2), Some(&b"\x8a\x82"[..]), "{came:x?}");
}

#[tokio::test]
async fn mqtt_6_0_0_1_a_server_that_breaks_the_protocol_is_left() {
    for (what, frames) in [
        ("text", &b"\x81\x02hi"[..]),
        ("a masked frame", b"\x82\x81\x01\x02\x03\x04\x00"),
        ("a frame of 2^62 bytes", b"\x82\x7f\x40\0\0\0\0\0\0\0"),
        ("a frame of 17 MiB", b"\x82\x7f\0\0\0\0\x01\x10\0\x01"),
        ("an unknown kind", b"\x83\x00"),
        ("a reserved bit", b"\xc2\x01\x00"),
        ("a fragment of nothing", b"\x80\x01\x00"),
        (
            "a long ping",
            &[&b"\x89\x7e\x01\x00"[..], &[0; 256]].concat(),
        ),
    ] {
        let server = Server::accepting(frames).await;
        let mut link = open(server.port, None).await.unwrap();
        let end = read_all(&mut link).await;
        assert_eq!(end, (Vec::new(), Err(NetError::Protocol)), "{what}");
    }
}

#[tokio::test]
async fn a_server_may_close_at_any_moment() {
    for (frames, bytes) in [
        (&b"\x82\x02\xd0\x00\x88\x02\x03\xe8"[..], &b"\xd0\x00"[..]),
        (b"\x88\x00", b""),
        (b"\x82\x01\x30\x82\x05\x05", b"\x30"),
        (b"\x82", b""),
    ] {
        let server = Server::accepting(frames).await;
        let mut link = open(server.port, None).await.unwrap();
        assert_eq!(read_all(&mut link).await, (bytes.to_vec(), Ok(())));
        link.close();
        in_time(poll_fn(|cx| link.poll_closed(cx))).await;
        // A frame that closes is answered by one.
        let (_, came) = in_time(server.task).await.unwrap();
        let closes = frames.contains(&0x88);
        assert_eq!(came.first(), closes.then_some(&0x88), "{frames:x?}");
    }
}

#[tokio::test]
async fn what_is_written_at_once_is_one_frame() {
    let server = Server::accepting(&[]).await;
    let mut link = open(server.port, None).await.unwrap();
    let bytes = [0xd0, 0x00].repeat(50);
    let sent = in_time(poll_fn(|cx| link.poll_write(cx, &bytes))).await;
    assert_eq!(sent, Ok(100));
    link.close();
    in_time(poll_fn(|cx| link.poll_closed(cx))).await;
    let (_, came) = in_time(server.task).await.unwrap();
    // A binary frame of 100 masked bytes, then the one that closes.
    assert_eq!(came.get(..2), Some(&b"\x82\xe4"[..]));
    assert_eq!(came.get(106), Some(&0x88));
}

#[test]
fn headers_and_query_are_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut tcp, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            tcp.read_exact(&mut byte).unwrap();
            request.extend(byte);
        }
        tcp.write_all(b"HTTP/1.1 401 No\r\n\r\n").unwrap();
        String::from_utf8(request).unwrap()
    });
    let mut modem = Modem::start();
    modem.ok("AT+MQTTPROP=\"header\",\"Authorization\",\"Bearer e.y\"");
    modem.ok("AT+MQTTPROP=\"header\",\"X-Site\",\"7, 8\"");
    modem.ok(&format!(
        "AT+MQTTCONFIG=\"ws://127.0.0.1/a/b?sig=x%2By\",{port},me,1,60"
    ));
    modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:37", "ERROR"]);
    let error = "+MQTTERR:tcp,37,\"websocket: 401\"";
    modem.ask("AT+MQTTERR?", &[error, "OK"]);
    let request = server.join().unwrap();
    assert!(request.starts_with("GET /a/b?sig=x%2By HTTP/1.1\r\n"));
    let request = request.to_lowercase();
    for header in ["authorization: bearer e.y", "x-site: 7, 8"] {
        let lines = request.lines().filter(|line| *line == header);
        assert_eq!(lines.count(), 1, "{request}");
    }
}

/// A server that takes the connection and says a little now and then is given up in time.
#[test]
fn a_handshake_without_end_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut tcp, _) = listener.accept().unwrap();
        tcp.write_all(b"HTTP/1.1 101 Sw").unwrap();
        // Until the modem gives up.
        tcp.read_to_end(&mut Vec::new()).unwrap();
    });
    let mut modem = Modem::start();
    modem.ok("AT+MQTTOPT=\"connecttimeout\",1");
    modem.ok(&format!("AT+MQTTCONFIG=ws://127.0.0.1,{port},me,1,60"));
    modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:23", "ERROR"]);
    modem.ask(
        "AT+MQTTERR?",
        &["+MQTTERR:tcp,23,\"websocket: timed out\"", "OK"],
    );
    server.join().unwrap();
}
