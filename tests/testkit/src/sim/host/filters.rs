//! What a host subscribes to: all topics at once, or each of them where a broker takes no
//! wildcards.

use super::Host;
use crate::sim::message::topic;

const ALL: &str = "i/#";

impl Host {
    /// Every topic there is.
    fn topics(&self) -> impl Iterator<Item = String> {
        (0..self.plan.topics).map(|number| topic('i', number))
    }

    /// Subscribes.
    pub(super) fn subscribe_line(&self) -> String {
        let command = |filter: &str| format!("+MQTTSUB=\"{filter}\",2");
        let commands: Vec<_> = if self.single {
            self.topics().map(|filter| command(&filter)).collect()
        } else {
            vec![command(ALL)]
        };
        format!("AT{}", commands.join(";"))
    }

    /// The answer to it.
    pub(super) fn has_subscribed(&mut self, ok: bool) {
        self.subscribed = ok.then_some(true);
        self.notes.subscribed |= ok;
        self.single ^= !ok && self.plan.limits;
    }

    /// Whether the answer to `+MQTTSUB?` lists what it needs.
    pub(super) fn has_all(&self, lines: &[String]) -> bool {
        let has = |filter: &str| {
            let start = format!("+MQTTSUB:{filter},");
            lines.iter().any(|line| line.starts_with(&start))
        };
        has(ALL) || self.topics().all(|filter| has(&filter))
    }
}
