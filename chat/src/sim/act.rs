//! Carrying out what the modem asks for.

use super::world::Link;
use super::{LINK, Sim};
use crate::script::Storage;
use mqmodem_core::mqtt::session::Record;
use mqmodem_core::{
    Action, Endpoint, Instant, ModemLines, NetError, NetEvent, Parity, Serial, Slot, Verify,
};

/// An action, without a claim on the modem.
enum Deed {
    Open(String),
    Close,
    Keep(Slot, Option<Vec<u8>>),
    Port(String),
}

impl Sim<'_> {
    pub(super) fn act(&mut self) -> Result<bool, String> {
        let now = self.now;
        let deed = match self.modem()?.poll_action() {
            None => return Ok(false),
            Some(Action::Open { link, to }) if link == LINK => Deed::Open(worded(&to, now)),
            Some(Action::Close { link }) if link == LINK => Deed::Close,
            Some(Action::Store { slot, bytes }) => Deed::Keep(slot, Some(bytes.to_vec())),
            Some(Action::Erase { slot }) => Deed::Keep(slot, None),
            Some(Action::Forget { link }) => {
                Deed::Keep(Slot::Session(link, Record::Identity), None)
            }
            Some(Action::Lines(lines)) => Deed::Port(worded_lines(lines)),
            Some(Action::Serial(serial)) => Deed::Port(worded_serial(serial)),
            Some(other) => return Err(format!("a chat knows nothing of {other:?}")),
        };
        match deed {
            Deed::Open(to) => self.open(&to)?,
            Deed::Close => {
                self.heard.asked.push("net < close".into());
                self.net.close();
            }
            Deed::Port(what) => self.heard.asked.push(format!("port < {what}")),
            Deed::Keep(slot, bytes) => {
                self.store.held.push((slot, bytes));
                self.answer_stored()?;
            }
        }
        Ok(true)
    }

    fn open(&mut self, to: &str) -> Result<(), String> {
        if self.net.link != Link::Closed {
            return Err("the modem opens a link it has not closed".into());
        }
        self.heard.asked.push(format!("net < {to}"));
        self.net.link = Link::Asked;
        if self.net.holds {
            return Ok(());
        }
        self.opened()
    }

    pub(super) fn opened(&mut self) -> Result<(), String> {
        if self.net.link != Link::Asked {
            return Err("no link is pending; write `net hold` before the modem asks".into());
        }
        self.net.link = Link::Open;
        let now = self.now;
        self.modem()?.handle_net(now, LINK, NetEvent::Opened);
        Ok(())
    }

    pub(super) fn net_fails(&mut self, why: NetError) -> Result<(), String> {
        if self.net.link != Link::Asked {
            return Err("no link is pending; write `net hold` before the modem asks".into());
        }
        self.net.close();
        let now = self.now;
        self.modem()?.handle_net(now, LINK, NetEvent::Failed(why));
        Ok(())
    }

    pub(super) fn answer_stored(&mut self) -> Result<(), String> {
        let ok = match self.store.mode {
            Storage::Holds => return Ok(()),
            mode => mode == Storage::Works,
        };
        let now = self.now;
        for (slot, bytes) in std::mem::take(&mut self.store.held) {
            if ok {
                self.store.keep(slot, bytes);
            }
            self.modem()?.handle_stored(now, slot, ok);
        }
        Ok(())
    }
}

/// Lines as `port <` words them.
fn worded_lines(lines: ModemLines) -> String {
    format!(
        "lines dcd={} dsr={}",
        u8::from(lines.dcd),
        u8::from(lines.dsr)
    )
}

/// Speed and format as `port <` words them.
fn worded_serial(serial: Serial) -> String {
    let Serial {
        baud,
        data_bits,
        parity,
        stop_bits,
        rts_cts,
        xon_xoff,
    } = serial;
    let parity = match parity {
        Parity::None => 'N',
        Parity::Odd => 'O',
        Parity::Even => 'E',
    };
    let flow = match (rts_cts, xon_xoff) {
        (false, false) => "",
        (true, _) => " rts/cts",
        (false, true) => " xon/xoff",
    };
    format!("serial {baud} {data_bits}{parity}{stop_bits}{flow}")
}

/// An endpoint as `net <` words it.
fn worded(to: &Endpoint<'_>, now: Instant) -> String {
    let scheme = if to.tls.is_some() { "tls" } else { "tcp" };
    let mut words = format!("open {scheme}://{}:{}", to.host, to.port);
    let tls = to.tls.unwrap_or_default();
    let files = [
        ("root", tls.root),
        ("certificate", tls.certificate),
        ("key", tls.key),
    ];
    for (name, bytes) in files {
        if let Some(bytes) = bytes {
            words = format!("{words} {name}={}", bytes.len());
        }
    }
    match tls.verify {
        Verify::All => {}
        Verify::Nothing => words.push_str(" verify=0"),
        Verify::Chain => words.push_str(" verify=2"),
    }
    for (name, text) in [("sni", tls.sni), ("alpn", tls.alpn)] {
        if let Some(text) = text {
            words = format!("{words} {name}={text}");
        }
    }
    words + &format!(" within {}ms", to.deadline.since(now).as_millis())
}
