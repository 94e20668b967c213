//! Where the traffic is written.

use crate::cli::failure::ProgramFailure;
use crate::cli::output;
use crate::config::TracePlan;
use crate::observe::stream::{EventSink, PayloadLimit};
use crate::observe::trace::{Trace, TraceForm, TraceTarget, sink};
use clap::Args;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// What is said of a trace.
#[derive(Debug, Args)]
pub(in crate::cli) struct TraceArguments {
    /// Write what hosts, modems and brokers say to this file, without secrets: events in
    /// JSON where it ends in .jsonl, packets for Wireshark where it ends in .pcapng, else
    /// text. - is standard output, =-.jsonl and =-.pcapng the other forms there.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,

    /// How much of payloads the trace shows; usually all of it, in a text none.
    #[arg(long, value_name = "BYTES|all|none")]
    trace_payload: Option<PayloadLimit>,
}

impl TraceArguments {
    /// The trace that is wanted.
    pub(in crate::cli) fn plan(&self) -> TracePlan {
        TracePlan {
            target: self.trace.as_deref().map(TraceTarget::of),
            payload: self.trace_payload,
        }
    }
}

/// Begins a trace in text, where one is wanted.
pub(super) fn text(plan: &TracePlan) -> Result<Option<Arc<Trace>>, ProgramFailure> {
    let Some(target) = plan
        .target
        .as_ref()
        .filter(|it| it.form() == TraceForm::Text)
    else {
        return Ok(None);
    };
    let trace =
        Trace::create(target, plan.payload).map_err(|error| cannot_write(target, &error))?;
    give_output_to(target);
    Ok(Some(Arc::new(trace)))
}

/// Begins a trace of events, where one is wanted.
pub(super) fn events(
    plan: &TracePlan,
    run: &str,
    started: u64,
) -> Result<Option<Arc<dyn EventSink>>, ProgramFailure> {
    let Some(target) = &plan.target else {
        return Ok(None);
    };
    let sink = sink(target, plan.payload, run, started);
    let sink = sink.map_err(|error| cannot_write(target, &error))?;
    give_output_to(target);
    Ok(sink)
}

fn cannot_write(target: &TraceTarget, error: &io::Error) -> ProgramFailure {
    ProgramFailure::system(format_args!("cannot write {target}"), error)
}

/// What the program prints goes elsewhere where the trace is on standard output.
fn give_output_to(target: &TraceTarget) {
    if target.is_output() {
        output::give_away();
    }
}
