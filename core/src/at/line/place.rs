//! Where in a half-typed line the next byte stands.

use crate::at::grammar::Grammar;
use crate::at::scan::{Scan, Steps, extended_name, steps_of};
use core::ops::RangeInclusive;

/// How far apart the scan remembers its state, so that a backspace does not
/// read the whole line again.
const MARK_EVERY: usize = 256;

/// How the values of a command are read while they are typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Whether a quoted value may hold raw line breaks (rule R4).
    pub multi_line: bool,
    /// Whether junk after a string may turn out to be part of it (rule R10).
    pub forgiving: bool,
}

/// Tells how the values of the command of a name are read.
pub type ReadingOf<'f> = &'f dyn Fn(&[u8]) -> Reading;

/// The scan at a position of the body.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// How far the body has been scanned.
    scanned: u32,
    scan: Scan,
    /// Where in the body the present command starts.
    command: u32,
    /// How the present command's values are read.
    reading: Reading,
    /// The body's length where bytes were last data and the next one is not.
    closed: u32,
}

impl State {
    /// Whether the next byte is data: inside quotes, or in what rule R10 may put
    /// there.
    fn is_data(&self) -> bool {
        self.scan.in_quotes() || (self.reading.forgiving && self.scan.is_junk())
    }

    fn step(&mut self, byte: u8, steps: &Steps) {
        let was_data = self.is_data();
        self.scan.step(byte, steps);
        if was_data && !self.is_data() {
            self.closed = self.scanned;
        }
    }
}

/// The scan over a line's body. It is behind the body: only where the meaning of
/// a byte depends on its place does it matter what came before.
#[derive(Debug)]
pub(super) struct Cursor {
    state: State,
    marks: [State; 2],
    /// Lengths of the body at which the next byte is known to be no data.
    outside: RangeInclusive<u32>,
}

impl Cursor {
    /// At the start of a line.
    pub(super) fn new() -> Self {
        Self {
            state: State::default(),
            marks: [State::default(); 2],
            outside: 0..=0,
        }
    }

    /// Whether the byte behind `body` is data.
    pub(super) fn is_data(
        &mut self,
        body: &[u8],
        grammar: &Grammar,
        reading_of: ReadingOf,
    ) -> bool {
        let len = body.len() as u32;
        if self.outside.contains(&len) {
            return false;
        }
        self.catch_up(body, grammar, reading_of);
        let data = self.state.is_data();
        if !data {
            self.outside = self.state.closed..=len;
        }
        data
    }

    /// Whether a raw line break is data where the scan is.
    pub(super) fn takes_breaks(&self, grammar: &Grammar) -> bool {
        let multi_line = self.state.reading.multi_line || grammar.multi_line;
        multi_line && self.state.scan.in_quotes()
    }

    /// A byte that is not in the body, but counts for where the line ends, once the
    /// scan has caught up.
    pub(super) fn pass(&mut self, byte: u8, grammar: &Grammar) {
        self.state.scan.step(byte, steps_of(grammar));
    }

    /// As [`is_data`](Self::is_data) behind bytes that are not in the body.
    pub(super) fn passes_data(&self) -> bool {
        self.state.is_data()
    }

    /// Scans what came since the last time the place mattered.
    pub(super) fn catch_up(&mut self, body: &[u8], grammar: &Grammar, reading_of: ReadingOf) {
        let steps = steps_of(grammar);
        let state = &mut self.state;
        while let Some(&byte) = body.get(state.scanned as usize) {
            let scanned = state.scanned as usize;
            // A run never passes a mark, so that marks stay where they belong.
            let to_mark = scanned + MARK_EVERY - scanned % MARK_EVERY;
            let window = body.get(scanned..to_mark.min(body.len()));
            let run = state.scan.skip_run(window.unwrap_or_default());
            state.scanned += run.max(1) as u32;
            if run == 0 {
                if byte == b'=' && state.scan.in_name() && grammar.lenient {
                    let typed = body.get(state.command as usize..scanned);
                    state.reading = reading_of(extended_name(typed.unwrap_or_default(), grammar));
                }
                state.step(byte, steps);
                if byte == b';' && state.scan.in_name() {
                    state.command = state.scanned;
                }
            }
            if state.scanned as usize == to_mark {
                let [_, latest] = self.marks;
                self.marks = [latest, *state];
            }
        }
    }

    /// The body was cut to `len`: takes the scan back where it had seen more.
    pub(super) fn cut(&mut self, len: usize) {
        let len = len as u32;
        if *self.outside.end() > len {
            self.outside = *self.outside.start()..=len;
        }
        if self.state.scanned > len {
            let [earlier, later] = self.marks;
            let usable = [later, earlier]
                .into_iter()
                .find(|mark| mark.scanned <= len);
            self.state = usable.unwrap_or_default();
            self.marks = [State::default(), self.state];
        }
    }
}
