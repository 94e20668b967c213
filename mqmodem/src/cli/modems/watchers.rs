//! What watches modems: a trace, and who wants to see them while they run.

use super::trace;
use crate::Shared;
use crate::cli::failure::ProgramFailure;
use crate::config::{INSPECT_MEMORY, InspectPlan, TracePlan};
use crate::observe::stream::EventSource;
use crate::observe::trace::Trace;
use crate::observe::{EventRing, LiveEvents, Roster};
use std::sync::Arc;

/// What watches modems.
#[derive(Debug, Default)]
pub(in crate::cli) struct Watchers {
    text: Option<Arc<Trace>>,
    events: Option<Arc<EventSource>>,
    roster: Option<Arc<Roster>>,
    /// What is to be seen of modems while they run.
    pub(in crate::cli) live: Option<Arc<LiveEvents>>,
}

/// Bytes of events that are to be kept for who inspects modems, or asks for them.
pub(in crate::cli) fn ring_size(inspect: &InspectPlan, is_controlled: bool) -> Option<usize> {
    let is_wanted = inspect.at.is_some() || is_controlled;
    is_wanted.then_some(inspect.memory.unwrap_or(INSPECT_MEMORY))
}

impl Watchers {
    /// Begins the trace that is wanted, and keeps so many bytes of events for others.
    pub(in crate::cli) fn begin(
        plan: &TracePlan,
        memory: Option<usize>,
    ) -> Result<Self, ProgramFailure> {
        let text = trace::text(plan)?;
        let ring = memory.map(|room| Arc::new(EventRing::new(room)));
        if text.is_some() && ring.is_none() || plan.target.is_none() && ring.is_none() {
            return Ok(Self {
                text,
                ..Self::default()
            });
        }
        let events = Arc::new(EventSource::new(|run, started| {
            let mut sinks = Vec::from_iter(trace::events(plan, run, started)?);
            sinks.extend(ring.clone().map(|ring| ring as _));
            Ok::<_, ProgramFailure>(sinks)
        })?);
        let roster = ring.as_ref().map(|_| Arc::new(Roster::default()));
        let live = ring.zip(roster.clone());
        let live = live.map(|(ring, roster)| LiveEvents::new(events.clone(), ring, roster));
        Ok(Self {
            text,
            events: Some(events),
            roster,
            live,
        })
    }

    /// Has modems watched.
    pub(in crate::cli) fn watch(&self, shared: Shared) -> Shared {
        shared
            .observed(self.text.clone())
            .observed(self.events.clone())
            .listed(self.roster.clone())
    }
}
