//! The way to a broker, layer by layer: name, TCP, TLS, CONNACK.

use super::{Report, Verdict};
use crate::cli::Failure;
use crate::net::{self, Link, TlsConfigs, resolve};
use mqmodem_core::mqtt::codec::{Connack, Connect, Frame, Packet, Rules, frame_by};
use mqmodem_core::{Buf, Endpoint, Instant, NetError, TlsFiles};
use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::time::Duration;

/// How long a layer may take: as long as a connect as a whole.
const PATIENCE: Duration = Duration::from_secs(5);

/// How to get to a broker.
pub(super) struct Way<'w> {
    pub(super) host: &'w str,
    pub(super) port: u16,
    pub(super) tls: Option<TlsFiles<'w>>,
    pub(super) username: Option<&'w str>,
    pub(super) password: Option<&'w [u8]>,
}

/// Goes it until a layer fails.
pub(super) async fn examine(way: &Way<'_>, report: &mut Report) -> Result<(), Failure> {
    let name = name(way.host).await;
    report.say("broker's name", &name)?;
    if name.is_err() {
        return Ok(());
    }
    let (mut link, tcp) = way.open(None).await;
    let text = format!("{}:{} answers", way.host, way.port);
    let tcp = tcp.map(|()| text);
    report.say("broker, TCP", &tcp)?;
    if tcp.is_err() {
        return Ok(());
    }
    if let Some(files) = way.tls {
        farewell(&mut link).await;
        let (secured, tls) = way.open(way.tls).await;
        let well = "its certificate is trusted and names it";
        let tls = tls.map(|()| net::warning(files.verify).unwrap_or(well).to_owned());
        report.say("broker, TLS", &tls)?;
        if tls.is_err() {
            return Ok(());
        }
        link = secured;
    }
    let connack = in_time(way.greet(&mut link))
        .await
        .and_then(|greeted| greeted);
    report.say("broker, MQTT", &connack)?;
    farewell(&mut link).await;
    Ok(())
}

async fn name(host: &str) -> Verdict {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if bare.unwrap_or(host).parse::<IpAddr>().is_ok() {
        return Ok(format!("{host} is an address"));
    }
    let late = |_| "the name server does not answer; check /etc/resolv.conf, and the way to it";
    let found = tokio::time::timeout(PATIENCE, resolve::lookup(host, 0));
    let found = found.await.map_err(late)?.map_err(|error| match error {
        NetError::NameNotFound => format!(
            "{host} has no address; check the name, and that this machine's name server knows it"
        ),
        error => advice(error).to_owned(),
    })?;
    let mut addresses: Vec<_> = found.iter().map(|it| it.ip().to_string()).collect();
    addresses.dedup();
    Ok(format!("{host} is {}", addresses.join(", ")))
}

async fn in_time<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.map_err(|_| format!("nothing came within {} s; {CHECK_WAY}", PATIENCE.as_secs()))
}

const CHECK_WAY: &str = "check the address, the port and the firewalls on the way";

impl Way<'_> {
    async fn open(&self, tls: Option<TlsFiles<'_>>) -> (Link, Result<(), String>) {
        let to = Endpoint {
            host: self.host,
            port: self.port,
            tls,
            // The time is taken here.
            deadline: Instant::ZERO,
        };
        let mut link = Link::default();
        link.open(&to, &TlsConfigs::default(), None);
        let opened = in_time(poll_fn(|cx| link.poll_opened(cx))).await;
        let opened = opened.and_then(|opened| opened.map_err(|error| advice(error).to_owned()));
        (link, opened)
    }

    /// Says CONNECT, as no modem that may be connected, and hears CONNACK.
    async fn greet(&self, link: &mut Link) -> Verdict {
        let id = format!("mqmodem-doctor-{}", std::process::id());
        let connect = Packet::Connect(Connect {
            client_id: &id,
            clean_session: true,
            keep_alive: 60,
            username: self.username,
            password: self.password,
            will: None,
        });
        let mut packet = Buf::heap(256 * 1024);
        let encoded = connect.encode(&mut packet);
        encoded.map_err(|_| "user name and password are longer than MQTT allows".to_owned())?;
        let broke = |error| advice(error).to_owned();
        let mut rest = packet.as_slice();
        while !rest.is_empty() {
            let sent = poll_fn(|cx| link.poll_write(cx, rest))
                .await
                .map_err(broke)?;
            rest = rest.get(sent..).unwrap_or_default();
        }
        let mut came = Vec::new();
        while !matches!(
            frame_by(Rules::Lenient, &came),
            Frame::Whole { .. } | Frame::Malformed
        ) {
            let mut buf = [0; 64];
            let read = poll_fn(|cx| link.poll_read(cx, &mut buf))
                .await
                .map_err(broke)?;
            if read == 0 {
                return Err(CLOSED.to_owned());
            }
            came.extend_from_slice(buf.get(..read).unwrap_or_default());
        }
        welcome(&came)
    }
}

const CLOSED: &str = "the broker closed the connection without a word; check that this port is \
    for MQTT, with TLS or without as configured, and the broker's log";

fn welcome(packet: &[u8]) -> Verdict {
    let Ok(Packet::Connack(Connack { code, .. })) = Packet::decode_by(Rules::Lenient, packet)
    else {
        return Err("what answers there is no MQTT broker; check the port".to_owned());
    };
    let refusal = match code {
        0 => return Ok("it accepts the modem (CONNACK 0)".to_owned()),
        1 => "it does not speak MQTT 3.1.1; update it",
        2 => "it refused the client id of this check; the modems' may do, try one",
        3 => "it is not available; look at the broker's log",
        4 => "it refused user name or password; check both",
        _ => "this user may not connect; check the broker's access list",
    };
    Err(format!("{refusal} (CONNACK {code})"))
}

fn advice(error: NetError) -> &'static str {
    match error {
        NetError::NameNotFound => "the name has no address; check it",
        NetError::Refused => "nothing listens there; check the port, and that the broker runs",
        NetError::Unreachable => "there is no way there; check the network of this machine",
        NetError::TimedOut => "nothing answers there; check the firewalls on the way",
        NetError::Broken => CLOSED,
        NetError::NoLocalAddress => {
            "this machine has no local port or address left; close connections, or widen net.ipv4.ip_local_port_range"
        }
        NetError::NoFileHandle => {
            "this process has no file handle left; raise its limit (ulimit -n, LimitNOFILE=)"
        }
        NetError::NoNameServer => {
            "this machine has no name server, or it refuses; check /etc/resolv.conf"
        }
        NetError::TlsUntrusted => {
            "its certificate hangs from no root that is trusted; give its root in [broker.tls]"
        }
        NetError::TlsName => {
            "its certificate is for another name; use that name in [broker], or make it the option sni"
        }
        NetError::TlsExpired => {
            "its certificate is expired or not yet valid; check its dates and this machine's clock"
        }
        NetError::TlsClientCertificate => {
            "it wants a client certificate, or refused the one given; check [broker.tls]"
        }
        NetError::TlsUnsupported => {
            "a certificate or key is of a kind that is not supported here; use X.509 v3 with EC P-256 or RSA of 2,048 bits"
        }
        NetError::TlsOther => "TLS does not come up; check that the port is for TLS",
    }
}

async fn farewell(link: &mut Link) {
    link.close();
    // It ends by itself after a second.
    poll_fn(|cx| link.poll_closed(cx)).await;
}
