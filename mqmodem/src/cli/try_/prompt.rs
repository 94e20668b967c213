//! A prompt at a modem.

use super::transcript::{print_line, worded};
use super::walkthrough::PtyHost;
use crate::cli::failure::ProgramFailure;
use crate::cli::output::print;
use crate::cli::usage::words::quoted;
use rustyline::history::MemHistory;
use rustyline::{Config, Editor, ExternalPrinter};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// How long an answer is waited for before the prompt is shown again; a later one is
/// shown above it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long after a line that leaves a quote open: no answer is expected.
const MOMENT: Duration = Duration::from_millis(100);

/// Passes lines that are typed to the modem until `exit` or its end, and shows what
/// the modem says.
pub(super) fn run(mut host: PtyHost, colour: bool) -> Result<(), ProgramFailure> {
    // The terminal shows what is typed; an echo would show it twice.
    host.send("ATE0+CMEE=2")?;
    let _ = host.next_line(PATIENCE);
    let reader = host.clone()?;
    let (lines, heard) = channel();
    let mut prompt = Prompt::new(host, heard, colour)?;
    let ears = Ears {
        lines,
        is_typing: prompt.is_typing.clone(),
        is_open: prompt.is_open.clone(),
        printer: prompt.editor.create_external_printer().ok(),
        colour,
    };
    std::thread::spawn(move || ears.listen(reader));
    while let Some(typed) = prompt.ask() {
        for line in lines_of(&typed) {
            if matches!(line.trim(), "exit" | "quit") {
                return Ok(());
            }
            prompt.pass(&line)?;
        }
    }
    Ok(())
}

/// The terminal's side.
struct Prompt {
    host: PtyHost,
    /// What the modem says while nothing is typed.
    heard: Receiver<String>,
    editor: Editor<(), MemHistory>,
    is_typing: Arc<AtomicBool>,
    /// A quote is open: the next line belongs to it, whatever it looks like.
    is_open: Arc<AtomicBool>,
    colour: bool,
}

impl Prompt {
    fn new(host: PtyHost, heard: Receiver<String>, colour: bool) -> Result<Self, ProgramFailure> {
        let config = Config::builder().auto_add_history(true).build();
        let editor = Editor::with_history(config, MemHistory::new());
        let editor = editor.map_err(|error| {
            ProgramFailure::new(format!(
                "cannot use this terminal: {error}; mqmodem try --no-prompt does without"
            ))
        })?;
        Ok(Self {
            host,
            heard,
            editor,
            is_typing: Arc::default(),
            is_open: Arc::default(),
            colour,
        })
    }

    /// The next line that is typed, until there are no more.
    fn ask(&mut self) -> Option<String> {
        self.is_typing.store(true, Ordering::SeqCst);
        for line in self.heard.try_iter() {
            print_line(self.colour, '<', &line);
        }
        let line = self.editor.readline("> ");
        self.is_typing.store(false, Ordering::SeqCst);
        line.ok()
    }

    /// Gives the modem a line, and shows what it answers.
    fn pass(&mut self, line: &str) -> Result<(), ProgramFailure> {
        let was_open = self.is_open.load(Ordering::SeqCst);
        if !was_open && !is_command(line) {
            return match line.trim() {
                "" => Ok(()),
                typed => print(&hint(typed)),
            };
        }
        let is_open = leaves_open(line, was_open);
        self.is_open.store(is_open, Ordering::SeqCst);
        self.host.type_in(line)?;
        self.show_answer(if is_open { MOMENT } else { PATIENCE })
    }

    fn show_answer(&mut self, patience: Duration) -> Result<(), ProgramFailure> {
        let mut shown = 0;
        while let Ok(line) = self.heard.recv_timeout(patience) {
            print_line(self.colour, '<', &line);
            if is_final(&line) {
                // What failed later says why; what is no command at all cannot.
                let unknown = shown == 0 && line == "ERROR";
                return if unknown { print(UNKNOWN) } else { Ok(()) };
            }
            shown += 1;
        }
        Ok(())
    }
}

/// The modem's side, on a thread of its own. Ends with the program.
struct Ears<P> {
    /// Where an answer is waited for.
    lines: Sender<String>,
    is_typing: Arc<AtomicBool>,
    is_open: Arc<AtomicBool>,
    /// Shows what comes by itself above the line that is being typed.
    printer: Option<P>,
    colour: bool,
}

impl<P: ExternalPrinter> Ears<P> {
    fn listen(mut self, mut host: PtyHost) {
        loop {
            match host.poll_line(PATIENCE) {
                Ok(None) => {}
                Ok(Some(line)) => self.receive(line),
                Err(_) => return,
            }
        }
    }

    fn receive(&mut self, line: String) {
        // A quote that nobody closes ends in an error after a while.
        if is_final(&line) {
            self.is_open.store(false, Ordering::SeqCst);
        }
        if !self.is_typing.load(Ordering::SeqCst) {
            // The prompt lives as long as the program.
            let _ = self.lines.send(line);
            return;
        }
        match &mut self.printer {
            Some(printer) => {
                let text = worded(self.colour, '<', &line);
                let _ = printer.print(text);
            }
            None => print_line(self.colour, '<', &line),
        }
    }
}

const UNKNOWN: &str =
    "There is no such command, or it is not written so: mqmodem commands shows all.\n";

fn hint(typed: &str) -> String {
    format!(
        "{} is no AT command: they begin with AT, such as AT+MQTTSTATE; exit or Ctrl-D ends\n",
        quoted(typed)
    )
}

/// Lines that were pasted, each with what its quotes hold of the next.
fn lines_of(typed: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in typed.split('\n') {
        match lines.last_mut().filter(|_| is_open) {
            Some(last) => *last = format!("{last}\n{line}"),
            None => lines.push(line.to_owned()),
        }
        is_open = leaves_open(line, is_open);
    }
    lines
}

fn is_command(line: &str) -> bool {
    let start = line.trim_start().as_bytes().get(..2);
    start
        .is_some_and(|start| start.eq_ignore_ascii_case(b"AT") || start.eq_ignore_ascii_case(b"A/"))
}

/// Whether a quote is open at the end of a line, given whether one was before it.
fn leaves_open(line: &str, was_open: bool) -> bool {
    let mut escaped = false;
    let quotes = line.bytes().filter(|byte| {
        let is_quote = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        is_quote
    });
    (quotes.count() % 2 == 1) != was_open
}

/// Whether nothing more is answered to a line.
fn is_final(line: &str) -> bool {
    matches!(line, "OK" | "ERROR")
        || line.starts_with("+CME ERROR")
        || line.starts_with("+CMS ERROR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_within_a_quote_are_no_commands_of_their_own() {
        assert!(is_command("at+x") && is_command(" AT") && is_command("A/"));
        assert!(!is_command("hello") && !is_command("a") && !is_command("étage"));
        assert!(leaves_open("AT+X=\"a", false));
        assert!(leaves_open("b \\\" c", true));
        assert!(!leaves_open("d\"", true));
        assert!(!leaves_open("AT+X=\"a\\\\\"", false));
        assert_eq!(
            lines_of("AT\nAT+X=\"a\nb\",1\nATI"),
            ["AT", "AT+X=\"a\nb\",1", "ATI"]
        );
    }
}
