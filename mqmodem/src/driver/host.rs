//! What a modem and its host say to each other.

use super::{Driver, Phase};
use crate::port::Input;
use mqmodem_core::{Instant, Serial};
use std::task::{Context, Poll};

/// Bytes of the host in a turn, after which others have theirs. It is little, since
/// each line may be an answer of its own, and the broker's acknowledgements wait
/// behind them.
pub(super) const SHARE: usize = 2 * 1024;

/// Another speed or format, due once `after` more bytes went to the host: the
/// answer to the command that asked for it, not what is said behind it.
pub(super) struct Switch {
    pub(super) serial: Serial,
    pub(super) after: usize,
}

impl Driver {
    /// Offers what the host sent. Lines move only after the bytes before them.
    pub(super) fn take_input(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        buf: &mut [u8],
    ) -> bool {
        if !self.modem.host_ready() || self.share == 0 {
            return false;
        }
        if !self.held.is_empty() {
            let taken = self.taps.hear(&mut self.modem, now, self.held.rest());
            self.share = self.share.saturating_sub(taken);
            self.held.take(taken);
            return taken > 0;
        }
        if self.phase != Phase::Running {
            return false;
        }
        let (part, _) = buf.split_at_mut(buf.len().min(SHARE));
        match self.port.poll_read(cx, part) {
            Poll::Pending => false,
            Poll::Ready(input) => {
                self.handle_input(now, input, buf);
                true
            }
        }
    }

    fn handle_input(&mut self, now: Instant, input: Input, buf: &[u8]) {
        match input {
            Input::Bytes(n) => {
                let bytes = buf.get(..n).unwrap_or_default();
                self.share = self.share.saturating_sub(n);
                self.look_at_clock(now);
                let taken = self.taps.hear(&mut self.modem, now, bytes);
                self.held.keep(bytes.get(taken..).unwrap_or_default());
            }
            Input::Lines(lines) => {
                tracing::debug!(modem = %self.label, dtr = lines.dtr, "host lines");
                self.taps.lines(lines);
                self.taps.dropping(&mut self.modem, |modem| {
                    modem.handle_host_lines(now, lines);
                });
            }
            Input::Break => {
                self.taps.broke();
                self.taps
                    .dropping(&mut self.modem, |modem| modem.handle_host_break(now));
            }
            Input::End => self.phase = Phase::Ending,
        }
    }

    /// Writes what the modem says, a speed or format changing where it is to.
    pub(super) fn answer(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let mut moved = false;
        loop {
            let due = self.switch.as_ref().map(|switch| switch.after);
            if due == Some(0)
                && let Some(switch) = self.switch.take()
            {
                self.port.set_serial(switch.serial);
                continue;
            }
            self.taps.said(&self.modem);
            let out = self.modem.host_out();
            let out = out.get(..due.unwrap_or(out.len())).unwrap_or(out);
            if out.is_empty() {
                return moved;
            }
            let Poll::Ready(n) = self.port.poll_write(cx, out) else {
                return moved;
            };
            let said = self.modem.host_out().get(..n);
            self.taps.host_heard(said.unwrap_or_default());
            self.modem.host_sent(now, n);
            if let Some(switch) = &mut self.switch {
                switch.after = switch.after.saturating_sub(n);
            }
            moved = true;
        }
    }
}
