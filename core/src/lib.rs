//! An MQTT modem without I/O.
//!
//! [`Modem`] reads AT commands from a host and speaks MQTT to a broker, but it
//! owns no port, no socket, no clock and no file: the caller moves the bytes,
//! tells the time and carries out the [`Action`]s. It runs on memory the caller
//! lends ([`Memory`]) and needs no heap.
//!
//! ```
//! use mqmodem_core::{Config, Instant, Memory, Modem};
//!
//! let mut memory = [0; 32 * 1024];
//! let memory = Memory::lent(&mut memory).expect("at least 32 KiB");
//! let mut modem = Modem::new(Config::default(), memory, Instant::ZERO);
//!
//! let taken = modem.handle_host(Instant::ZERO, b"AT+MQTTSTATE\r");
//! assert_eq!(taken, 13);
//! assert_eq!(modem.host_out(), b"AT+MQTTSTATE\r\r\n+MQTTSTATE:0\r\n\r\nOK\r\n");
//! ```
//!
//! The layers, low to high; each imports only from those before it:
//! [`time`] and [`buffer`], [`at`] (the AT language), [`mqtt`] (an MQTT client),
//! [`modem`] (the machine), [`commands`] (commands every dialect shares) and
//! [`dialect`] (one vendor's command set each).
#![no_std]
// Nothing that could panic on bytes from outside.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic
    )
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod at;
pub mod buffer;
pub mod commands;
pub mod dialect;
pub mod modem;
pub mod mqtt;
mod on_use;
pub mod time;

/// So that the example of the page is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
mod embedding {}

#[doc(inline)]
pub use buffer::Buf;
#[doc(inline)]
pub use modem::Modem;
pub use modem::OutputKind;
#[doc(inline)]
pub use modem::api::{
    Action, Config, ConnId, Endpoint, Failure, FurtherLinks, Headers, HostLines, Identity, LinkId,
    LinkPlaces, LinkState, MOST_LINKS, Memory, ModemLines, NetError, NetEvent, Parity, Psk,
    RestoreError, Serial, Slot, Stage, TlsFiles, TlsVersion, Verify, WebSocketTarget,
};
pub use modem::command::intake::{Intake, IntakeKind};
pub use modem::command::shown::Line;
#[doc(inline)]
pub use time::Instant;
