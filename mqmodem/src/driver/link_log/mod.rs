//! One line of the log for what becomes of a modem's link.

use crate::port::Label;
use crate::runtime::short_list::add;
use crate::transport::Proxy;
use mqmodem_core::modem::code;
use mqmodem_core::{Endpoint, Failure, Instant, LinkId, LinkState, Modem};
use std::fmt;
use std::time::Duration;

/// Trouble that repeats while it lasts is reported once in this time, with a count.
/// That it begins or is over is always reported.
const AGAIN: Duration = Duration::from_mins(1);

/// What was last reported of each link of a modem.
#[derive(Debug, Default)]
pub(super) struct LinkLogs {
    first: LinkLog,
    further: Box<[(LinkId, LinkLog)]>,
}

/// A link in the log: the first is by the modem's name alone.
#[derive(Clone, Copy)]
struct LinkName<'m> {
    modem: &'m Label,
    link: LinkId,
}

impl fmt::Display for LinkName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.modem.fmt(f)?;
        if self.link == LinkId::FIRST {
            return Ok(());
        }
        write!(f, " link {}", self.link.0)
    }
}

impl LinkLogs {
    /// A link is to be opened, through a proxy where there is one.
    pub(super) fn open(
        &mut self,
        modem: &Label,
        link: LinkId,
        to: &Endpoint<'_>,
        proxy: Option<&Proxy>,
    ) {
        self.log(link).open(LinkName { modem, link }, to, proxy);
    }

    /// Looks which links have come or gone.
    #[inline]
    pub(super) fn look(&mut self, name: &Label, modem: &Modem<'_>, now: Instant) {
        for link in modem.links() {
            let is = modem.link_state(link);
            let log = self.log(link);
            if is != log.was {
                let missing = || modem.missing_credential(link);
                let name = LinkName { modem: name, link };
                log.change(name, is, missing, modem.last_failure(link), now);
            }
        }
    }

    /// That of a link.
    #[inline]
    fn log(&mut self, link: LinkId) -> &mut LinkLog {
        if link == LinkId::FIRST {
            return &mut self.first;
        }
        let at = self.further.iter().position(|(of, _)| *of == link);
        let at = at.unwrap_or_else(|| add(&mut self.further, (link, LinkLog::default())));
        &mut self.further[at].1
    }
}

/// What was last reported of a link.
#[derive(Debug)]
struct LinkLog {
    was: LinkState,
    /// Where the link goes, or why it goes nowhere.
    to: Box<str>,
    /// Trouble was told of since the link was last up.
    troubled: bool,
    reported: Box<[Reported]>,
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

impl Default for LinkLog {
    fn default() -> Self {
        Self {
            was: LinkState::Closed,
            to: Box::default(),
            troubled: false,
            reported: Box::default(),
        }
    }
}

impl LinkLog {
    /// The link is to be opened.
    fn open(&mut self, name: LinkName<'_>, to: &Endpoint<'_>, proxy: Option<&Proxy>) {
        let over = match to.transport() {
            "TCP" => String::new(),
            transport => format!(" over {transport}"),
        };
        let through =
            |proxy: &Proxy| format!(" through the proxy {}:{}", proxy.host(), proxy.port());
        let through = proxy.map(through).unwrap_or_default();
        self.to = format!("{}:{}{over}{through}", to.host, to.port).into();
        tracing::debug!("{name}: opening {}", self.to);
    }

    /// The link has come or gone.
    #[cold]
    fn change<'m>(
        &mut self,
        name: LinkName<'_>,
        is: LinkState,
        missing: impl FnOnce() -> Option<(&'m str, &'m str)>,
        why: Failure,
        now: Instant,
    ) {
        let was = std::mem::replace(&mut self.was, is);
        if is == LinkState::Opening
            && let Some((option, missing)) = missing()
        {
            self.to = format!(
                "the certificate store has no \"{missing}\" that the option {option} names"
            )
            .into();
        }
        self.report(name, (was, is), why, now);
    }

    fn report(
        &mut self,
        name: LinkName<'_>,
        (was, is): (LinkState, LinkState),
        why: Failure,
        now: Instant,
    ) {
        use LinkState::{Closed, Closing, Online, Opening};
        match (was, is) {
            (_, Online) => self.connected(name),
            (Closing, Closed) => tracing::info!("{name}: disconnected"),
            (Online, Closed | Opening) => self.trouble(name, Kind::Lost, why, now),
            (Opening, Closed) => self.trouble(name, Kind::Refused, why, now),
            _ => {}
        }
    }

    fn connected(&mut self, name: LinkName<'_>) {
        let unreported = self.reported.iter_mut();
        let unreported = Unreported(
            unreported
                .map(|reported| std::mem::take(&mut reported.more))
                .sum(),
        );
        let to = &self.to;
        if std::mem::take(&mut self.troubled) {
            tracing::warn!("{name}: connected to {to} again{unreported}");
        } else {
            tracing::info!("{name}: connected to {to}");
        }
    }

    fn trouble(&mut self, name: LinkName<'_>, kind: Kind, why: Failure, now: Instant) {
        let Failure { code, layer, .. } = why;
        if matches!(code, code::BY_COMMAND | code::RADIO_OFF) {
            return tracing::info!("{name}: disconnected: {why}");
        }
        let what = match kind {
            Kind::Lost => "link lost",
            Kind::Refused => "cannot connect",
        };
        let more = self.turn((kind, code, why.status), now);
        let to = &self.to;
        if let Some(more) = more {
            tracing::warn!("{name}: {what}: {why} ({layer}, code {code}), {to}{more}");
        } else {
            tracing::debug!("{name}: {what}: {why} ({layer}, code {code}), {to}");
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
            add(&mut self.reported, Reported { kind, at, more });
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
mod tests;
