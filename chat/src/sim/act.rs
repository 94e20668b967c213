//! Carrying out what the modem asks for.

use super::world::Link;
use super::{LINK, Sim};
use crate::script::Storage;
use mqmodem_core::mqtt::session::Record;
use mqmodem_core::{
    Action, ConnId, Endpoint, Instant, ModemLines, NetError, NetEvent, Parity, Serial, Slot, Stage,
    Verify,
};

/// An action, without a claim on the modem.
enum Deed {
    Open(ConnId, String),
    Close,
    Keep(Slot, Option<Vec<u8>>),
    Port(String),
}

impl Sim<'_> {
    pub(super) fn act(&mut self) -> Result<bool, String> {
        let (now, open) = (self.now, self.net.conn);
        let deed = match self.modem()?.poll_action() {
            None => return Ok(false),
            Some(Action::Open { conn, to }) if conn.link == LINK => {
                Deed::Open(conn, worded(&to, now))
            }
            Some(Action::Close { conn, .. }) if conn == open => Deed::Close,
            Some(Action::Store { slot, bytes }) => Deed::Keep(slot, Some(bytes.to_vec())),
            Some(Action::Erase { slot }) => Deed::Keep(slot, None),
            Some(Action::Forget { link }) => {
                Deed::Keep(Slot::Session(link, Record::Identity), None)
            }
            Some(Action::Lines(lines)) => Deed::Port(worded_lines(lines)),
            Some(Action::Serial(serial)) => Deed::Port(worded_serial(serial)),
            Some(other @ (Action::Open { .. } | Action::Close { .. })) => {
                return Err(format!("a chat knows nothing of {other:?}"));
            }
        };
        match deed {
            Deed::Open(conn, to) => self.open(conn, &to)?,
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

    fn open(&mut self, conn: ConnId, to: &str) -> Result<(), String> {
        if self.net.link != Link::Closed {
            return Err("the modem opens a link it has not closed".into());
        }
        self.heard.asked.push(format!("net < {to}"));
        self.net.link = Link::Asked;
        self.net.conn = conn;
        if self.net.holds {
            return Ok(());
        }
        self.opened()
    }

    pub(super) fn opened(&mut self) -> Result<(), String> {
        self.net.pending()?;
        self.net.link = Link::Open;
        self.tell(NetEvent::Opened)
    }

    pub(super) fn net_at(&mut self, stage: Stage) -> Result<(), String> {
        self.net.pending()?;
        self.tell(NetEvent::Opening(stage))
    }

    /// Something happened to the present connection.
    fn tell(&mut self, event: NetEvent) -> Result<(), String> {
        let (now, conn) = (self.now, self.net.conn);
        self.modem()?.handle_net(now, conn, event);
        Ok(())
    }

    /// Everything there is to tell of the connection before the present one, once
    /// more and too late.
    pub(super) fn tell_late(&mut self) -> Result<(), String> {
        let now = self.now;
        let number = self.net.conn.number.wrapping_sub(1);
        let conn = ConnId { number, link: LINK };
        let modem = self.modem()?;
        for event in [
            NetEvent::Opening(Stage::Tls),
            NetEvent::Opened,
            NetEvent::Failed(NetError::NameNotFound),
            NetEvent::Closed,
        ] {
            modem.handle_net(now, conn, event);
        }
        modem.net_sent(now, conn, 1);
        match modem.handle_net_data(now, conn, b"late") {
            4 => Ok(()),
            _ => Err("what came late is not taken".into()),
        }
    }

    pub(super) fn net_fails(&mut self, why: NetError) -> Result<(), String> {
        self.net.pending()?;
        self.net.hold_said = false;
        self.net.close();
        self.tell(NetEvent::Failed(why))
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
