//! The links of a modem with which things are made to go wrong.

use super::links::{LinkSlot, NetLinks, Turn};
use crate::observe::Observers;
use mqmodem_core::{Instant, Modem, NetError, NetEvent};
use mqmodem_faults::{FaultEnd, Faults, Passage};
use std::task::{Context, Poll};

impl NetLinks {
    /// Moves every link once; whether anything moved.
    pub(super) fn turn_faulty(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        (modem, observers): (&mut Modem<'static>, &mut Observers),
        faults: &mut Faults,
        buf: &mut [u8],
    ) -> bool {
        let mut moved = false;
        for slot in &mut self.slots {
            let mut turn = Turn {
                now,
                modem: &mut *modem,
                observers: &mut *observers,
            };
            moved |= slot.turn_faulty(cx, &mut turn, faults, buf);
        }
        while let Some((link, end)) = faults.poll_end() {
            let mut turn = Turn {
                now,
                modem: &mut *modem,
                observers: &mut *observers,
            };
            if let Some(slot) = self.slots.iter_mut().find(|it| it.conn.link == link) {
                slot.end_by_fault(&mut turn, end);
            }
            moved = true;
        }
        moved
    }
}

impl LinkSlot {
    fn turn_faulty(
        &mut self,
        cx: &mut Context<'_>,
        turn: &mut Turn<'_>,
        faults: &mut Faults,
        buf: &mut [u8],
    ) -> bool {
        let _ = self.link.poll_closed(cx);
        let mut moved = self.open_faulty(cx, turn, faults);
        moved |= self.push(turn, faults);
        moved |= self.write(cx, turn, faults);
        moved |= self.read(cx, turn, faults, buf);
        faults.advance(turn.now);
        moved |= self.deliver(turn, faults);
        moved
    }

    /// Tells the modem how opening fares, as soon as it may know.
    fn open_faulty(
        &mut self,
        cx: &mut Context<'_>,
        turn: &mut Turn<'_>,
        faults: &mut Faults,
    ) -> bool {
        let opened = self.link.poll_opened(cx);
        if let Some(stage) = self.link.new_stage() {
            turn.report(self.conn, NetEvent::Opening(stage));
        }
        match opened {
            Poll::Ready(Ok(())) => self.is_untold = true,
            Poll::Ready(Err(error)) => {
                faults.closed(self.conn.link);
                turn.report(self.conn, NetEvent::Failed(error));
                return true;
            }
            Poll::Pending => {}
        }
        if !self.is_untold || !faults.may_open(turn.now, self.conn.link) {
            return false;
        }
        self.is_untold = false;
        faults.opened(turn.now, self.conn.link);
        turn.open(self.conn, self.link.tls_version());
        true
    }

    /// Takes what the modem has for the broker.
    fn push(&mut self, turn: &mut Turn<'_>, faults: &mut Faults) -> bool {
        let way = Passage::ToBroker(self.conn.link);
        let out = turn.modem.net_out(self.conn);
        if out.is_empty() {
            return false;
        }
        let count = faults.room(turn.now, way).min(out.len());
        let part = out.get(..count).unwrap_or_default();
        faults.push(turn.now, way, part);
        turn.observers.net_sent(turn.now, self.conn.link, part);
        turn.modem.net_sent(turn.now, self.conn, count);
        count > 0
    }

    /// Writes what arrives at the broker.
    fn write(&mut self, cx: &mut Context<'_>, turn: &mut Turn<'_>, faults: &mut Faults) -> bool {
        let way = Passage::ToBroker(self.conn.link);
        let mut moved = false;
        loop {
            let ready = faults.ready(turn.now, way);
            if ready.is_empty() {
                return moved;
            }
            let Poll::Ready(sent) = self.link.poll_write(cx, ready) else {
                return moved;
            };
            moved = true;
            match sent {
                Ok(count) => faults.take(way, count),
                Err(error) => {
                    let count = ready.len();
                    faults.take(way, count);
                    self.end = Some(NetEvent::Failed(error));
                    return true;
                }
            }
        }
    }

    /// Takes what the broker sends.
    fn read(
        &mut self,
        cx: &mut Context<'_>,
        turn: &mut Turn<'_>,
        faults: &mut Faults,
        buf: &mut [u8],
    ) -> bool {
        let way = Passage::FromBroker(self.conn.link);
        let room = faults.room(turn.now, way);
        if self.end.is_some() || self.is_untold || room == 0 {
            return false;
        }
        let (buf, _) = buf.split_at_mut(room.min(buf.len()));
        let Poll::Ready(read) = self.link.poll_read(cx, buf) else {
            return false;
        };
        match read {
            Ok(0) => self.end = Some(NetEvent::Closed),
            Err(error) => self.end = Some(NetEvent::Failed(error)),
            Ok(count) => {
                let bytes = buf.get(..count).unwrap_or_default();
                faults.push(turn.now, way, bytes);
            }
        }
        true
    }

    /// Gives the modem what arrives, and the end behind it.
    fn deliver(&mut self, turn: &mut Turn<'_>, faults: &mut Faults) -> bool {
        let way = Passage::FromBroker(self.conn.link);
        if !turn.modem.net_ready(self.conn) {
            return false;
        }
        let ready = faults.ready(turn.now, way);
        if !ready.is_empty() {
            let taken = turn.offer(self.conn, ready);
            faults.take(way, taken);
            return taken > 0;
        }
        if self.end.is_none() || !faults.may_end(turn.now, self.conn.link) {
            return false;
        }
        let Some(end) = self.end.take() else {
            return false;
        };
        self.link.close();
        faults.closed(self.conn.link);
        turn.report(self.conn, end);
        true
    }

    /// A fault ends it: a reset without a word, else in order.
    fn end_by_fault(&mut self, turn: &mut Turn<'_>, end: FaultEnd) {
        self.forget();
        let event = match end {
            FaultEnd::Reset => {
                self.link.abandon();
                NetEvent::Failed(NetError::Broken)
            }
            FaultEnd::Close => {
                self.link.close();
                NetEvent::Closed
            }
        };
        turn.report(self.conn, event);
    }
}
