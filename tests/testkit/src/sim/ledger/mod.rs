//! Who said what of which message, and whether that breaks a law.
//!
//! | promise | unless |
//! |---|---|
//! | OK to QoS 1 or 2: the broker has it | `pubmode` 1, or `queue` and no connection |
//! | OK there: the broker gets it once at least | reported as dropped, for a cause |
//! | ERROR there: it never gets to the broker | |
//! | what was accepted is reported again by `+MQTTPUBACK` | modem or host died |
//! | `+MQTTPUBACK:<id>,0`: the broker has it | |
//! | the causes to drop are: QoS 2 and a broker that forgot, `queuefull` 1, the host's wish | |
//! | set aside is the message on which the broker closes, no other | |
//! | what is not taken is what a broker said it does not take | |
//! | what the host has dropped is on no later connection | |
//! | QoS 2 gets to the broker once at most | the broker forgot the session, or keeps none |
//! | QoS 0 gets to broker and host once at most | to the broker: `queueqos0` and the power went |
//! | QoS 1 and 2 get to the host | `recvmode` 0 and modem or host died; the broker forgot them, or forgot and the power went; clean session 1 |
//! | QoS 2 gets to the host once | `recvmode` 0 and the modem died |
//! | first arrivals of a topic and QoS are in order | a host that was away with `recvmode` 0; QoS 0 with `queueqos0` |
//! | the subscription that was granted is there in the end | the power went, or the broker forgot and that CONNACK got lost |
//! | content, topic and QoS are what they were | |
//!
//! A host with `recvmode` 1 notes the numbers of messages it has worked on until OK
//! to their `+MQTTACK`, and works on none of these again. What goes wrong here is
//! looked at elsewhere: packets in `wire_observer` (durable before sent, identifiers
//! in use, DUP) and `session` (order of acknowledgements), frames in `reply`,
//! deadlines and endless work by the loop of `mqmodem_chat::environment`.

mod dropped;
mod fate;

pub(crate) use fate::Fate;

use super::limits::Limits;
use super::message::{self, Message};
use super::plan::Plan;
use super::story::Story;
use mqmodem_core::mqtt::Qos;
use mqmodem_core::mqtt::packet::Publish;
use std::collections::{BTreeMap, BTreeSet};

/// A message to the broker.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    message: Message,
    fate: Fate,
    arrivals: usize,
    /// The host asked to drop it.
    pub(crate) called_off: bool,
}

/// A message from the broker.
#[derive(Clone, Copy, Debug)]
struct Given {
    message: Message,
    promised: bool,
    arrivals: usize,
}

type Judged = Result<(), String>;
type Firsts = BTreeMap<(usize, Qos), usize>;

#[derive(Debug)]
pub(crate) struct Ledger {
    plan: Plan,
    pub(crate) sent: BTreeMap<usize, Sent>,
    /// Dropped as the host wished, and those of earlier connections.
    pub(crate) gone: BTreeSet<usize>,
    pub(crate) never_again: BTreeSet<usize>,
    given: BTreeMap<usize, Given>,
    /// The last first arrival, at the broker and at the host.
    firsts: [Firsts; 2],
    pub(crate) forgot: bool,
    /// What a broker said it does not take.
    pub(crate) limits: Limits,
    /// Publishes reported as dropped without saying which.
    pub(crate) dropped: usize,
    /// How often modem and host died.
    pub(crate) power_cuts: usize,
    pub(crate) host_deaths: usize,
    story: Story,
}

impl Ledger {
    pub(crate) fn new(plan: Plan, story: &Story) -> Self {
        Self {
            plan,
            sent: BTreeMap::new(),
            gone: BTreeSet::new(),
            never_again: BTreeSet::new(),
            given: BTreeMap::new(),
            firsts: [Firsts::new(), Firsts::new()],
            // A broker that keeps no session knows nothing of what was accepted.
            forgot: plan.clean && (plan.pubmode || plan.queue > 0),
            limits: Limits::NONE,
            dropped: 0,
            power_cuts: 0,
            host_deaths: 0,
            story: story.clone(),
        }
    }

    pub(crate) fn log(&self, what: impl FnOnce() -> String) {
        self.story.log(what);
    }

    /// The host is about to ask for it.
    pub(crate) fn sends(&mut self, message: Message) {
        let sent = Sent {
            message,
            fate: Fate::Unknown,
            arrivals: 0,
            called_off: false,
        };
        self.sent.entry(message.number).or_insert(sent);
    }

    /// The modem reports what became of it.
    pub(crate) fn reported(&mut self, number: usize, fate: Fate) -> Judged {
        let Some(sent) = self.sent.get(&number).copied() else {
            return Err(format!("the modem reports message {number}, never sent"));
        };
        if fate == Fate::Delivered && sent.message.qos != Qos::AtMostOnce && sent.arrivals == 0 {
            return Err(format!("the broker does not have message {number}"));
        }
        // Asked for once more, it may be what the broker of this connection does not take.
        let is_taken = !self.limits.refuse_any(&sent.message);
        if fate == Fate::Refused && sent.arrivals > 0 && is_taken {
            return Err(format!("message {number} was refused and had arrived"));
        }
        let caused = match fate {
            Fate::Dropped => self.may_forget(&sent.message),
            Fate::CalledOff => sent.called_off,
            Fate::SetAside => Self::is_poison(&self.plan, number),
            Fate::NotTaken(code) => self.limits.refuse(&sent.message, code),
            _ => true,
        };
        if !caused {
            return Err(format!("message {number}: {fate:?} without a cause"));
        }
        // That the broker has it may be reported before the answer was read.
        let late = fate == Fate::Accepted && sent.fate != Fate::Unknown;
        if let Some(sent) = self.sent.get_mut(&number).filter(|_| !late) {
            sent.fate = fate;
        }
        Ok(())
    }

    /// Whether there is a cause to drop a message that was accepted.
    fn may_drop(&self, sent: &Sent) -> bool {
        let poison = Self::is_poison(&self.plan, sent.message.number);
        let refused = self.limits.refuse_any(&sent.message);
        sent.called_off || poison || refused || self.may_forget(&sent.message)
    }

    fn may_forget(&self, message: &Message) -> bool {
        self.plan.drop_oldest || self.forgot && message.qos == Qos::ExactlyOnce
    }

    /// So many publishes were dropped, the modem says.
    pub(crate) fn reported_dropped(&mut self, count: usize) -> Judged {
        self.dropped += count;
        let called_off = self.sent.values().any(|sent| sent.called_off);
        let repeats = called_off || self.plan.trouble.poison > 0;
        let refused = self.limits != Limits::NONE;
        let may = repeats || refused || self.forgot || self.plan.drop_oldest || self.plan.clean;
        if may {
            return Ok(());
        }
        Err(format!("{count} publishes dropped without a cause"))
    }

    /// The broker has taken a message.
    pub(crate) fn took(&mut self, number: usize, publish: &Publish) -> Judged {
        let Some(sent) = self.sent.get_mut(&number) else {
            return Err(format!("the broker got message {number}, never sent"));
        };
        sent.arrivals += 1;
        let Sent {
            message,
            fate,
            arrivals,
            ..
        } = *sent;
        let topic = message::topic('o', message.topic);
        let same = publish.topic == topic
            && (publish.qos, publish.retain) == (message.qos, message.retain);
        if !same || publish.payload != message.content() {
            return Err(format!("message {number} arrived changed: {publish}"));
        }
        if fate == Fate::Refused {
            return Err(format!("message {number} was refused and arrived"));
        }
        let once = match message.qos {
            Qos::AtMostOnce => !self.plan.queue_qos0 || self.power_cuts == 0,
            Qos::AtLeastOnce => false,
            Qos::ExactlyOnce => !self.forgot,
        };
        if once && arrivals > 1 {
            return Err(format!("the broker got message {number} twice"));
        }
        self.in_order(0, &message, arrivals)
    }

    /// The first arrivals of a topic and QoS come in the order they were sent.
    fn in_order(&mut self, side: usize, message: &Message, arrivals: usize) -> Judged {
        let key = (message.topic, message.qos);
        // What was written while no host was there may come again, behind others.
        let missed = side == 1 && self.host_deaths > 0 && !self.plan.recvmode;
        // What has to wait in the queue is overtaken by what need not.
        let overtaken = self.plan.queue_qos0 && message.qos == Qos::AtMostOnce;
        if arrivals > 1 || missed || overtaken {
            return Ok(());
        }
        match self.firsts[side].insert(key, message.number) {
            Some(before) if before > message.number => Err(format!(
                "message {} arrives after message {before}",
                message.number
            )),
            _ => Ok(()),
        }
    }

    /// The broker is to deliver it.
    pub(crate) fn given(&mut self, message: Message) {
        let given = Given {
            message,
            promised: true,
            arrivals: 0,
        };
        self.given.insert(message.number, given);
    }

    /// The broker has forgotten it.
    pub(crate) fn excuse(&mut self, number: usize) {
        if let Some(given) = self.given.get_mut(&number) {
            given.promised = false;
        }
    }

    /// The broker has forgotten the session.
    pub(crate) fn forgotten(&mut self) {
        self.forgot = true;
    }

    /// The host has processed a message.
    pub(crate) fn got(&mut self, topic: &str, qos: u8, content: &[u8]) -> Judged {
        let number = message::number_of(content).ok_or("a content nobody sent")?;
        let Some(given) = self.given.get_mut(&number) else {
            return Err(format!("the host got message {number}, never sent"));
        };
        given.arrivals += 1;
        let Given {
            message, arrivals, ..
        } = *given;
        let same = topic == message::topic('i', message.topic) && qos == message.qos.level();
        if !same || content != message.content() {
            return Err(format!("message {number} came changed"));
        }
        let once = match message.qos {
            Qos::AtMostOnce => true,
            Qos::AtLeastOnce => false,
            Qos::ExactlyOnce => self.plan.recvmode || self.power_cuts == 0,
        };
        if once && arrivals > 1 {
            return Err(format!("the host got message {number} twice"));
        }
        self.in_order(1, &message, arrivals)
    }

    /// Messages promised to get to the broker that did not.
    fn missing(&self) -> Vec<usize> {
        let missing = |sent: &&Sent| {
            let known = matches!(sent.fate, Fate::Accepted | Fate::Delivered);
            known && sent.arrivals == 0 && sent.message.qos != Qos::AtMostOnce
        };
        let missing = self.sent.values().filter(missing);
        let (excused, mut lost): (Vec<&Sent>, Vec<&Sent>) =
            missing.partition(|it| self.may_drop(it));
        // What was reported may have been reported to a host that died.
        let unreported = self.power_cuts + self.host_deaths > 0;
        if !unreported && excused.len() > self.dropped {
            lost.extend(excused);
        }
        lost.iter().map(|it| it.message.number).collect()
    }

    /// Messages promised to get to the host that did not.
    fn undelivered(&self) -> Vec<usize> {
        let reads = self.plan.recvmode || self.power_cuts + self.host_deaths == 0;
        if !reads || self.plan.clean {
            return Vec::new();
        }
        // That the broker forgot is said once, by CONNACK. Where the power goes before
        // that is on disk, its new identifiers are taken for those of before.
        if self.forgot && self.power_cuts > 0 {
            return Vec::new();
        }
        let lost =
            |it: &&Given| it.promised && it.arrivals == 0 && it.message.qos != Qos::AtMostOnce;
        let lost = self.given.values().filter(lost);
        lost.map(|it| it.message.number).collect()
    }

    /// Messages accepted whose end was never reported.
    fn unreported(&self) -> Vec<usize> {
        let lossy = self.power_cuts + self.host_deaths > 0;
        if lossy || !self.plan.pubmode {
            return Vec::new();
        }
        let open = self.sent.values().filter(|it| it.fate == Fate::Accepted);
        open.map(|it| it.message.number).collect()
    }

    /// Everything is over: whether all promises were kept.
    pub(crate) fn judge(&self) -> Judged {
        [
            (self.missing(), "never got to the broker"),
            (self.undelivered(), "never got to the host"),
            (self.unreported(), "were accepted and never reported again"),
        ]
        .into_iter()
        .find(|(numbers, _)| !numbers.is_empty())
        .map_or(Ok(()), |(numbers, why)| {
            Err(format!("messages {numbers:?} {why}"))
        })
    }

    /// Whether nothing more is to be expected.
    pub(crate) fn is_settled(&self) -> bool {
        self.missing().is_empty() && self.unreported().is_empty()
    }

    /// Messages the broker took and the host got, in numbers.
    pub(crate) fn score(&self) -> [usize; 2] {
        let taken = self.sent.values().map(|it| it.arrivals).sum();
        [taken, self.given.values().map(|it| it.arrivals).sum()]
    }
}
