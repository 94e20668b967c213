//! One line of the log for what becomes of a modem's link.

use crate::port::Label;
use crate::transport::Proxy;
use mqmodem_core::modem::code;
use mqmodem_core::{Endpoint, Failure, Instant, LinkId, LinkState, Modem};
use std::fmt;
use std::time::Duration;

/// Trouble that repeats while it lasts is reported once in this time, with a count.
/// That it begins or is over is always reported.
const AGAIN: Duration = Duration::from_mins(1);

/// What was last reported of each link of a modem.
#[derive(Debug)]
pub(super) struct LinkLogs {
    first: LinkLog,
    further: Vec<(LinkId, LinkLog)>,
}

impl LinkLogs {
    pub(super) fn of(modem: Label) -> Self {
        Self {
            first: LinkLog::of(modem),
            further: Vec::new(),
        }
    }

    /// A link is to be opened, through a proxy where there is one.
    pub(super) fn open(&mut self, link: LinkId, to: &Endpoint<'_>, proxy: Option<&Proxy>) {
        self.log(link).open(to, proxy);
    }

    /// Looks which links have come or gone.
    #[inline]
    pub(super) fn look(&mut self, modem: &Modem<'_>, now: Instant) {
        for link in modem.links() {
            let is = modem.link_state(link);
            let missing = || modem.missing_credential(link);
            let why = || modem.last_failure(link);
            self.log(link).look(is, missing, why, now);
        }
    }

    /// That of a link; one of the first is by the modem's name alone.
    #[inline]
    fn log(&mut self, link: LinkId) -> &mut LinkLog {
        if link == LinkId::FIRST {
            return &mut self.first;
        }
        let at = self.further.iter().position(|(of, _)| *of == link);
        let at = at.unwrap_or_else(|| {
            let name = Label::new(&format!("{} link {}", self.first.modem, link.0));
            self.further.push((link, LinkLog::of(name)));
            self.further.len() - 1
        });
        &mut self.further[at].1
    }
}

/// What was last reported of a link.
#[derive(Debug)]
struct LinkLog {
    modem: Label,
    was: LinkState,
    /// Where the link goes, or why it goes nowhere.
    to: Box<str>,
    /// Trouble was told of since the link was last up.
    troubled: bool,
    reported: Vec<Reported>,
}

/// A kind of trouble that was reported.
#[derive(Debug)]
struct Reported {
    kind: Trouble,
    at: Instant,
    /// How often it came since.
    more: u64,
}

/// What it was, its code, and the status of HTTP behind that.
type Trouble = (Kind, u8, u16);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Lost,
    Refused,
}

impl LinkLog {
    fn of(modem: Label) -> Self {
        Self {
            modem,
            was: LinkState::Closed,
            to: Box::default(),
            troubled: false,
            reported: Vec::new(),
        }
    }

    /// The link is to be opened.
    fn open(&mut self, to: &Endpoint<'_>, proxy: Option<&Proxy>) {
        let over = match to.transport() {
            "TCP" => String::new(),
            transport => format!(" over {transport}"),
        };
        let through =
            |proxy: &Proxy| format!(" through the proxy {}:{}", proxy.host(), proxy.port());
        let through = proxy.map(through).unwrap_or_default();
        self.to = format!("{}:{}{over}{through}", to.host, to.port).into();
        tracing::debug!("{}: opening {}", self.modem, self.to);
    }

    /// Looks whether the link has come or gone.
    #[inline]
    fn look<'m>(
        &mut self,
        is: LinkState,
        missing: impl FnOnce() -> Option<(&'m str, &'m str)>,
        why: impl FnOnce() -> Failure,
        now: Instant,
    ) {
        if is != self.was {
            let was = std::mem::replace(&mut self.was, is);
            if is == LinkState::Opening
                && let Some((option, name)) = missing()
            {
                self.to = format!(
                    "the certificate store has no \"{name}\" that the option {option} names"
                )
                .into();
            }
            self.report(was, is, why(), now);
        }
    }

    #[cold]
    fn report(&mut self, was: LinkState, is: LinkState, why: Failure, now: Instant) {
        use LinkState::{Closed, Closing, Online, Opening};
        match (was, is) {
            (_, Online) => self.connected(),
            (Closing, Closed) => tracing::info!("{}: disconnected", self.modem),
            (Online, Closed | Opening) => self.trouble(Kind::Lost, why, now),
            (Opening, Closed) => self.trouble(Kind::Refused, why, now),
            _ => {}
        }
    }

    fn connected(&mut self) {
        let unreported = self.reported.iter_mut();
        let unreported = Unreported(
            unreported
                .map(|reported| std::mem::take(&mut reported.more))
                .sum(),
        );
        let (modem, to) = (&self.modem, &self.to);
        if std::mem::take(&mut self.troubled) {
            tracing::warn!("{modem}: connected to {to} again{unreported}");
        } else {
            tracing::info!("{modem}: connected to {to}");
        }
    }

    fn trouble(&mut self, kind: Kind, why: Failure, now: Instant) {
        let Failure { code, layer, .. } = why;
        if matches!(code, code::BY_COMMAND | code::RADIO_OFF) {
            return tracing::info!("{}: disconnected: {why}", self.modem);
        }
        let what = match kind {
            Kind::Lost => "link lost",
            Kind::Refused => "cannot connect",
        };
        let more = self.turn((kind, code, why.status), now);
        let modem = &self.modem;
        let to = &self.to;
        if let Some(more) = more {
            tracing::warn!("{modem}: {what}: {why} ({layer}, code {code}), {to}{more}");
        } else {
            tracing::debug!("{modem}: {what}: {why} ({layer}, code {code}), {to}");
        }
    }

    /// Whether trouble of a kind is told now, and how often it was not.
    fn turn(&mut self, kind: Trouble, now: Instant) -> Option<More> {
        let begins = !std::mem::replace(&mut self.troubled, true);
        let Some(reported) = self
            .reported
            .iter_mut()
            .find(|reported| reported.kind == kind)
        else {
            let (at, more) = (now, 0);
            self.reported.push(Reported { kind, at, more });
            return Some(More(0));
        };
        if !begins && now.since(reported.at) < AGAIN {
            reported.more += 1;
            return None;
        }
        reported.at = now;
        Some(More(std::mem::take(&mut reported.more)))
    }
}

/// How often something came without being reported.
struct More(u64);

impl fmt::Display for More {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            more => write!(f, "; {more} times more in the meantime"),
        }
    }
}

/// How many failures were not told of until they were over.
struct Unreported(u64);

impl fmt::Display for Unreported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => f.write_str("; 1 more failure in the meantime"),
            more => write!(f, "; {more} more failures in the meantime"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::capture::logged;

    fn at(secs: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(secs)
    }

    #[test]
    fn what_becomes_of_a_link_is_told_by_the_modems_name_in_words() {
        use LinkState::{Closed, Closing, Online, Opening};
        let mut link_log = LinkLog::of(Label::new("pump"));
        link_log.to = "b:1".into();
        let log = logged(|| {
            link_log.report(Opening, Closed, Failure::of(code::TLS_UNTRUSTED), at(0));
            link_log.report(Opening, Closed, Failure::of(5), at(1));
            for status in [404, 404, 401] {
                let refused = Failure::of(code::WEBSOCKET_REFUSED);
                let why = Failure { status, ..refused };
                link_log.report(Opening, Closed, why, at(1));
            }
            link_log.report(Opening, Online, Failure::of(5), at(2));
            link_log.report(Online, Closed, Failure::of(code::CLOSED), at(3));
            link_log.report(Opening, Online, Failure::of(5), at(100));
            link_log.report(Closing, Closed, Failure::of(5), at(101));
        });
        assert_eq!(
            log,
            [
                "WARN pump: cannot connect: TLS: certificate not trusted (tls, code 25), b:1",
                "WARN pump: cannot connect: broker: not authorized (mqtt, code 5), b:1",
                "WARN pump: cannot connect: WebSocket refused: 404 (tcp, code 37), b:1",
                "DEBUG pump: cannot connect: WebSocket refused: 404 (tcp, code 37), b:1",
                "WARN pump: cannot connect: WebSocket refused: 401 (tcp, code 37), b:1",
                "WARN pump: connected to b:1 again; 1 more failure in the meantime",
                "WARN pump: link lost: closed by the broker (tcp, code 24), b:1",
                "WARN pump: connected to b:1 again",
                "INFO pump: disconnected",
            ]
        );
    }

    #[test]
    fn that_trouble_begins_or_is_over_is_told_however_soon() {
        use LinkState::{Closed, Closing, Online, Opening};
        let mut link_log = LinkLog::of(Label::new("pump"));
        link_log.to = "b:1".into();
        let log = logged(|| {
            link_log.report(Opening, Online, Failure::of(5), at(0));
            link_log.report(Online, Closed, Failure::of(code::CLOSED), at(1));
            for _ in 0..5 {
                link_log.report(Opening, Closed, Failure::of(21), at(2));
            }
            link_log.report(Opening, Online, Failure::of(5), at(3));
            link_log.report(Online, Closed, Failure::of(code::CLOSED), at(4));
            link_log.report(Opening, Closed, Failure::of(21), at(4));
            link_log.report(Opening, Online, Failure::of(5), at(5));
            link_log.report(Closing, Closed, Failure::of(5), at(6));
            link_log.report(Opening, Closed, Failure::of(21), at(7));
        });
        let reported = log.iter().filter(|line| !line.starts_with("DEBUG"));
        assert_eq!(
            reported.collect::<Vec<_>>(),
            [
                "INFO pump: connected to b:1",
                "WARN pump: link lost: closed by the broker (tcp, code 24), b:1",
                "WARN pump: cannot connect: connection refused (tcp, code 21), b:1",
                "WARN pump: connected to b:1 again; 4 more failures in the meantime",
                "WARN pump: link lost: closed by the broker (tcp, code 24), b:1",
                "WARN pump: connected to b:1 again; 1 more failure in the meantime",
                "INFO pump: disconnected",
                "WARN pump: cannot connect: connection refused (tcp, code 21), b:1",
            ]
        );
    }

    #[test]
    fn further_links_are_logged_with_their_number() {
        let mut logs = LinkLogs::of(Label::new("pump"));
        let to = Endpoint {
            host: "b",
            port: 1,
            tls: None,
            websocket: None,
            deadline: at(5),
        };
        let log = logged(|| {
            for link in [LinkId(0), LinkId(2)] {
                let proxy = Proxy::new("proxy", 3128, None);
                logs.open(link, &to, (link != LinkId(0)).then_some(&proxy));
                let why = || Failure::NONE;
                logs.log(link).look(LinkState::Online, || None, why, at(0));
            }
        });
        let reported = log.iter().filter(|line| line.starts_with("INFO"));
        assert_eq!(
            reported.collect::<Vec<_>>(),
            [
                "INFO pump: connected to b:1",
                "INFO pump link 2: connected to b:1 through the proxy proxy:3128"
            ]
        );
    }

    #[test]
    fn what_comes_again_and_again_is_told_once_a_minute_with_a_count() {
        let mut link_log = LinkLog::of(Label::new("pump"));
        let log = logged(|| {
            for second in 0..=60 {
                link_log.report(
                    LinkState::Opening,
                    LinkState::Closed,
                    Failure::of(21),
                    at(second),
                );
            }
        });
        let reported: Vec<_> = log.iter().filter(|line| line.starts_with("WARN")).collect();
        let [first, again] = reported[..] else {
            panic!("{log:?}");
        };
        assert!(!first.contains("times more"), "{first}");
        assert!(again.ends_with("59 times more in the meantime"), "{again}");
    }
}
