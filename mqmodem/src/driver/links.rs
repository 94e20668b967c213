//! The links of one modem.

use crate::observe::Observers;
use crate::port::Label;
use crate::runtime::leftover::Leftover;
use crate::transport::{NetLink, Pace, Proxy, TlsConfigs};
use mqmodem_core::{ConnId, Endpoint, Instant, Modem, NetError, NetEvent};
use mqmodem_faults::Faults;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The links of one modem, each made when it is first opened.
pub(super) struct NetLinks {
    pub(super) slots: Vec<LinkSlot>,
    tls: Arc<TlsConfigs>,
    pace: Option<Arc<Pace>>,
    proxy: Option<Arc<Proxy>>,
}

pub(super) struct LinkSlot {
    /// Its present connection, or the last one it had.
    pub(super) conn: ConnId,
    pub(super) link: NetLink,
    leftover: Leftover,
    /// What is to be told once all bytes that came before are taken.
    pub(super) end: Option<NetEvent>,
    /// It is up, and the modem is not told yet.
    pub(super) is_untold: bool,
}

impl NetLinks {
    pub(super) fn new(
        tls: Arc<TlsConfigs>,
        pace: Option<Arc<Pace>>,
        proxy: Option<Arc<Proxy>>,
    ) -> Self {
        Self {
            slots: Vec::new(),
            tls,
            pace,
            proxy,
        }
    }

    /// What every link goes through.
    pub(super) fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_deref()
    }

    pub(super) fn open(&mut self, conn: ConnId, who: &Label, to: &Endpoint<'_>) {
        let same = |slot: &LinkSlot| slot.conn.link == conn.link;
        let at = self.slots.iter().position(same);
        let at = at.unwrap_or_else(|| {
            // Mostly there is one.
            self.slots.reserve_exact(1);
            self.slots.push(LinkSlot {
                conn,
                link: NetLink::through(self.proxy.clone()),
                leftover: Leftover::default(),
                end: None,
                is_untold: false,
            });
            self.slots.len() - 1
        });
        let slot = &mut self.slots[at];
        slot.forget();
        slot.conn = conn;
        slot.link.open(who, to, &self.tls, self.pace.clone());
    }

    /// Drops every link without a word.
    pub(super) fn abandon(&mut self) {
        for slot in &mut self.slots {
            slot.forget();
            slot.link.abandon();
        }
    }

    pub(super) fn close(&mut self, conn: ConnId) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.conn == conn) {
            slot.forget();
            slot.link.close();
        }
    }

    /// Moves every link once; whether anything moved.
    pub(super) fn turn(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        modem: &mut Modem<'static>,
        observers: &mut Observers,
        faults: Option<&mut Faults>,
        buf: &mut [u8],
    ) -> bool {
        if let Some(faults) = faults {
            return self.turn_faulty(cx, now, (modem, observers), faults, buf);
        }
        let mut moved = false;
        for slot in &mut self.slots {
            let mut turn = Turn {
                now,
                modem: &mut *modem,
                observers: &mut *observers,
            };
            moved |= slot.turn(cx, &mut turn, buf);
        }
        moved
    }

    /// Nothing moves any more.
    pub(super) fn rest(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.link.rest());
    }

    /// Ready when every closed link has said its goodbye.
    pub(super) fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut all = Poll::Ready(());
        for slot in &mut self.slots {
            if slot.link.poll_closed(cx).is_pending() {
                all = Poll::Pending;
            }
        }
        all
    }
}

pub(super) struct Turn<'t> {
    pub(super) now: Instant,
    pub(super) modem: &'t mut Modem<'static>,
    pub(super) observers: &'t mut Observers,
}

impl Turn<'_> {
    pub(super) fn report(&mut self, conn: ConnId, event: NetEvent) {
        self.observers.net(self.now, conn.link, event);
        self.modem.handle_net(self.now, conn, event);
    }

    /// It is up, over this version of TLS.
    pub(super) fn open(&mut self, conn: ConnId, tls: Option<&'static str>) {
        self.observers.opened(self.now, conn.link, tls);
        self.modem.handle_net(self.now, conn, NetEvent::Opened);
    }

    #[must_use]
    pub(super) fn offer(&mut self, conn: ConnId, bytes: &[u8]) -> usize {
        let taken = self.modem.handle_net_data(self.now, conn, bytes);
        let heard = bytes.get(..taken).unwrap_or_default();
        self.observers.net_received(self.now, conn.link, heard);
        taken
    }
}

impl LinkSlot {
    pub(super) fn forget(&mut self) {
        self.leftover.clear();
        self.end = None;
        self.is_untold = false;
    }

    fn turn(&mut self, cx: &mut Context<'_>, turn: &mut Turn<'_>, buf: &mut [u8]) -> bool {
        let _ = self.link.poll_closed(cx);
        let mut moved = false;
        let opened = self.link.poll_opened(cx);
        if let Some(stage) = self.link.new_stage() {
            turn.report(self.conn, NetEvent::Opening(stage));
        }
        if let Poll::Ready(opened) = opened {
            match opened {
                Ok(()) => turn.open(self.conn, self.link.tls_version()),
                Err(error) => turn.report(self.conn, NetEvent::Failed(error)),
            }
            moved = true;
        }
        moved |= self.send(cx, turn);
        moved |= self.receive(cx, turn, buf);
        moved
    }

    fn send(&mut self, cx: &mut Context<'_>, turn: &mut Turn<'_>) -> bool {
        let mut moved = false;
        while !turn.modem.net_out(self.conn).is_empty() {
            let Poll::Ready(sent) = self.link.poll_write(cx, turn.modem.net_out(self.conn)) else {
                break;
            };
            moved = true;
            match sent {
                Ok(n) => {
                    let sent = turn.modem.net_out(self.conn).get(..n);
                    turn.observers
                        .net_sent(turn.now, self.conn.link, sent.unwrap_or_default());
                    turn.modem.net_sent(turn.now, self.conn, n);
                }
                Err(error) => {
                    self.fail(turn, NetEvent::Failed(error));
                    break;
                }
            }
        }
        moved
    }

    fn receive(&mut self, cx: &mut Context<'_>, turn: &mut Turn<'_>, buf: &mut [u8]) -> bool {
        if !turn.modem.net_ready(self.conn) {
            return false;
        }
        if !self.leftover.is_empty() {
            let taken = turn.offer(self.conn, self.leftover.rest());
            self.leftover.take(taken);
            return taken > 0;
        }
        if let Some(end) = self.end.take() {
            self.fail(turn, end);
            return true;
        }
        match self.link.poll_read(cx, buf) {
            Poll::Pending => false,
            Poll::Ready(read) => {
                self.handle_read(turn, read, buf);
                true
            }
        }
    }

    fn handle_read(&mut self, turn: &mut Turn<'_>, read: Result<usize, NetError>, buf: &[u8]) {
        match read {
            Ok(0) => self.fail(turn, NetEvent::Closed),
            Err(error) => self.fail(turn, NetEvent::Failed(error)),
            Ok(n) => {
                let bytes = buf.get(..n).unwrap_or_default();
                let taken = turn.offer(self.conn, bytes).min(n);
                self.leftover.append(bytes.get(taken..).unwrap_or_default());
            }
        }
    }

    /// The link is gone. What came before is still offered first.
    fn fail(&mut self, turn: &mut Turn<'_>, event: NetEvent) {
        if self.leftover.is_empty() {
            self.link.close();
            turn.report(self.conn, event);
        } else {
            self.end = Some(event);
            self.link.abandon();
        }
    }
}
