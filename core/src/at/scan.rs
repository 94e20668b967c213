//! Where in a command line a byte stands: outside or inside quotes, in a
//! comment, behind a `=`. The line reader and the splitter share it.

use super::find::{equal, run_len};
use super::grammar::{Escapes, Grammar};

/// The place of the next byte in a line (rules R3, R6 and R8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Place {
    /// In a command's name, or between commands.
    Name,
    /// Before the first byte of a value.
    ValueStart,
    /// In a value without quotes.
    Bare,
    /// Inside quotes.
    Quoted,
    /// Behind a `\` inside quotes.
    Escape,
    /// Behind a closing quote.
    AfterQuote,
    /// Behind junk after a closing quote: nothing on this line opens a quote.
    Junk,
    /// In a comment.
    Comment,
}

/// A scan over a line's body, byte by byte: the place, and how much of ` //`
/// stands before the next byte (0 to 2), in one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scan(u8);

impl Default for Scan {
    fn default() -> Self {
        // `//` where a command would start is a comment without the space.
        Self::of(Place::Name, 1)
    }
}

const PLACES: [Place; 8] = {
    use Place::{AfterQuote, Bare, Comment, Escape, Junk, Name, Quoted, ValueStart};
    [
        Name, ValueStart, Bare, Quoted, Escape, AfterQuote, Junk, Comment,
    ]
};

/// The bytes that can change the place; every other one counts as `a`.
const CLASSES: [u8; 8] = *b"a\"\\=,; /";

// Indexing below is done by the compiler: a wrong index is a build error.

/// The class of a byte: where it stands in [`CLASSES`].
#[allow(clippy::indexing_slicing)]
const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut class = 1;
    while class < CLASSES.len() {
        table[CLASSES[class] as usize] = class as u8;
        class += 1;
    }
    table
};

/// What of a [`Grammar`] bears on the place of a byte.
#[derive(Clone, Copy)]
struct Rules {
    comments: bool,
    escapes: bool,
    lists: bool,
}

/// Every step of a grammar, made from [`Scan::rule`].
#[derive(Debug)]
pub(crate) struct Steps([u8; 256]);

/// The steps of every combination of [`Rules`], a bit each.
static STEPS: [Steps; 8] = [
    steps(0),
    steps(1),
    steps(2),
    steps(3),
    steps(4),
    steps(5),
    steps(6),
    steps(7),
];

/// The steps of a grammar.
pub(crate) fn steps_of(grammar: &Grammar) -> &'static Steps {
    let escapes = grammar.quotes.escapes != Escapes::None;
    let index = u8::from(grammar.comments) | u8::from(escapes) << 1 | u8::from(grammar.lists) << 2;
    let [first, ..] = &STEPS;
    STEPS.get(usize::from(index)).unwrap_or(first)
}

#[allow(clippy::indexing_slicing)]
const fn steps(bits: u8) -> Steps {
    let rules = Rules {
        comments: bits & 1 != 0,
        escapes: bits & 2 != 0,
        lists: bits & 4 != 0,
    };
    let mut table = [0; 256];
    let mut scan = 0;
    while scan < 3 * PLACES.len() {
        let mut class = 0;
        while class < CLASSES.len() {
            let next = Scan(scan as u8).rule(CLASSES[class], rules);
            table[scan * CLASSES.len() + class] = next.0;
            class += 1;
        }
        scan += 1;
    }
    Steps(table)
}

impl Scan {
    const fn of(place: Place, slashes: u8) -> Self {
        Self(place as u8 * 3 + slashes)
    }

    /// Where the next byte stands.
    pub(crate) fn place(self) -> Place {
        let place = PLACES.get(usize::from(self.0 / 3));
        place.copied().unwrap_or(Place::Junk)
    }

    /// Whether the next byte is data inside quotes.
    pub(crate) fn in_quotes(self) -> bool {
        matches!(self.place(), Place::Quoted | Place::Escape)
    }

    /// Whether the next byte stands behind junk after a closing quote.
    pub(crate) fn is_junk(self) -> bool {
        self.place() == Place::Junk
    }

    /// Whether the next byte is in a name, or between commands.
    pub(crate) fn in_name(self) -> bool {
        self.0 < Self::of(Place::ValueStart, 0).0
    }

    /// Moves past the bytes at the front of `bytes` that leave the place as it
    /// is, as far as that is quick to see; returns how many they are.
    pub(crate) fn skip_run(self, bytes: &[u8]) -> usize {
        let worth_it = self == Self::of(Place::Quoted, 0) && bytes.len() >= 16;
        if !worth_it {
            return 0;
        }
        run_len(bytes, |word| equal(word, b'"') | equal(word, b'\\'))
    }

    /// Moves past `byte`.
    #[inline]
    pub(crate) fn step(&mut self, byte: u8, steps: &Steps) {
        let class = CLASS.get(usize::from(byte)).copied().unwrap_or(0);
        let at = self.0.wrapping_mul(CLASSES.len() as u8).wrapping_add(class);
        self.0 = steps.0.get(usize::from(at)).copied().unwrap_or(0);
    }

    /// What [`step`](Self::step) is made from.
    #[allow(clippy::indexing_slicing)]
    const fn rule(self, byte: u8, rules: Rules) -> Self {
        let Rules {
            comments,
            escapes,
            lists,
        } = rules;
        let slashes = self.0 % 3;
        let place = match (PLACES[(self.0 / 3) as usize], byte) {
            (Place::Quoted, b'"') => Place::AfterQuote,
            (Place::Quoted, b'\\') if escapes => Place::Escape,
            (Place::Quoted | Place::Escape, _) => Place::Quoted,
            (Place::Junk, _) => Place::Junk,
            (Place::Comment, _) => Place::Comment,
            (Place::Name, b'=') => Place::ValueStart,
            (Place::Name, _) => Place::Name,
            (_, b';') if lists => Place::Name,
            (_, b',') => Place::ValueStart,
            (Place::ValueStart, b'"') => Place::Quoted,
            (Place::ValueStart, b' ') => Place::ValueStart,
            (Place::AfterQuote, b' ') => Place::AfterQuote,
            (Place::AfterQuote, b'/') if comments && slashes > 0 => Place::AfterQuote,
            (Place::AfterQuote, _) => Place::Junk,
            (Place::ValueStart | Place::Bare, _) => Place::Bare,
        };
        let counts = comments && !matches!(place, Place::Quoted | Place::Escape | Place::Junk);
        match (slashes, byte) {
            (_, b' ') if counts => Self::of(place, 1),
            (_, b';') if counts && matches!(place, Place::Name) => Self::of(place, 1),
            (1, b'/') if counts => Self::of(place, 2),
            (2, b'/') if counts => Self::of(Place::Comment, 0),
            _ => Self::of(place, 0),
        }
    }
}

/// Where the comment of a line begins; its end where there is none.
pub(crate) fn comment_at(line: &[u8], grammar: &Grammar) -> usize {
    let steps = steps_of(grammar);
    let mut scan = Scan::default();
    for (at, &byte) in line.iter().enumerate() {
        scan.step(byte, steps);
        if scan.place() == Place::Comment {
            return at.saturating_sub(1);
        }
    }
    line.len()
}

/// How far behind the last quote of a line may be looked for: what a number or two take. A
/// longer way would be gone again for each line break that is data.
const TAIL: usize = 32;

/// Whether the end of `body` says without a scan that it is outside quotes: there is none, or
/// its last quote neither opens a value nor is escaped.
pub(super) fn closes_quotes(body: &[u8]) -> bool {
    match body {
        [.., before, b'"'] => !b" ,=\\".contains(before),
        _ => closes_before(body),
    }
}

/// The same where something stands behind that quote.
#[inline(never)]
fn closes_before(body: &[u8]) -> bool {
    let tail = body
        .get(body.len().saturating_sub(TAIL)..)
        .unwrap_or_default();
    let Some(quote) = tail.iter().rposition(|byte| *byte == b'"') else {
        return tail.len() == body.len();
    };
    let before = quote.checked_sub(1).and_then(|at| tail.get(at));
    before.is_some_and(|before| !b" ,=\\".contains(before))
}

/// The extended command's name at the end of `typed`: from its `+` on, or from the
/// first other prefix of the grammar.
pub(super) fn extended_name<'t>(typed: &'t [u8], grammar: &Grammar) -> &'t [u8] {
    let plus = typed.iter().rposition(|&byte| byte == b'+');
    let start = plus.or_else(|| typed.iter().position(|&byte| grammar.is_prefix(byte)));
    let name = start.and_then(|at| typed.get(at..)).unwrap_or_default();
    name.trim_ascii_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_after(line: &str) -> Place {
        let mut scan = Scan::default();
        let steps = steps_of(&Grammar::V250);
        line.bytes().for_each(|byte| scan.step(byte, steps));
        scan.place()
    }

    #[test]
    fn the_scanner_reports_its_place_in_a_line() {
        for (line, place) in [
            ("+X", Place::Name),
            ("+X=", Place::ValueStart),
            ("+X=a", Place::Bare),
            ("+X=a\"b", Place::Bare),
            ("+X= \"", Place::Quoted),
            ("+X=\"\\", Place::Escape),
            ("+X=\"\\\"", Place::Quoted),
            ("+X=\"a\"", Place::AfterQuote),
            ("+X=\"a\" ,", Place::ValueStart),
            ("+X=\"a\"b,\"", Place::Junk),
            ("+X=1;", Place::Name),
            ("+X=1 //", Place::Comment),
            ("+X=1//", Place::Bare),
            ("+X=http://", Place::Bare),
            ("+X=\"a\" // b, \"", Place::Comment),
            ("//", Place::Comment),
            ("+X;//", Place::Comment),
            ("E0 //", Place::Comment),
            ("+X=\" //", Place::Quoted),
        ] {
            assert_eq!(place_after(line), place, "{line}");
        }
    }

    #[test]
    fn a_run_is_scanned_like_its_single_bytes() {
        for line in [
            "+X=a b//c //d",
            "+X=\"a,;=\\\"b\" ,\"c\"d,\"",
            "E0;+Y= 1 ;//x\"",
        ] {
            let steps = steps_of(&Grammar::V250);
            let (mut slow, mut fast, mut rest) =
                (Scan::default(), Scan::default(), line.as_bytes());
            while let Some(&byte) = rest.first() {
                let run = fast.skip_run(rest);
                if run == 0 {
                    fast.step(byte, steps);
                }
                let (passed, behind) = rest.split_at(run.max(1));
                for &byte in passed {
                    slow.step(byte, steps);
                }
                assert_eq!(fast, slow, "{line} before {behind:?}");
                rest = behind;
            }
        }
    }
}
