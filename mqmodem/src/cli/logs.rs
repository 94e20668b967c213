//! Logs go to standard error, as far as it takes them.

use crate::log::outlet::Outlet;
use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};
use std::panic::{PanicHookInfo, set_hook};
use std::sync::OnceLock;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging: warnings, with `-v` what happens, with `-vv` everything.
pub(super) fn start(verbose: u8) {
    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    // Only our own: what libraries log may hold what must not be logged.
    let ours = Targets::new().with_target("mqmodem", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(|| Log)
        .with_ansi(coloured(&std::io::stderr()))
        .with_target(false)
        .log_internal_errors(false);
    // Fails only where a program that uses the library logs already.
    let _ = tracing_subscriber::registry()
        .with(ours)
        .with(lines)
        .try_init();
    // It would write to standard error itself, and wait for its reader.
    set_hook(Box::new(panicked));
}

fn panicked(info: &PanicHookInfo<'_>) {
    tracing::error!("{info}");
}

/// What goes to standard error while modems run.
static LOG: OnceLock<Option<Outlet>> = OnceLock::new();

/// Writes to standard error without waiting for its reader.
pub(super) fn write(text: &[u8]) {
    let log = LOG.get_or_init(|| Outlet::new(io::stderr(), |_| {}).ok());
    if let Some(log) = log {
        log.line(text);
    }
}

/// The program ends: what is still to be written may take a second.
pub(super) fn end() {
    if let Some(Some(log)) = LOG.get() {
        log.flush();
    }
}

/// Takes one event of the log at once.
struct Log;

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        write(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether to colour what goes to `stream`.
pub(super) fn coloured(stream: &impl IsTerminal) -> bool {
    let [no_color, term] = ["NO_COLOR", "TERM"].map(std::env::var_os);
    takes_colours(no_color.as_deref(), term.as_deref()) && stream.is_terminal()
}

/// Whether terminals are to be coloured (<https://no-color.org>) and can be.
fn takes_colours(no_color: Option<&OsStr>, term: Option<&OsStr>) -> bool {
    no_color.is_none_or(OsStr::is_empty) && term.is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_colour_is_shown_where_it_is_not_wanted_or_not_known() {
        for (no_color, term, colours) in [
            (None, Some("xterm"), true),
            (Some(""), None, true),
            (Some("1"), Some("xterm"), false),
            (None, Some("dumb"), false),
        ] {
            let takes = takes_colours(no_color.map(OsStr::new), term.map(OsStr::new));
            assert_eq!(takes, colours, "{no_color:?} {term:?}");
        }
    }
}
