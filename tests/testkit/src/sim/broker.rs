//! An honest broker: sessions, QoS 1 and 2 in both directions.

use super::agenda::Conn;
use super::grants::Grants;
use super::ledger::Ledger;
use super::message::{self, Message};
use super::plan::Plan;
use super::session::Session;
use super::trouble::Trouble;
use crate::broker::{receive_max, stores};
use crate::flow::{Flow, FlowFault};
use crate::packets::{PacketStream, decode_as, encode, encode_as};
use mqmodem_core::Instant;
use mqmodem_core::mqtt::packet::{AckKind, Connect, Suback, Subscribe};
use mqmodem_core::mqtt::property::ALIAS_OUT;
use mqmodem_core::mqtt::{Packet, Qos, Version};
use std::collections::BTreeMap;

/// One connection as the broker sees it.
#[derive(Debug, Default)]
struct Far {
    stream: PacketStream,
    client: Option<String>,
}

/// A broker with what it has to send and whom it throws out.
#[derive(Debug)]
pub(crate) struct Broker {
    sessions: BTreeMap<String, Session>,
    conns: BTreeMap<Conn, Far>,
    pub(crate) out: Vec<(Conn, Vec<u8>)>,
    pub(crate) thrown_out: Vec<Conn>,
    /// Connections another client is going to take over.
    pub(crate) rivals: Vec<Conn>,
    trouble: Trouble,
    window: usize,
    rotates: bool,
    any_order: bool,
    /// Messages may be dropped that it has begun with.
    loses: bool,
    grants: Grants,
    now: Instant,
    client_id: &'static str,
    /// Clients that were given a name.
    named: usize,
    /// So many connects are refused as it is not available.
    pub(crate) busy: usize,
    /// A client may take a new session for the one it had: the CONNACK that said
    /// so was lost, and the next one says that there is a session.
    mistaken: bool,
    /// Forgets at each connect which QoS 2 messages it has taken.
    pub(crate) doubles: bool,
    /// Whether the client lost with the power that it has a session: one of MQTT 5 then
    /// asks for a new one.
    pub(crate) is_unknown: bool,
}

type Judged = Result<(), String>;

impl Broker {
    pub(crate) fn new(plan: &Plan) -> Self {
        let loses = plan.trouble.loses() || plan.limits;
        Self {
            sessions: BTreeMap::new(),
            conns: BTreeMap::new(),
            out: Vec::new(),
            thrown_out: Vec::new(),
            rivals: Vec::new(),
            trouble: plan.trouble,
            window: plan.window,
            rotates: plan.rotates,
            // The host may take over a message after others that came behind it, and
            // with a clean session some wait for the disk and some do not.
            // What was dropped is not released, and in nobody's way.
            any_order: plan.recvmode || plan.clean || loses,
            loses,
            grants: Grants::new(plan),
            now: Instant::ZERO,
            client_id: plan.client_id(),
            named: 0,
            busy: 0,
            mistaken: false,
            doubles: false,
            is_unknown: false,
        }
    }

    /// From now on nothing goes wrong.
    pub(crate) fn calm(&mut self) {
        self.grants.calm();
    }

    pub(crate) fn set_now(&mut self, now: Instant) {
        self.now = now;
    }

    /// A connection reaches the broker.
    pub(crate) fn accept(&mut self, conn: Conn) {
        self.conns.insert(conn, Far::default());
    }

    /// A connection is gone.
    pub(crate) fn lost(&mut self, conn: Conn) {
        let client = self.conns.remove(&conn).and_then(|far| far.client);
        if let Some(client) = client {
            let clean = |session: &Session| session.conn == Some(conn) && session.clean;
            if self.sessions.get(&client).is_some_and(clean) {
                self.sessions.remove(&client);
            } else if let Some(session) = self.sessions.get_mut(&client) {
                session.left(conn, self.now);
            }
        }
    }

    /// The broker goes down and up again; whom it was connected to.
    pub(crate) fn restart(&mut self) -> Vec<Conn> {
        let conns: Vec<_> = self.conns.keys().copied().collect();
        for conn in &conns {
            self.says_goodbye(*conn, &[0x80, 0x8b]);
            self.lost(*conn);
        }
        conns
    }

    /// The broker forgets every session, connected or not.
    pub(crate) fn forget(&mut self, ledger: &mut Ledger) -> Vec<Conn> {
        let conns = self.restart();
        for session in std::mem::take(&mut self.sessions).into_values() {
            excuse(&session, ledger);
        }
        ledger.forgotten();
        conns
    }

    /// Sessions end whose time is over.
    fn expire(&mut self, ledger: &mut Ledger) {
        let now = self.now;
        self.sessions.retain(|_, session| {
            if session.is_over(now) {
                excuse(session, ledger);
                ledger.forgotten();
            }
            !session.is_over(now)
        });
    }

    /// Whether the client is subscribed, as it was told.
    pub(crate) fn judge(&self) -> Judged {
        let wants = |session: &Session| session.wants("i/0").is_some();
        if self.mistaken || self.sessions.values().any(wants) {
            return Ok(());
        }
        Err("the subscription is gone".to_owned())
    }

    /// Whether everything was delivered.
    pub(crate) fn is_idle(&self) -> bool {
        // What the modem dropped it does not release.
        let released = |it: &Session| self.loses || it.flow.is_released();
        let mut sessions = self.sessions.values();
        sessions.all(|it| it.flow.is_delivered() && released(it))
    }

    /// Somebody publishes; what the client is to have of it.
    pub(crate) fn publish(&mut self, message: Message, ledger: &mut Ledger) -> Option<Message> {
        self.expire(ledger);
        let topic = message::topic('i', message.topic);
        let mut wanted = None;
        for session in self.sessions.values_mut() {
            let Some(qos) = session.wants(&topic) else {
                continue;
            };
            let qos = message.qos.min(qos);
            session
                .flow
                .push(*wanted.insert(Message { qos, ..message }));
        }
        self.deliver();
        wanted
    }

    /// Sends what the windows have room for.
    fn deliver(&mut self) {
        for session in self.sessions.values_mut() {
            let Some(conn) = session.conn else {
                continue;
            };
            while let Some(packet) = session.flow.poll_send() {
                self.out.push((conn, packet));
            }
        }
    }

    /// Bytes of a client have arrived.
    pub(crate) fn receive(&mut self, conn: Conn, bytes: &[u8], ledger: &mut Ledger) -> Judged {
        let Some(far) = self.conns.get_mut(&conn) else {
            return Ok(());
        };
        far.stream.extend(bytes);
        loop {
            let Some(far) = self.conns.get_mut(&conn) else {
                return Ok(());
            };
            let Some(packet) = far.stream.next_packet()? else {
                break;
            };
            self.handle(conn, &packet, ledger)?;
        }
        self.deliver();
        Ok(())
    }

    fn handle(&mut self, conn: Conn, packet: &[u8], ledger: &mut Ledger) -> Judged {
        let (version, len) = (self.version(conn), packet.len());
        let packet = decode_as(version, packet)?;
        ledger.log(|| format!("broker <- {conn}: {packet}"));
        let client = self.conns.get(&conn).and_then(|far| far.client.clone());
        let Some(client) = client else {
            return match packet {
                Packet::Connect(connect) => self.connect(conn, &connect, ledger),
                other => Err(format!("{other} before CONNECT")),
            };
        };
        let Some(session) = self.sessions.get_mut(&client) else {
            return Ok(());
        };
        session.known = true;
        session.limits.judge(&packet, len)?;
        if poisons(&self.trouble, session, &packet) {
            ledger.log(|| format!("broker closes {conn}"));
            self.says_goodbye(conn, &[0x83, 0x95, 0x99]);
            self.throw_out(conn);
            return Ok(());
        }
        match packet {
            Packet::Publish(publish) => {
                let answer = session.receive(&publish, ledger)?;
                let answer = answer.map(|it| self.grants.ack(version, it));
                self.out.extend(answer.map(|it| (conn, it)));
            }
            Packet::Ack(it) => {
                let answer = session.flow.acknowledged(it)?;
                let answer = answer.map(|it| self.grants.ack(version, it));
                self.out.extend(answer.map(|it| (conn, it)));
            }
            Packet::Subscribe(subscribe) => {
                let codes = session.subscribe(&subscribe);
                self.out.push((conn, suback(version, &subscribe, &codes)));
            }
            Packet::Pingreq => self.out.push((conn, encode(&Packet::Pingresp))),
            Packet::Disconnect(_) => self.lost(conn),
            other => return Err(format!("no client sends {other}")),
        }
        Ok(())
    }

    /// The version of a connection.
    fn version(&self, conn: Conn) -> Version {
        let far = self.conns.get(&conn);
        far.map_or(Version::V311, |far| far.stream.version())
    }

    fn says_goodbye(&mut self, conn: Conn, codes: &[u8]) {
        let greeted = self
            .conns
            .get(&conn)
            .is_some_and(|far| far.client.is_some());
        if greeted {
            let goodbye = self.grants.goodbye(self.version(conn), codes);
            self.out.push((conn, goodbye));
        }
    }

    fn throw_out(&mut self, conn: Conn) {
        self.thrown_out.push(conn);
        self.lost(conn);
    }

    /// Another client has taken the name.
    pub(crate) fn taken_over(&mut self, conn: Conn) {
        self.says_goodbye(conn, &[0x8e]);
        self.throw_out(conn);
    }

    /// What speaks against a client, as it is told.
    fn refusal(&mut self, version: Version) -> Option<Vec<u8>> {
        if version == Version::V5 && !self.grants.knows_5() {
            return Some(self.grants.refusal_of_version());
        }
        if self.busy == 0 {
            return None;
        }
        self.busy -= 1;
        Some(self.grants.unavailable(version))
    }

    fn connect(&mut self, conn: Conn, connect: &Connect, ledger: &mut Ledger) -> Judged {
        if connect.client_id != self.client_id {
            return Err(format!("{connect:?}: not the client id of the host"));
        }
        if let Some(connack) = self.refusal(connect.version) {
            self.out.push((conn, connack));
            self.throw_out(conn);
            return Ok(());
        }
        if self.trouble.rival {
            self.rivals.push(conn);
        }
        let client = self.name_of(connect);
        let session_present = self.admit(&client, connect, ledger);
        let connack = self.grants.connack(connect, &client, session_present);
        let (connack, granted) = connack;
        ledger.limited(granted.limits);
        self.out.push((conn, connack));
        if let Some(far) = self.conns.get_mut(&conn) {
            far.client = Some(client.clone());
        }
        let Some(session) = self.sessions.get_mut(&client) else {
            return Ok(());
        };
        session.conn = Some(conn);
        session.begin(&granted);
        let most = connect.properties.number(&ALIAS_OUT).unwrap_or(0);
        let flow = &mut session.flow;
        flow.begin(connect.version, receive_max(connect), most as u16);
        let again = flow.resume().into_iter();
        self.out.extend(again.map(|bytes| (conn, bytes)));
        Ok(())
    }

    /// How a client is called: one without a name is given a new one.
    fn name_of(&mut self, connect: &Connect) -> String {
        if !connect.client_id.is_empty() {
            return connect.client_id.to_owned();
        }
        self.named += 1;
        format!("auto-{}", self.named)
    }

    /// Finds or makes the session of a client; whether there was one.
    fn admit(&mut self, client: &str, connect: &Connect, ledger: &mut Ledger) -> bool {
        // There is one client: a connection of another name it has left.
        let older: Vec<_> = self.sessions.values().filter_map(|it| it.conn).collect();
        for conn in older {
            self.throw_out(conn);
        }
        self.expire(ledger);
        let is_unknown = std::mem::take(&mut self.is_unknown);
        if connect.clean_session
            && let Some(ended) = self.sessions.remove(client)
            && is_unknown
        {
            excuse(&ended, ledger);
        }
        let session_present = self.sessions.contains_key(client);
        let new = || Session::new(Flow::new(self.window, self.rotates));
        let session = self.sessions.entry(client.to_owned()).or_insert_with(new);
        self.mistaken |= session_present && !session.known;
        session.flow.any_order = self.any_order;
        session.clean = !stores(connect);
        session.flow.fault = self.doubles.then_some(FlowFault::Amnesia);
        session_present
    }
}

/// What was for a session is lost with it.
fn excuse(session: &Session, ledger: &mut Ledger) {
    let unfinished = session.flow.unfinished();
    unfinished.for_each(|it| ledger.excuse(it.number));
}

/// Whether the broker closes on a packet.
fn poisons(trouble: &Trouble, session: &Session, packet: &Packet) -> bool {
    let number = match packet {
        Packet::Publish(it) if !trouble.at_release || it.qos != Qos::ExactlyOnce => {
            message::number_of(it.payload)
        }
        Packet::Ack(it) if trouble.at_release && it.kind == AckKind::Pubrel => {
            session.flow.received(it.id).and_then(message::number_of)
        }
        _ => None,
    };
    number.is_some_and(|number| number == trouble.poison)
}

fn suback(version: Version, subscribe: &Subscribe, codes: &[u8]) -> Vec<u8> {
    encode_as(version, &Packet::Suback(Suback::new(subscribe.id, codes)))
}
