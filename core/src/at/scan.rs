//! Where in a command line a byte stands: outside or inside quotes, in a
//! comment, behind a `=`. The line reader and the splitter share it.

/// Where a byte changes the place: a bit for quotes, one for elsewhere.
const STOPS: [u8; 256] = {
    let mut table = [0; 256];
    table[b'"' as usize] = IN_QUOTES | OUTSIDE;
    table[b'\\' as usize] = IN_QUOTES;
    table[b'=' as usize] = OUTSIDE;
    table[b',' as usize] = OUTSIDE;
    table[b';' as usize] = OUTSIDE;
    table[b' ' as usize] = OUTSIDE;
    table[b'/' as usize] = OUTSIDE;
    table
};
const IN_QUOTES: u8 = 1;
const OUTSIDE: u8 = 2;

/// The place of the next byte in a line (rules R3, R6 and R8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a command's name, or between commands.
    #[default]
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

/// A scan over a line's body, byte by byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) place: Place,
    /// How much of ` //` stands before the next byte: 0 to 2.
    slashes: u8,
}

impl Default for Scan {
    fn default() -> Self {
        // `//` where a command would start is a comment without the space.
        Self {
            place: Place::Name,
            slashes: 1,
        }
    }
}

impl Scan {
    /// Whether the next byte is data inside quotes.
    pub(crate) fn in_quotes(self) -> bool {
        matches!(self.place, Place::Quoted | Place::Escape)
    }

    /// Moves past the bytes at the front of `bytes` that leave the place as it
    /// is; returns how many they are.
    pub(crate) fn skip_run(&mut self, bytes: &[u8]) -> usize {
        let stops = match self.place {
            Place::Quoted => IN_QUOTES,
            Place::Name | Place::Bare => OUTSIDE,
            Place::Junk | Place::Comment => 0,
            Place::ValueStart | Place::Escape | Place::AfterQuote => return 0,
        };
        let stop = |byte: &u8| {
            STOPS
                .get(usize::from(*byte))
                .is_none_or(|bits| bits & stops != 0)
        };
        let run = bytes.iter().position(stop).unwrap_or(bytes.len());
        if run > 0 {
            self.slashes = 0;
        }
        run
    }

    /// Moves past `byte`.
    pub(crate) fn step(&mut self, byte: u8, comments: bool) {
        self.place = match (self.place, byte) {
            (Place::Quoted, b'"') => Place::AfterQuote,
            (Place::Quoted, b'\\') => Place::Escape,
            (Place::Quoted | Place::Escape, _) => Place::Quoted,
            (Place::Junk, _) => Place::Junk,
            (Place::Comment, _) => Place::Comment,
            (Place::Name, b'=') => Place::ValueStart,
            (Place::Name, _) | (_, b';') => Place::Name,
            (_, b',') => Place::ValueStart,
            (Place::ValueStart, b'"') => Place::Quoted,
            (Place::ValueStart, b' ') => Place::ValueStart,
            (Place::AfterQuote, b' ') => Place::AfterQuote,
            (Place::AfterQuote, b'/') if comments && self.slashes > 0 => Place::AfterQuote,
            (Place::AfterQuote, _) => Place::Junk,
            (Place::ValueStart | Place::Bare, _) => Place::Bare,
        };
        self.count_slashes(byte, comments);
    }

    fn count_slashes(&mut self, byte: u8, comments: bool) {
        let outside = !matches!(self.place, Place::Quoted | Place::Escape | Place::Junk);
        self.slashes = match (self.slashes, byte) {
            (_, b' ') if outside => 1,
            (_, b';') if self.place == Place::Name => 1,
            (1, b'/') if outside => 2,
            (2, b'/') if outside && comments => {
                self.place = Place::Comment;
                0
            }
            _ => 0,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_after(line: &str) -> Place {
        let mut scan = Scan::default();
        line.bytes().for_each(|byte| scan.step(byte, true));
        scan.place
    }

    #[test]
    fn places() {
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
    fn runs_change_nothing_but_the_speed() {
        for line in [
            "+X=a b//c //d",
            "+X=\"a,;=\\\"b\" ,\"c\"d,\"",
            "E0;+Y= 1 ;//x\"",
        ] {
            let (mut slow, mut fast, mut rest) =
                (Scan::default(), Scan::default(), line.as_bytes());
            while let Some(&byte) = rest.first() {
                let run = fast.skip_run(rest);
                if run == 0 {
                    fast.step(byte, true);
                }
                let (passed, behind) = rest.split_at(run.max(1));
                passed.iter().for_each(|&byte| slow.step(byte, true));
                assert_eq!(fast, slow, "{line} before {behind:?}");
                rest = behind;
            }
        }
    }
}
