//! What a host makes of what it reads.

use super::{Asked, Host};
use crate::sim::ledger::{Fate, Ledger};
use crate::sim::message::Message;
use crate::sim::port::Port;
use crate::sim::reply::{self, Reply};
use mqmodem_core::Instant;
use mqmodem_core::mqtt::Qos;
use std::time::Duration;

type Judged = Result<(), String>;

impl Host {
    /// A reply of the modem has come.
    pub(crate) fn receive(
        &mut self,
        reply: Reply,
        now: Instant,
        port: &mut Port,
        ledger: &mut Ledger,
    ) -> Judged {
        match reply {
            Reply::Line(line) => {
                ledger.log(|| format!("host <- {line}"));
                self.receive_line(&line, now, port, ledger)
            }
            Reply::Message(message) => self.receive_message(message, ledger),
        }
    }

    fn receive_message(&mut self, message: reply::Received, ledger: &mut Ledger) -> Judged {
        let reply::Received {
            number,
            topic,
            qos,
            content,
        } = &message;
        ledger.log(|| {
            format!(
                "host <- {number:?} {topic} {qos} {}",
                content.escape_ascii()
            )
        });
        match (number, self.plan.recvmode) {
            (None, false) => ledger.got(topic, *qos, content),
            (Some(_), true) if self.is_asked(Asked::Read) && self.message.is_none() => {
                self.message = Some(message);
                Ok(())
            }
            _ => Err("a message nobody asked for".to_owned()),
        }
    }

    fn is_asked(&self, what: Asked) -> bool {
        self.asked.is_some_and(|(asked, _)| asked == what)
    }

    fn receive_line(
        &mut self,
        line: &str,
        now: Instant,
        port: &mut Port,
        ledger: &mut Ledger,
    ) -> Judged {
        let (name, values) = line.split_once(':').unwrap_or((line, ""));
        let mut values = values.split(',').map(str::parse::<u32>);
        let mut value = || values.next().and_then(Result::ok);
        match name {
            "OK" => return self.answered(true, now, port, ledger),
            "ERROR" | "+CME ERROR" => return self.answered(false, now, port, ledger),
            "+MQTTCONNECT" | "+MQTTSTATE" | "+MQTTSUB" | "+MQTTPUB" | "+MQTTQUEUE" => {
                self.lines.push(line.to_owned());
            }
            "+MQTTDISCONNECTED" => {
                let most = if self.plan.reconnect { 60_000 } else { 3000 };
                self.online = Some(false);
                self.connect_at = now + self.random.millis(most);
            }
            "+MQTTCONNECTED" => {
                self.online = Some(true);
                self.subscribed = None;
            }
            "RDY" if self.plan.restarts || self.plan.faults.power > 0 => {
                self.online = None;
                self.subscribed = None;
                self.waiting = true;
            }
            "+MQTTRECVIND" if self.plan.recvmode => self.waiting = true,
            "+MQTTPUBACK" if self.plan.pubmode => {
                let (id, code) = (value(), value());
                return self.receive_end(id, code, ledger);
            }
            "+MQTTPUBDROPPED" => {
                return ledger.reported_dropped(value().unwrap_or_default() as usize);
            }
            _ => return Err(format!("an unknown line: {line}")),
        }
        self.hurry(now);
        Ok(())
    }

    /// There may be something to do sooner.
    fn hurry(&mut self, now: Instant) {
        let at = now + self.random.millis(20);
        self.wake_at = Some(self.wake_at.map_or(at, |wake| wake.min(at)));
    }

    /// `+MQTTPUBACK:<id>,<code>`
    fn receive_end(&mut self, id: Option<u32>, code: Option<u32>, ledger: &mut Ledger) -> Judged {
        let (Some(id), Some(code)) = (id, code) else {
            return Err("+MQTTPUBACK without numbers".to_owned());
        };
        let number = if self.plan.host_ids {
            Some(id as usize)
        } else {
            self.notes.by_id.get(&id).copied()
        };
        let fate = Fate::of_code(code);
        // Of one that was accepted while the host was away it knows nothing.
        number.map_or(Ok(()), |number| ledger.reported(number, fate))
    }

    /// The final result of what was asked.
    fn answered(&mut self, ok: bool, now: Instant, port: &mut Port, ledger: &mut Ledger) -> Judged {
        let Some((asked, _)) = self.asked.take() else {
            return Err("an answer nobody asked for".to_owned());
        };
        let lines = std::mem::take(&mut self.lines);
        self.wake_at = Some(now + self.random.millis(20));
        match self.behind.pop_front() {
            Some(message) => self.asked = Some((Asked::Publish(message), now)),
            None => port.answered(),
        }
        match asked {
            Asked::Setup if ok => self.notes.setup += 1,
            Asked::Setup => return Err("the setup was refused".to_owned()),
            Asked::State => self.online = Some(lines.iter().any(|it| it == "+MQTTSTATE:1")),
            Asked::Connect => self.connected(ok, now),
            Asked::Disconnect | Asked::Restart => {
                self.online = None;
                self.connect_at = now + self.random.millis(9000);
            }
            Asked::Backlog => {
                self.emptied = lines.iter().any(|it| it.starts_with("+MQTTQUEUE:0,0,"));
            }
            Asked::Filters => self.subscribed = Some(self.has_all(&lines)),
            Asked::Subscribe => self.has_subscribed(ok),
            Asked::Drop(number) if ok => ledger.called_off(number),
            Asked::Drop(_) => {}
            Asked::Publish(message) => {
                return self.published(message, ok, &lines, now, port.echoes, ledger);
            }
            Asked::Read => return self.has_read(ok, now, ledger),
            Asked::Release(number) if ok => {
                self.release = None;
                self.notes.processed.retain(|it| *it != number);
            }
            // The disk did not take it: once more.
            Asked::Release(_) if self.plan.disk_may_fail() || port.echoes => {}
            Asked::Release(number) => return Err(format!("message {number} is not released")),
        }
        Ok(())
    }

    fn connected(&mut self, ok: bool, now: Instant) {
        self.online = ok.then_some(true);
        self.subscribed = None;
        self.connect_at = now + self.random.millis(5000);
    }

    fn published(
        &mut self,
        message: Message,
        ok: bool,
        lines: &[String],
        now: Instant,
        echoes: bool,
        ledger: &mut Ledger,
    ) -> Judged {
        self.publish_at = now + self.random.millis(self.plan.pause);
        let Message { number, qos, .. } = message;
        if self.plan.pubmode && qos != Qos::AtMostOnce {
            return self.accepted(number, ok, lines, echoes, ledger);
        }
        if ok {
            self.notes.open = None;
            // It may have to wait in the queue.
            let fate = if self.plan.queue > 0 && qos != Qos::AtMostOnce {
                Fate::Accepted
            } else {
                Fate::Delivered
            };
            return ledger.reported(number, fate);
        }
        Ok(())
    }

    fn accepted(
        &mut self,
        number: usize,
        ok: bool,
        lines: &[String],
        echoes: bool,
        ledger: &mut Ledger,
    ) -> Judged {
        if !ok && echoes && self.plan.host_ids {
            // A modem that cannot read what it kept does not know either.
            return Ok(());
        }
        self.notes.open = None;
        if !ok {
            return ledger.reported(number, Fate::Refused);
        }
        let id = lines.iter().find_map(|line| line.strip_prefix("+MQTTPUB:"));
        let id = id.and_then(|id| id.parse().ok());
        let id = id.ok_or("OK without +MQTTPUB:<id>")?;
        self.notes.by_id.insert(id, number);
        ledger.reported(number, Fate::Accepted)
    }

    /// The answer to `+MQTTREAD`: a message is processed once, whatever becomes
    /// of its release.
    fn has_read(&mut self, ok: bool, now: Instant, ledger: &mut Ledger) -> Judged {
        self.read_at = now + Duration::from_secs(5);
        let message = self.message.take();
        self.waiting = message.is_some() && ok;
        let Some(reply::Received {
            number: Some(number),
            topic,
            qos,
            content,
        }) = message
        else {
            return Ok(());
        };
        // To read the next one releases this one as well.
        let acknowledges = self.plan.careful || !self.random.one_in(3);
        self.release = acknowledges.then_some(number);
        if self.notes.processed.contains(&number) {
            return Ok(());
        }
        self.notes.processed.push(number);
        ledger.got(&topic, qos, &content)
    }
}
