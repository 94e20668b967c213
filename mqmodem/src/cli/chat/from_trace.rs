//! `mqmodem chat record --from`: a chat made of a trace.

use crate::cli::failure::ProgramFailure;
use crate::cli::output::print;
use crate::cli::trace;
use crate::replay::{ChatMaking, ConversionError, RecordedChat, Selection};
use clap::Args;
use mqmodem_core::modem::dialect::Dialect;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a chat is made of, where that is a trace.
#[derive(Debug, Args)]
pub(super) struct RecordedArguments {
    /// Make the chat of this trace instead; `-` is standard input.
    #[arg(long, value_name = "TRACE")]
    from: Option<PathBuf>,

    /// The modem of the trace, where there are several.
    #[arg(long, value_name = "NAME", requires = "from", conflicts_with = "port")]
    modem: Option<String>,

    /// Only what led to the event of this number, and what was set before.
    #[arg(long, value_name = "SEQ", requires = "from", conflicts_with = "port")]
    around: Option<u64>,

    /// Show how our modem differs from the trace; where it does, the exit code is 1.
    #[arg(long, requires = "from", conflicts_with = "port")]
    compare: bool,

    /// Replace names of hosts, clients and users, and numbers of devices.
    #[arg(long, requires = "from", conflicts_with = "port")]
    anonymize: bool,
}

impl RecordedArguments {
    /// Whether there is a trace.
    pub(super) fn is_given(&self) -> bool {
        self.from.is_some()
    }
}

/// Makes the chat, and tells how it differs from the trace.
pub(super) fn record(
    file: &Path,
    dialect: Option<&'static Dialect>,
    arguments: &RecordedArguments,
) -> Result<ExitCode, ProgramFailure> {
    let from = arguments.from.as_deref().unwrap_or(Path::new("-"));
    let selection = Selection {
        modem: arguments.modem.clone(),
        ..Selection::default()
    };
    let making = ChatMaking {
        title: format!("Recorded from {}", from.display()),
        dialect,
        around: arguments.around,
        anonymous: arguments.anonymize,
    };
    let events = selection.events(trace::open(from)?);
    let chat = events.and_then(|events| making.of(events).map_err(ConversionError::Chat));
    let chat = chat.map_err(|error| trace::failure(from, None, &error))?;
    std::fs::write(file, &chat.text).map_err(|error| {
        ProgramFailure::system(format_args!("cannot write {}", file.display()), &error)
    })?;
    tell(file, &chat, arguments.compare)?;
    let differs = arguments.compare && !chat.differences.is_empty();
    Ok(if differs {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn tell(file: &Path, chat: &RecordedChat, compare: bool) -> Result<(), ProgramFailure> {
    let name = file.display();
    let (lines, packets) = chat.recorded;
    let mut text = String::new();
    let mut say = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    match &chat.unsteady {
        None => say(format!("{name} plays in virtual time")),
        Some(why) => say(format!("{name} does not play the same in every way: {why}")),
    }
    if chat.left_out > 0 {
        say(format!(
            "{} things are left out; comments in it say which",
            chat.left_out
        ));
    }
    match chat.differences.len() {
        0 => say(format!(
            "the modem says what it said then: {lines} lines to the host, {packets} packets"
        )),
        count if compare => {
            say(format!("{count} lines differ, - only then, + only now:"));
            chat.differences.iter().for_each(|it| say(it.clone()));
        }
        count => say(format!(
            "{count} lines differ from then; --compare shows them"
        )),
    }
    print(&text)
}
