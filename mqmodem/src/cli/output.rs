//! What goes to standard output.

use super::failure::ProgramFailure;
use super::logs;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

/// How long a reader of standard output may take, in a program that runs.
const LISTENS: Duration = Duration::from_secs(2);

/// Whether standard output belongs to something else.
static GIVEN_AWAY: AtomicBool = AtomicBool::new(false);

/// From now on what the program has to say goes to standard error.
pub(super) fn give_away() {
    GIVEN_AWAY.store(true, Ordering::Relaxed);
}

/// As [`print`], in a program that runs: a reader that does not read does not stop it.
pub(super) fn print_without_waiting(text: String) -> Result<(), ProgramFailure> {
    if GIVEN_AWAY.load(Ordering::Relaxed) {
        logs::write(text.as_bytes());
        return Ok(());
    }
    let (done, said) = channel();
    let writer = std::thread::Builder::new().spawn(move || done.send(print(&text)));
    if let Ok(Ok(said)) = writer.map(|_| said.recv_timeout(LISTENS)) {
        return said;
    }
    tracing::warn!("standard output takes nothing: what goes there is missing");
    Ok(())
}

/// Writes a further line to standard output; whether its reader wants more.
pub(super) fn print_more(line: &str) -> Result<bool, ProgramFailure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(ProgramFailure::system(
            "cannot write to standard output",
            &error,
        )),
    }
}

/// Writes to standard output; a reader that has closed it wants no more.
pub(super) fn print(text: &str) -> Result<(), ProgramFailure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(
            ProgramFailure::system("cannot write to standard output", &error),
        ),
        _ => Ok(()),
    }
}
