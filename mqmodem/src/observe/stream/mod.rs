//! What happens to modems as one stream of events: what trace files, captures and
//! everything else that shows a modem are made of.
//!
//! The schema is in `docs/trace.md`.

mod direction;
mod event;
mod header;
mod packet;
mod payload;
mod record;
mod setup;
mod source;
mod wire;

pub use direction::TraceDirection;
pub use event::{
    LineKind, LineSender, TraceEvent, TraceFault, TraceLine, TraceLink, TracePort, TraceStore,
    TraceSwitch, TraceWhat,
};
pub use header::{FORMAT_VERSION, LossReason, TraceCounters, TraceHeader, TraceLost};
pub use packet::{PacketText, TracePacket};
pub use payload::PayloadLimit;
pub use record::TraceRecord;
pub(super) use record::event_line;
pub use setup::TraceSetup;
pub(super) use source::now;
pub use source::{EventSink, EventSource};

#[cfg(test)]
mod tests;
