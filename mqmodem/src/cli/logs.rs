//! Logs go to standard error, as far as it takes them.

use crate::log::outlet::Outlet;
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

/// Whether to colour what goes to `stream` (<https://no-color.org>).
pub(super) fn coloured(stream: &impl IsTerminal) -> bool {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    wanted && stream.is_terminal()
}
