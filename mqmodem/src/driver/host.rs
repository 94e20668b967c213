//! A modem's host: what passes between the two through a port.

use crate::observe::Observers;
use crate::port::{Port, PortInput};
use crate::runtime::leftover::Leftover;
use mqmodem_core::{Instant, Modem, ModemLines, Serial};
use std::task::{Context, Poll};

/// Bytes of the host in a turn, after which others have theirs. It is little, since
/// each line may be an answer of its own, and the broker's acknowledgements wait
/// behind them.
const SHARE: usize = 2 * 1024;

/// A host at its port.
pub(super) struct HostPort {
    port: Box<dyn Port>,
    /// Bytes that were read and that the modem did not take yet.
    leftover: Leftover,
    /// Bytes the host may still send in this turn.
    share: usize,
    switch: Option<Box<Switch>>,
}

/// Another speed or format, due once `after` more bytes went to the host: the
/// answer to the command that asked for it, not what is said behind it.
struct Switch {
    serial: Serial,
    after: usize,
}

impl HostPort {
    pub(super) fn new(port: Box<dyn Port>) -> Self {
        Self {
            port,
            leftover: Leftover::default(),
            share: 0,
            switch: None,
        }
    }

    /// A turn begins.
    pub(super) fn begin_turn(&mut self) {
        self.share = SHARE;
    }

    /// Whether the host has sent as much as it may in this turn.
    pub(super) fn used_its_share(&self) -> bool {
        self.share == 0
    }

    /// Whether nothing waits that was read.
    pub(super) fn all_is_taken(&self) -> bool {
        self.leftover.is_empty()
    }

    /// Forgets what was read and not taken.
    pub(super) fn forget(&mut self) {
        self.leftover.clear();
    }

    /// What the host sent next: lines move only after the bytes before them.
    pub(super) fn poll_input(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<PortInput> {
        let (part, _) = buf.split_at_mut(buf.len().min(SHARE));
        self.port.poll_read(cx, part)
    }

    /// Offers the modem what was read before; whether it took any.
    pub(super) fn offer(
        &mut self,
        modem: &mut Modem<'static>,
        observers: &mut Observers,
        now: Instant,
    ) -> bool {
        let taken = observers.receive(modem, now, self.leftover.rest());
        self.share = self.share.saturating_sub(taken);
        self.leftover.take(taken);
        taken > 0
    }

    /// Gives the modem bytes that were read now. What it does not take waits.
    pub(super) fn receive(
        &mut self,
        modem: &mut Modem<'static>,
        observers: &mut Observers,
        now: Instant,
        bytes: &[u8],
    ) {
        self.share = self.share.saturating_sub(bytes.len());
        let taken = observers.receive(modem, now, bytes);
        self.leftover.append(bytes.get(taken..).unwrap_or_default());
    }

    /// Speed and format change once the host has what the modem has written by now.
    pub(super) fn set_serial(&mut self, serial: Serial, modem: &Modem<'_>) {
        let after = modem.host_out().len();
        self.switch = Some(Box::new(Switch { serial, after }));
    }

    /// Drives the lines to the host.
    pub(super) fn set_lines(&mut self, lines: ModemLines) {
        self.port.set_lines(lines);
    }

    /// Looks after hosts that come, or try to.
    pub(super) fn poll_attend(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.port.poll_attend(cx)
    }

    /// Pushes written bytes out of the port.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.port.poll_flush(cx)
    }

    /// Writes bytes that the modem has said. Nothing is never written.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        if bytes.is_empty() {
            return Poll::Pending;
        }
        self.port.poll_write(cx, bytes)
    }

    /// Takes what the modem answers to where `push` takes it, which says how much it has
    /// taken; whether that was anything. Speed and format change behind the bytes before.
    pub(super) fn take_answers(
        &mut self,
        modem: &mut Modem<'static>,
        observers: &mut Observers,
        now: Instant,
        push: &mut dyn FnMut(&[u8]) -> usize,
    ) -> bool {
        observers.answers(modem, now);
        let out = modem.host_out();
        if out.is_empty() {
            if let Some(switch) = self.switch.take() {
                self.port.set_serial(switch.serial);
            }
            return false;
        }
        let count = push(out);
        observers.sent(modem, now, count);
        modem.host_sent(now, count);
        count > 0
    }

    /// Writes what the modem answers, a speed or format changing where it is to;
    /// whether any of it went out.
    pub(super) fn answer(
        &mut self,
        cx: &mut Context<'_>,
        modem: &mut Modem<'static>,
        observers: &mut Observers,
        now: Instant,
    ) -> bool {
        let mut moved = false;
        loop {
            let due = self.switch.as_ref().map(|switch| switch.after);
            if due == Some(0)
                && let Some(switch) = self.switch.take()
            {
                self.port.set_serial(switch.serial);
                continue;
            }
            observers.answers(modem, now);
            let out = modem.host_out();
            let out = out.get(..due.unwrap_or(out.len())).unwrap_or(out);
            if out.is_empty() {
                return moved;
            }
            let Poll::Ready(n) = self.port.poll_write(cx, out) else {
                return moved;
            };
            observers.sent(modem, now, n);
            modem.host_sent(now, n);
            if let Some(switch) = &mut self.switch {
                switch.after = switch.after.saturating_sub(n);
            }
            moved = true;
        }
    }
}
