//! A prompt at a modem.

use super::try_::say_line;
use super::{Failure, say};
use crate::walkthrough::Host;
use std::io::BufRead;
use std::time::Duration;

/// How long to wait for an answer before the prompt is shown again.
const MOMENT: Duration = Duration::from_millis(200);

/// Passes lines from standard input to the modem until `exit` or its end, and
/// shows what the modem says. The terminal itself edits the lines.
pub(super) fn run(mut host: Host, colour: bool) -> Result<(), Failure> {
    // The terminal shows what is typed; an echo would show it twice.
    host.send("ATE0")?;
    let _ = host.next_line(Duration::from_secs(2));
    let reader = host.clone()?;
    std::thread::spawn(move || show(reader, colour));
    say("> ")?;
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        if line.trim() == "exit" {
            break;
        }
        host.type_in(&line)?;
        if line.is_empty() {
            say("> ")?;
        }
    }
    say("\n")
}

/// Shows lines as they come, and the prompt again when no more follow. Ends
/// with the program.
fn show(mut host: Host, colour: bool) {
    loop {
        let mut shown = false;
        while let Ok(Some(line)) = host.poll_line(MOMENT) {
            if !shown {
                // Where the prompt stands, the answer begins.
                let _ = say("\r");
            }
            say_line(colour, '<', &line);
            shown = true;
        }
        if shown && say("> ").is_err() {
            return;
        }
    }
}
