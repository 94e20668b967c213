//! The reference end: a broker that keeps a session for each client over
//! connections, honours QoS 1 and 2 exactly both ways, and counts.

use crate::flow::Streams;
use crate::judge::Shared;
use crate::message::{Direction, Stream};
use crate::wire::{Side, converse, refuse};
use mqmodem_core::buffer::Buf;
use mqmodem_core::mqtt::packet::{Connack, Connect, REFUSED, Suback, Subscribe, SubscribeOptions};
use mqmodem_core::mqtt::{Packet, Version};
use mqmodem_testkit::Random;
use mqmodem_testkit::broker::stores;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{ErrorKind, Result};
use std::rc::Rc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, spawn_local};

/// Messages in flight to a client, at most.
const WINDOW: usize = 10;
/// How long a connection may be there without CONNECT.
const GREETING: Duration = Duration::from_secs(5);
/// Of so many connects by MQTT 5 one meets a broker that knows only 3.1.1.
const OLD: usize = 8;

/// What is kept of a client.
struct Session {
    flow: Streams,
    /// Its connection.
    task: Option<AbortHandle>,
    /// PINGREQ came since the connection began: all it wants was said before.
    is_quiet: bool,
}

type Kept = Rc<RefCell<Session>>;

/// The sessions of all clients.
#[derive(Clone)]
pub struct End {
    judge: Shared,
    sessions: Rc<RefCell<HashMap<String, Kept>>>,
    random: Rc<RefCell<Random>>,
}

impl End {
    /// One that knows no client.
    pub fn new(judge: Shared) -> Self {
        Self {
            judge,
            sessions: Rc::default(),
            random: Rc::new(RefCell::new(Random::new(5))),
        }
    }

    /// Serves whoever connects.
    pub async fn serve(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let end = self.clone();
            let (tell, told) = tokio::sync::oneshot::channel();
            let task = spawn_local(async move {
                if let Ok(task) = told.await {
                    end.attend(stream, task).await;
                }
            });
            let _ = tell.send(task.abort_handle());
        }
    }

    async fn attend(&self, mut stream: TcpStream, task: AbortHandle) {
        self.judge.borrow_mut().counts.connections += 1;
        let mut guest = Guest {
            end: self,
            task,
            session: None,
            version: Version::V311,
            keep_alive: GREETING,
        };
        let Err(why) = converse(&mut stream, &mut guest).await else {
            return;
        };
        if why.kind() == ErrorKind::InvalidData {
            self.judge.borrow_mut().breach(format!("protocol: {why}"));
        }
    }

    /// Forgets that clients were quiet.
    pub fn wake(&self) {
        for session in self.sessions.borrow().values() {
            session.borrow_mut().is_quiet = false;
        }
    }

    /// Whether no client has anything more to say, nor the end to it.
    pub fn is_settled(&self) -> bool {
        let is_settled = |session: &Kept| {
            let session = session.borrow();
            session.is_quiet && session.flow.is_settled()
        };
        self.sessions.borrow().values().all(is_settled)
    }
}

/// A connection.
struct Guest<'e> {
    end: &'e End,
    task: AbortHandle,
    /// Whose it is, from CONNECT on.
    session: Option<Kept>,
    version: Version,
    keep_alive: Duration,
}

impl Guest<'_> {
    /// A client connects. Of two connections of a client the older one ends
    /// `[MQTT-3.1.4-2]`.
    fn greet(&mut self, connect: &Connect<'_>, out: &mut Buf<'_>) -> Result<()> {
        if !stores(connect) {
            return Err(refuse("clean session 1 would lose messages"));
        }
        self.version = connect.version;
        if self.version == Version::V5 && self.end.random.borrow_mut().one_in(OLD) {
            // The connection closes without a word.
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.keep_alive = Duration::from_secs(connect.keep_alive.into());
        let mut sessions = self.end.sessions.borrow_mut();
        let mut known = sessions.get(connect.client_id).cloned();
        if connect.clean_session {
            if known.is_some_and(|known| !known.borrow().flow.is_new()) {
                return Err(refuse("the client has forgotten its session"));
            }
            known = None;
        }
        let session = known.clone().unwrap_or_else(|| self.end.session());
        sessions.insert(connect.client_id.to_owned(), Rc::clone(&session));
        let connack = Packet::Connack(Connack::new(known.is_some(), 0));
        let _ = connack.encode_as(self.version, out);
        {
            let mut session = session.borrow_mut();
            if let Some(older) = session.task.replace(self.task.clone()) {
                older.abort();
            }
            session.is_quiet = false;
            session.flow.greet(connect);
            session.flow.open(out);
        }
        self.session = Some(session);
        Ok(())
    }
}

impl End {
    fn session(&self) -> Kept {
        Rc::new(RefCell::new(Session {
            flow: Streams::new(Rc::clone(&self.judge), WINDOW),
            task: None,
            is_quiet: false,
        }))
    }
}

impl Side for Guest<'_> {
    fn packet(&mut self, packet: &Packet<'_>, out: &mut Buf<'_>) -> Result<()> {
        let Some(session) = self.session.clone() else {
            return match packet {
                Packet::Connect(connect) => self.greet(connect, out),
                other => Err(refuse(format!("{other} before CONNECT"))),
            };
        };
        let mut session = session.borrow_mut();
        match packet {
            Packet::Publish(publish) => session.flow.published(publish, out),
            Packet::Ack(ack) => session.flow.acknowledged(*ack, out),
            Packet::Subscribe(subscribe) => {
                let codes = grant(&mut session.flow, subscribe);
                let suback = Packet::Suback(Suback::new(subscribe.id, &codes));
                let _ = suback.encode_as(self.version, out);
            }
            Packet::Pingreq => {
                session.is_quiet = true;
                let _ = Packet::Pingresp.encode(out);
            }
            Packet::Disconnect(_) => return Err(ErrorKind::UnexpectedEof.into()),
            other => return Err(refuse(format!("{other} is not for a broker"))),
        }
        Ok(())
    }

    fn produce(&mut self, out: &mut Buf<'_>) {
        if let Some(session) = &self.session {
            session.borrow_mut().flow.produce(out);
        }
    }

    fn patience(&self) -> Duration {
        self.keep_alive * 3 / 2
    }

    fn version(&self) -> Version {
        self.version
    }
}

/// Grants the streams there are, at their QoS.
fn grant(flow: &mut Streams, subscribe: &Subscribe<'_>) -> Vec<u8> {
    let grant = |(filter, options): (_, SubscribeOptions)| {
        let stream = Stream::of_topic(filter).filter(|stream| stream.direction == Direction::Down);
        let Some(stream) = stream.filter(|stream| stream.qos() == options.qos) else {
            return REFUSED;
        };
        flow.add(stream);
        options.qos.level()
    };
    subscribe.requests.iter().map(grant).collect()
}
