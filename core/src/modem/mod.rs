//! The machine: a host on one side, links to brokers on the other.

pub mod api;
pub mod table;

use crate::time::Instant;
use api::{Action, Config, HostLines, LinkId, Memory, NetEvent, RestoreError, Slot};
use core::marker::PhantomData;

/// A modem. See the crate's documentation for how it is driven.
#[derive(Debug)]
pub struct Modem<'a>(PhantomData<&'a ()>);

#[allow(unused_variables, clippy::unused_self, clippy::needless_pass_by_value)]
impl<'a> Modem<'a> {
    /// A modem that was just switched on.
    pub fn new(config: Config<'a>, memory: Memory<'a>, now: Instant) -> Self {
        Self(PhantomData)
    }
    /// Gives back what was kept under `slot`; before the first input.
    pub fn restore(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), RestoreError> {
        Ok(())
    }
    /// The host sent `bytes`; returns how many were taken. The rest is to be
    /// offered again once [`Modem::host_ready`].
    pub fn handle_host(&mut self, now: Instant, bytes: &[u8]) -> usize {
        bytes.len()
    }
    /// Whether `handle_host` would take a byte now.
    pub fn host_ready(&self) -> bool {
        true
    }
    /// The host moved its control lines.
    pub fn handle_host_lines(&mut self, now: Instant, lines: HostLines) {}
    /// Something happened to a link.
    pub fn handle_net(&mut self, now: Instant, link: LinkId, event: NetEvent) {}
    /// The broker sent `bytes`; returns how many were taken. The rest is to be
    /// offered again once [`Modem::net_ready`].
    pub fn handle_net_data(&mut self, now: Instant, link: LinkId, bytes: &[u8]) -> usize {
        bytes.len()
    }
    /// Whether `handle_net_data` would take bytes now (back-pressure).
    pub fn net_ready(&self, link: LinkId) -> bool {
        true
    }
    /// A [`Action::Store`] or [`Action::Erase`] is done.
    pub fn handle_stored(&mut self, now: Instant, slot: Slot, ok: bool) {}
    /// `poll_timeout` has passed.
    pub fn handle_timeout(&mut self, now: Instant) {}
    /// The modem is about to be switched off: DISCONNECT is sent, links closed.
    /// Drive it until [`Modem::is_off`].
    pub fn handle_shutdown(&mut self, now: Instant) {}
    /// Whether every link is closed after `handle_shutdown`.
    pub fn is_off(&self) -> bool {
        true
    }
    /// Whether a command line is being carried out.
    pub fn is_busy(&self) -> bool {
        false
    }
    /// What to do next.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<Action<'_>> {
        None
    }
    /// When to call `handle_timeout`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }
    /// Bytes for the host.
    pub fn host_out(&self) -> &[u8] {
        &[]
    }
    /// `n` bytes of `host_out` were sent.
    pub fn host_sent(&mut self, now: Instant, n: usize) {}
    /// Bytes for the broker.
    pub fn net_out(&self, link: LinkId) -> &[u8] {
        &[]
    }
    /// `n` bytes of `net_out` were written to the network.
    pub fn net_sent(&mut self, now: Instant, link: LinkId, n: usize) {}
}
