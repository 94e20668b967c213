//! A link with everything at its ends: its host, its broker, and what is promised.

use super::broker::Broker;
use super::host::Host;
use super::ledger::Ledger;
use super::message::Message;
use super::network::Network;
use super::plan::Plan;
use super::story::Story;
use super::trouble::Attempts;
use super::wire_observer::WireObserver;
use crate::random::Random;
use mqmodem_core::Instant;

/// A link of the modem.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) plan: Plan,
    pub(crate) host: Host,
    pub(crate) network: Network,
    pub(crate) broker: Broker,
    pub(crate) wire: WireObserver,
    pub(crate) ledger: Ledger,
    pub(crate) attempts: Attempts,
    /// It takes no byte until then.
    pub(crate) stalls: Instant,
    /// Messages to the modem that were published.
    incoming: usize,
}

impl Lane {
    pub(crate) fn new(link: usize, plan: Plan, story: &Story) -> Self {
        Self {
            plan,
            host: Host::new(link, plan),
            network: Network::new(link, &plan),
            broker: Broker::new(&plan),
            wire: WireObserver::new(&plan),
            ledger: Ledger::new(plan, story),
            attempts: Attempts::default(),
            stalls: Instant::ZERO,
            incoming: 0,
        }
    }

    /// Somebody publishes the next message to the client; whether there are more.
    pub(crate) fn publish(&mut self, random: &mut Random) -> bool {
        self.incoming += 1;
        let Plan {
            topics, content, ..
        } = self.plan;
        let message = Message::draw(self.incoming, topics, content, random);
        if let Some(message) = self.broker.publish(message, &mut self.ledger) {
            self.ledger.log(|| format!("incoming {message:?}"));
            self.ledger.given(message);
        }
        self.incoming < self.plan.incoming
    }

    /// What is still to be waited for.
    pub(crate) fn unfinished(&self) -> Option<&'static str> {
        let broker = (!self.broker.is_idle()).then_some("the broker has more to deliver");
        let open = (!self.ledger.is_settled()).then_some("accepted messages under way");
        let incoming = self.incoming < self.plan.incoming;
        let incoming = incoming.then_some("messages not published yet");
        let host = (!self.host.alive).then_some("the host is away");
        let host = host.or_else(|| self.host.unfinished());
        host.or(broker).or(open).or(incoming)
    }

    /// Whether all promises were kept.
    pub(crate) fn judge(&self) -> Result<(), String> {
        self.ledger.judge()?;
        // With the power goes that the broker has just said it forgot.
        if self.ledger.power_cuts > 0 {
            return Ok(());
        }
        self.broker.judge()
    }
}
