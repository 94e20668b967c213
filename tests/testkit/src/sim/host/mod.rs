//! A careful host of a link: one command at a time, but for messages it may publish
//! at once, and a note of what it has done.

mod filters;
mod receive;

use super::ledger::Ledger;
use super::message::{self, Message};
use super::plan::{Plan, Speaks};
use super::port::Port;
use super::reply;
use crate::random::Random;
use mqmodem_core::Instant;
use mqmodem_core::mqtt::Qos;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Longer than any command may take, even if the host is slow to read.
const ANSWERED: Duration = Duration::from_mins(5);
/// A host that starts does not know what a modem still has to write of what was
/// asked before: it listens for longer than a command may take.
const LISTEN: Duration = Duration::from_secs(15);
/// How long the host of a link waits for the port.
const TURN: Duration = Duration::from_millis(10);

/// What the host has asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Setup,
    State,
    Connect,
    Disconnect,
    Restart,
    Backlog,
    Filters,
    Subscribe,
    Publish(Message),
    Read,
    Release(u32),
    /// A message is to be dropped, or all.
    Drop(Option<usize>),
}

#[derive(Debug)]
pub(crate) struct Host {
    link: usize,
    plan: Plan,
    random: Random,
    pub(crate) alive: bool,
    listens_until: Option<Instant>,
    asked: Option<(Asked, Instant)>,
    /// Messages whose lines were written right behind.
    behind: VecDeque<Message>,
    lines: Vec<String>,
    /// When there is something to do.
    pub(crate) wake_at: Option<Instant>,
    /// What it has noted durably.
    pub(crate) notes: Notes,
    /// What it believes of the link, if anything.
    pub(crate) online: Option<bool>,
    pub(crate) connect_at: Instant,
    pub(crate) subscribed: Option<bool>,
    /// It asks for each topic, not for all of them at once.
    single: bool,
    pub(crate) publish_at: Instant,
    pub(crate) message: Option<reply::Received>,
    pub(crate) waiting: bool,
    pub(crate) read_at: Instant,
    pub(crate) release: Option<u32>,
    /// The modem says that nothing waits to be sent.
    pub(crate) emptied: bool,
}

/// What survives the host.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Commands of the setup that were answered.
    pub(crate) setup: usize,
    /// A subscription was granted.
    pub(crate) subscribed: bool,
    /// The next message, and one whose fate is not known.
    next: usize,
    pub(crate) open: Option<Message>,
    /// Messages by the number the modem gave them.
    pub(crate) by_id: BTreeMap<u32, usize>,
    /// Messages processed whose release is not confirmed, by the modem's numbers.
    pub(crate) processed: Vec<u32>,
}

type Judged = Result<(), String>;

impl Host {
    pub(crate) fn new(link: usize, plan: Plan) -> Self {
        Self {
            link,
            plan,
            random: Random::new(plan.seed ^ 0xa0),
            alive: true,
            listens_until: None,
            asked: None,
            behind: VecDeque::new(),
            lines: Vec::new(),
            wake_at: Some(Instant::ZERO),
            notes: Notes {
                next: 1,
                ..Notes::default()
            },
            online: Some(false),
            connect_at: Instant::ZERO,
            subscribed: None,
            single: false,
            publish_at: Instant::ZERO,
            message: None,
            waiting: true,
            read_at: Instant::ZERO,
            release: None,
            emptied: false,
        }
    }

    /// Whether it reads what is of no use to it; see [`LISTEN`].
    pub(crate) fn listens(&self) -> bool {
        self.listens_until.is_some()
    }

    pub(crate) fn is_set_up(&self) -> bool {
        self.notes.setup == self.setup().len()
    }

    /// Why there is still something to do, if there is.
    pub(crate) fn unfinished(&self) -> Option<&'static str> {
        let reads = self.plan.recvmode;
        [
            (self.asked.is_some(), "a command is unanswered"),
            (self.online != Some(true), "not online"),
            (self.subscribed != Some(true), "not subscribed"),
            (self.notes.next <= self.plan.outgoing, "more to publish"),
            (self.notes.open.is_some(), "a publish of unknown fate"),
            (self.plan.queue > 0 && !self.emptied, "a queue not empty"),
            (reads && self.release.is_some(), "a message to release"),
            (reads && self.waiting, "a message to read"),
        ]
        .into_iter()
        .find_map(|(open, why)| open.then_some(why))
    }

    /// The modem was switched off: no answer will come.
    pub(crate) fn modem_died(&mut self, now: Instant) {
        self.forget();
        self.wake_at = Some(now + self.random.millis(2000));
    }

    /// The host dies: what it has not noted is gone.
    pub(crate) fn die(&mut self) {
        self.forget();
        self.alive = false;
        self.wake_at = None;
    }

    pub(crate) fn come_back(&mut self, now: Instant) {
        self.alive = true;
        self.listens_until = Some(now + LISTEN);
        self.wake_at = self.listens_until;
    }

    fn forget(&mut self) {
        self.lines.clear();
        self.asked = None;
        self.behind.clear();
        self.message = None;
        self.release = None;
        self.online = None;
        self.subscribed = None;
        self.waiting = true;
        self.emptied = false;
    }

    /// Time has come to do something.
    pub(crate) fn wake(&mut self, now: Instant, port: &mut Port, ledger: &mut Ledger) -> Judged {
        self.wake_at = None;
        if let Some((asked, since)) = self.asked {
            if now.since(since) >= ANSWERED {
                return Err(format!("no answer to {asked:?}"));
            }
            self.wake_at = Some(since + ANSWERED);
            return Ok(());
        }
        if self.listens_until.is_some_and(|until| now < until) {
            self.wake_at = self.listens_until;
            return Ok(());
        }
        let has_listened = self.listens_until.take().is_some();
        if port.is_asking() {
            // Another link's host waits for its answer.
            self.wake_at = Some(now + TURN);
            return Ok(());
        }
        if has_listened {
            port.clear_read();
        }
        let Some((asked, line)) = self.next(now) else {
            let times = [self.connect_at, self.publish_at, self.read_at];
            let later = times.into_iter().filter(|at| *at > now).min();
            self.wake_at = Some(later.unwrap_or(now + Duration::from_secs(5)));
            return Ok(());
        };
        match asked {
            Asked::Publish(message) => ledger.sends(message),
            Asked::Drop(number) => ledger.calls_off(number),
            _ => {}
        }
        ledger.log(|| format!("host -> {line}"));
        let is_first = asked == Asked::Setup && self.notes.setup == 0;
        port.write(self.link, &line, port.echoes || is_first);
        if matches!(asked, Asked::Publish(_)) && !port.echoes {
            self.write_more(port, ledger);
        }
        self.asked = Some((asked, now));
        self.wake_at = Some(now + ANSWERED);
        Ok(())
    }

    /// Publishes more messages right behind the first.
    fn write_more(&mut self, port: &mut Port, ledger: &mut Ledger) {
        for _ in 1..self.plan.lines {
            let Some(message) = self.draw() else { return };
            ledger.sends(message);
            let line = self.publish_line(&message);
            ledger.log(|| format!("host -> {line}"));
            port.write(self.link, &line, false);
            self.behind.push_back(message);
        }
    }

    fn setup(&self) -> Vec<String> {
        let plan = &self.plan;
        let option = |name, value: usize| format!("AT+MQTTOPT=\"{name}\",{value}");
        let (clean, keep_alive) = (u8::from(plan.clean), plan.keep_alive);
        let client = plan.client_id();
        let mut setup = vec![
            "ATE0&W".to_owned(),
            format!("AT+MQTTCONFIG=\"broker\",1883,\"{client}\",{clean},{keep_alive}"),
            option("reconnect", plan.reconnect.into()),
            option("autoconnect", plan.autoconnect.into()),
            option("backoff", 8),
            option("acktimeout", plan.ack_timeout),
        ];
        if plan.speaks != Speaks::Only311 {
            let [out, received] = plan.aliases;
            setup.extend([
                option("version", plan.speaks.option()),
                option("aliasout", out),
                option("aliasin", received),
            ]);
        }
        if plan.in_flight != 10 {
            setup.push(option("inflight", plan.in_flight));
        }
        let others = [
            ("queue", plan.queue),
            ("queueqos0", plan.queue_qos0.into()),
            ("queuefull", plan.drop_oldest.into()),
            ("pubmode", plan.pubmode.into()),
            ("recvmode", plan.recvmode.into()),
            ("giveup", plan.trouble.giveup),
        ];
        let others = others
            .into_iter()
            .filter(|(name, value)| *value > 0 || *name == "giveup");
        setup.extend(others.map(|(name, value)| option(name, value)));
        setup
    }

    /// What to ask next, if there is anything to ask now.
    fn next(&mut self, now: Instant) -> Option<(Asked, String)> {
        if let Some(line) = self.setup().get(self.notes.setup) {
            return Some((Asked::Setup, line.clone()));
        }
        let online = self.online == Some(true);
        if self.online.is_none() {
            return Some((Asked::State, "AT+MQTTSTATE".to_owned()));
        }
        if let Some(read) = self.next_read(now) {
            return Some(read);
        }
        if !online && now >= self.connect_at {
            return Some((Asked::Connect, "AT+MQTTCONNECT".to_owned()));
        }
        if online && self.plan.leaves && self.random.one_in(60) {
            return Some((Asked::Disconnect, "AT+MQTTDISCONNECT".to_owned()));
        }
        if self.plan.restarts && self.random.one_in(100) {
            return Some((Asked::Restart, "AT+CFUN=1,1".to_owned()));
        }
        if self.plan.trusts && self.notes.subscribed {
            self.subscribed = Some(true);
        }
        if online && self.subscribed.is_none() {
            return Some((Asked::Filters, "AT+MQTTSUB?".to_owned()));
        }
        if online && self.subscribed == Some(false) {
            return Some((Asked::Subscribe, self.subscribe_line()));
        }
        if self.plan.trouble.drops && self.notes.open.is_none() && self.random.one_in(25) {
            return Some(self.drop_line());
        }
        self.next_message(now)
    }

    /// Drops all that waits, or one message that may wait.
    fn drop_line(&mut self) -> (Asked, String) {
        let one = self.random.below(self.notes.next);
        let known = if self.plan.host_ids {
            Some((one as u32, one)).filter(|(id, _)| *id > 0)
        } else {
            self.notes.by_id.iter().nth(one).map(|(id, it)| (*id, *it))
        };
        match known.filter(|_| self.random.one_in(2)) {
            Some((id, number)) => (Asked::Drop(Some(number)), format!("AT+MQTTQUEUE={id}")),
            None => (Asked::Drop(None), "AT+MQTTQUEUE=0".to_owned()),
        }
    }

    /// Messages that wait may hold up every answer of the broker: they come first.
    fn next_read(&self, now: Instant) -> Option<(Asked, String)> {
        if let Some(number) = self.release {
            // To read the next one releases it as well.
            let line = format!("AT+MQTTACK={number}");
            return Some((Asked::Release(number), line));
        }
        let reads = self.plan.recvmode && (self.waiting || now >= self.read_at);
        reads.then(|| (Asked::Read, "AT+MQTTREAD".to_owned()))
    }

    fn next_message(&mut self, now: Instant) -> Option<(Asked, String)> {
        if now < self.publish_at {
            return None;
        }
        let may = self.online == Some(true) || self.plan.queue > 0 || self.random.one_in(8);
        if !may {
            self.publish_at = now + self.random.millis(3000);
            return None;
        }
        let Some(message) = self.notes.open.or_else(|| self.draw()) else {
            return self.asks_backlog(now);
        };
        Some((Asked::Publish(message), self.publish_line(&message)))
    }

    /// What the modem still has of the host's messages.
    fn asks_backlog(&mut self, now: Instant) -> Option<(Asked, String)> {
        if self.plan.queue == 0 || self.emptied {
            return None;
        }
        self.publish_at = now + Duration::from_secs(3);
        Some((Asked::Backlog, "AT+MQTTQUEUE?".to_owned()))
    }

    /// A new message; what becomes of it is not known.
    fn draw(&mut self) -> Option<Message> {
        let Plan {
            topics,
            content,
            outgoing,
            host_ids,
            ..
        } = self.plan;
        let number = self.notes.next;
        if number > outgoing {
            return None;
        }
        self.notes.next += 1;
        let message = Message {
            retain: self.plan.limits && number.is_multiple_of(4),
            ..Message::draw(number, topics, content, &mut self.random)
        };
        if host_ids && message.qos != Qos::AtMostOnce {
            self.notes.open = Some(message);
        }
        Some(message)
    }

    fn publish_line(&self, message: &Message) -> String {
        let topic = message::topic('o', message.topic);
        let (qos, content) = (message.qos.level(), message.quoted());
        let retain = u8::from(message.retain);
        let line = format!("AT+MQTTPUB=\"{topic}\",{qos},{retain},\"{content}\"");
        match self.notes.open {
            Some(_) => format!("{line},{}", message.number),
            None => line,
        }
    }
}
