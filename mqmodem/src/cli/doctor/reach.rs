//! The way to a broker, layer by layer: name, TCP, proxy, TLS, WebSocket, CONNACK.

use super::advice::{
    CHECK_ROUTE, CLOSED, NO_BROKER, advice, of_proxy, of_websocket, refusal, unknown_version,
};
use super::report::{CheckResult, DoctorReport};
use crate::cli::failure::ProgramFailure;
use crate::transport::{self, NetLink, Proxy, TlsConfigs, resolve};
use mqmodem_core::mqtt::carrier::Carrier;
use mqmodem_core::mqtt::packet::{Connack, Connect, Frame, Packet, Rules, frame_as};
use mqmodem_core::mqtt::{Properties, Version, reason};
use mqmodem_core::{Buf, Endpoint, Instant, NetError, TlsFiles, Verify, WebSocketTarget};
use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long a layer may take: as long as a connect as a whole.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of a CONNACK of 3.1.1, however its length is written; who says a longer packet
/// at first is no broker.
const CONNACK: usize = 7;
/// Bytes of a CONNACK of 5.0 that are read: more than any broker has to say.
const CONNACK_5: usize = 4096;
/// CONNACK of an old broker that does not know the version.
const UNKNOWN_VERSION: [u8; 4] = [0x20, 2, 0, 1];

/// How to get to a broker.
#[derive(Clone, Copy)]
pub(super) struct Route<'w> {
    pub(super) host: &'w str,
    pub(super) port: u16,
    pub(super) tls: Option<TlsFiles<'w>>,
    pub(super) websocket: Option<WebSocketTarget<'w>>,
    /// What it leads through, and how that is shown.
    pub(super) proxy: Option<(&'w Arc<Proxy>, &'w str)>,
}

/// Who a modem is to its broker.
pub(super) struct MqttClient<'g> {
    /// As the option `version` has it.
    pub(super) version: u32,
    pub(super) client_id: &'g str,
    pub(super) clean_session: bool,
    pub(super) username: Option<&'g str>,
    pub(super) password: Option<&'g [u8]>,
}

/// Goes it until a layer fails; the link, where it is up.
pub(super) async fn examine(
    way: &Route<'_>,
    report: &mut DoctorReport,
) -> Result<Option<NetLink>, ProgramFailure> {
    let Some(link) = plain(way, report).await? else {
        return Ok(None);
    };
    match secure(way, link, report).await? {
        Some(link) => upgrade(way, link, report).await,
        None => Ok(None),
    }
}

/// Name and TCP: of the broker, or of the proxy that connects to it.
async fn plain(
    way: &Route<'_>,
    report: &mut DoctorReport,
) -> Result<Option<NetLink>, ProgramFailure> {
    let (whose, host) = match way.proxy {
        Some((proxy, _)) => ("proxy's name", proxy.host()),
        None => ("broker's name", way.host),
    };
    let name = name(host).await;
    report.add(whose, &name)?;
    if name.is_err() {
        return Ok(None);
    }
    let tcp = Route {
        tls: None,
        websocket: None,
        ..*way
    };
    let (link, opened) = tcp.open().await;
    let place = format!("{}:{}", way.host, way.port);
    let (layer, said) = match (way.proxy, opened) {
        (None, Ok(())) => ("broker, TCP", Ok(format!("{place} answers"))),
        (None, Err((_, what))) => ("broker, TCP", Err(what)),
        (Some((_, shown)), Ok(())) => ("proxy", Ok(format!("{shown} connects to {place}"))),
        (Some(_), Err((error, late))) => ("proxy", Err(of_proxy(error).unwrap_or(late))),
    };
    report.add(layer, &said)?;
    Ok(said.is_ok().then_some(link))
}

/// The same over TLS, where that is used.
async fn secure(
    way: &Route<'_>,
    mut link: NetLink,
    report: &mut DoctorReport,
) -> Result<Option<NetLink>, ProgramFailure> {
    let Some(files) = way.tls else {
        return Ok(Some(link));
    };
    farewell(&mut link).await;
    let tls = Route {
        websocket: None,
        ..*way
    };
    let (link, tls) = tls.open().await;
    let well = match files.psk {
        Some(_) => "it has the pre-shared key",
        None => "its certificate is trusted and names it",
    };
    let said = transport::warning(&files).unwrap_or(well).to_owned();
    let tls = match tls {
        Ok(()) if files.verify == Verify::Nothing => {
            report.warn("broker, TLS", &said)?;
            return Ok(Some(link));
        }
        Ok(()) => Ok(said),
        Err((error, what)) => Err(way.with_certificate(error, what).await),
    };
    report.add("broker, TLS", &tls)?;
    Ok(tls.is_ok().then_some(link))
}

/// The same over WebSocket, where that is used.
async fn upgrade(
    way: &Route<'_>,
    mut link: NetLink,
    report: &mut DoctorReport,
) -> Result<Option<NetLink>, ProgramFailure> {
    let Some(target) = way.websocket else {
        return Ok(Some(link));
    };
    farewell(&mut link).await;
    let (link, opened) = way.open().await;
    let text = format!("{} takes MQTT", target.path);
    let opened = opened.map_err(|(error, late)| of_websocket(error).unwrap_or(late));
    let opened = opened.map(|()| text);
    report.add("broker, WebSocket", &opened)?;
    Ok(opened.is_ok().then_some(link))
}

/// Connects as a modem, on a link that is up or a new one, and leaves again.
pub(super) async fn greet(
    way: &Route<'_>,
    link: Option<NetLink>,
    guest: &MqttClient<'_>,
) -> CheckResult {
    let link = if let Some(link) = link {
        link
    } else {
        let (link, opened) = way.open().await;
        opened.map_err(|(_, what)| what)?;
        link
    };
    if guest.version == 4 {
        return leave(link, guest, Version::V311).await.map_err(|why| why.1);
    }
    match leave(link, guest, Version::V5).await {
        Err((true, _)) if guest.version == 0 => {}
        done => return done.map_err(|why| why.1),
    }
    let (link, opened) = way.open().await;
    opened.map_err(|(_, what)| what)?;
    leave(link, guest, Version::V311).await.map_err(|why| why.1)
}

/// Why a broker does not accept a modem, and whether it does not know the version.
type Refused = (bool, String);

/// Connects by this version and leaves again.
async fn leave(
    mut link: NetLink,
    guest: &MqttClient<'_>,
    version: Version,
) -> Result<String, Refused> {
    let connack = in_time(hello(&mut link, guest, version)).await;
    farewell(&mut link).await;
    connack.map_err(|late| (false, late))?
}

async fn name(host: &str) -> CheckResult {
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
        error => advice(error),
    })?;
    let mut addresses: Vec<_> = found.iter().map(|it| it.ip().to_string()).collect();
    addresses.dedup();
    Ok(format!("{host} is {}", addresses.join(", ")))
}

async fn in_time<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.map_err(|_| {
        format!(
            "nothing came within {} s; {CHECK_ROUTE}",
            PATIENCE.as_secs()
        )
    })
}

type Opened = Result<(), (Option<NetError>, String)>;

impl Route<'_> {
    async fn open(&self) -> (NetLink, Opened) {
        let to = Endpoint {
            host: self.host,
            port: self.port,
            tls: self.tls,
            websocket: self.websocket,
            // The time is taken here.
            deadline: Instant::ZERO,
        };
        let mut link = NetLink::through(self.proxy.map(|(proxy, _)| proxy.clone()));
        link.open(&"doctor", &to, &TlsConfigs::default(), None);
        let opened = in_time(poll_fn(|cx| link.poll_opened(cx))).await;
        let opened = match opened {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err((Some(error), advice(error))),
            Err(late) => Err((None, late)),
        };
        (link, opened)
    }

    /// What is wrong, and the certificate it is about.
    async fn with_certificate(&self, error: Option<NetError>, what: String) -> String {
        let is_its = matches!(
            error,
            Some(
                NetError::TlsUntrusted
                    | NetError::TlsName
                    | NetError::TlsExpired
                    | NetError::TlsUnsupported
            )
        );
        let name = self.tls.and_then(|files| files.sni).unwrap_or(self.host);
        // Only the machine of the proxy may see it.
        if !is_its || self.proxy.is_some() {
            return what;
        }
        let seen = in_time(transport::see_certificate(self.host, self.port, name)).await;
        match seen.ok().flatten() {
            Some(description) => format!("{what}. It shows: {description}"),
            None => what,
        }
    }
}

/// Sends CONNECT and receives CONNACK.
async fn hello(
    link: &mut NetLink,
    guest: &MqttClient<'_>,
    version: Version,
) -> Result<String, Refused> {
    let known = |what: &str| (false, what.to_owned());
    let connect = Packet::Connect(Connect {
        version,
        client_id: guest.client_id,
        clean_session: guest.clean_session,
        keep_alive: 60,
        username: guest.username,
        password: guest.password,
        properties: Properties::NONE,
        will: None,
    });
    let mut packet = Buf::heap(256 * 1024);
    let encoded = connect.encode_as(version, &mut packet);
    encoded.map_err(|_| known("user name and password are longer than MQTT allows"))?;
    let broke = |error| known(&advice(error));
    let mut rest = packet.as_slice();
    while !rest.is_empty() {
        let sent = poll_fn(|cx| link.poll_write(cx, rest))
            .await
            .map_err(broke)?;
        rest = rest.get(sent..).unwrap_or_default();
    }
    let mut came = Vec::new();
    let len = loop {
        match frame_as(version, Rules::Lenient, &came) {
            Frame::Whole { len } => break len,
            Frame::Malformed => return Err(known(NO_BROKER)),
            Frame::Incomplete { total } if total.is_some_and(|it| it > most(version)) => {
                return Err(known(NO_BROKER));
            }
            Frame::Incomplete { .. } => {}
        }
        let mut buf = [0; CONNACK];
        let read = poll_fn(|cx| link.poll_read(cx, &mut buf))
            .await
            .map_err(broke)?;
        if read == 0 {
            // Without a byte it may be the version that it does not know.
            return Err((came.is_empty(), CLOSED.to_owned()));
        }
        came.extend_from_slice(buf.get(..read).unwrap_or_default());
    };
    welcome(version, came.get(..len).unwrap_or_default())
}

fn most(version: Version) -> usize {
    match version {
        Version::V311 => CONNACK,
        Version::V5 => CONNACK_5,
    }
}

fn welcome(version: Version, packet: &[u8]) -> Result<String, Refused> {
    if version == Version::V5 && packet == UNKNOWN_VERSION {
        return Err((true, unknown_version()));
    }
    let Ok(Packet::Connack(connack)) = Packet::decode_as(version, Rules::Lenient, packet) else {
        return Err((false, NO_BROKER.to_owned()));
    };
    match connack.code {
        0 => Ok(accepted(version, &connack)),
        code => Err((code == reason::UNSUPPORTED_VERSION, refused(&connack))),
    }
}

/// Why it refuses, and what it says of that.
fn refused(connack: &Connack<'_>) -> String {
    let why = refusal(connack.code);
    if connack.properties.is_empty() {
        return why;
    }
    format!(
        "{why}. It says:{}",
        connack.properties.shown(Carrier::Connack)
    )
}

/// That it accepts, and in MQTT 5 what it grants.
fn accepted(version: Version, connack: &Connack<'_>) -> String {
    match version {
        Version::V311 => "it accepts the modem (CONNACK 0)".to_owned(),
        Version::V5 => {
            let granted = connack.properties.shown(Carrier::Connack);
            format!("it accepts the modem by MQTT 5.0 and grants:{granted}")
        }
    }
}

async fn farewell(link: &mut NetLink) {
    link.close();
    // It ends by itself after a second.
    poll_fn(|cx| link.poll_closed(cx)).await;
}
