//! Faults on demand: what goes wrong between a modem and its host, its brokers, its disk.
//!
//! [`read`] reads the words of a fault, [`WORDS`] is the table of all. A [`Faults`] makes
//! them happen around one modem: whoever moves bytes between a modem and the world moves
//! them through it. It has no clock and opens nothing, and the modem does not know it.
//!
//! ```
//! use mqmodem_core::{Instant, LinkId, at::framing::Framing};
//! use mqmodem_faults::{Faults, Passage, read};
//!
//! let mut faults = Faults::new(0, &Framing::V250);
//! let now = Instant::from_micros(1);
//! faults.ask(now, read("broker lose PUBACK").unwrap()).unwrap();
//! let way = Passage::FromBroker(LinkId(0));
//! faults.push(now, way, &[0x40, 2, 0, 1, 0xD0, 0]);
//! assert_eq!(faults.ready(now, way), [0xD0, 0]);
//! ```

mod engine;
pub mod escape;
mod vocabulary;

pub use engine::{DeviceAct, FaultEnd, FaultNews, FaultState, Faults, Passage, WriteFate};
pub use vocabulary::{
    Direction, Fault, FaultEffect, FaultLimits, FaultLine, FaultNature, FaultParam, FaultPlan,
    FaultValue, FaultWord, LONGEST, Span, ValueKind, WORDS, packet_name, read, reason, reasons,
    time,
};
