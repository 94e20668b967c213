//! How a command set writes its lines: what differs from one to the next.

/// How the lines of a command set are read. The rules R1 to R13 are those of
/// [`Grammar::V250`]; other command sets say where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grammar {
    /// What the name of an extended command may begin with, beside `+`.
    pub prefixes: &'static [u8],
    /// What may stand in quotes (rule R7).
    pub quotes: Quotes,
    /// Whether text may stand without quotes (rule R6).
    pub bare_text: bool,
    /// Whether a number may stand in quotes, where text may not stand without.
    pub quoted_numbers: bool,
    /// Whether a line may hold several commands (rule R5).
    pub lists: bool,
    /// Whether ` //` begins a comment (rule R8).
    pub comments: bool,
    /// Whether `A/` carries out the last line again (rule R1); else it begins a line that
    /// holds no command.
    pub repeats: bool,
    /// Whether `AT` begins a line also right behind a letter or digit (rule R1).
    pub glued: bool,
    /// Whether spaces may stand before a name, between it and what belongs to it, and at the
    /// end of a command (rule R5).
    pub spaces: bool,
    /// Whether a lone LF ends a line too (rule R2).
    pub line_feed_ends: bool,
    /// Whether a quoted value of any command may hold raw line breaks, as long as the line
    /// fits; else only those of commands that say so (rule R4).
    pub multi_line: bool,
    /// Whether the leniences that commands declare count (rules R4 and R10).
    pub lenient: bool,
    /// Whether S5 and DEL delete in quotes, whoever types (rule R2).
    pub edits_quotes: bool,
    /// Whether `=?` asks for the values of any command (V.250 §5.4.3).
    pub tests: bool,
    /// The longest line, in bytes behind its `AT` (rule R11).
    pub max_line: usize,
}

/// What may stand between quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotes {
    /// What a `\` means.
    pub escapes: Escapes,
    /// Whether a `,` may stand there as it is.
    pub commas: bool,
}

/// What a `\` in quotes means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Escapes {
    /// With two hex digits a byte, before other letters and digits itself, else the
    /// character behind it (rule R7).
    Hex = 0,
    /// The character behind it, whatever it is.
    Next,
    /// Itself: a value ends at the next quote.
    None,
    /// With two hex digits a byte, before a quote that, else itself.
    HexOnly,
}

impl Quotes {
    /// As rule R7 has it.
    pub const V250: Self = Self {
        escapes: Escapes::Hex,
        commas: true,
    };

    /// Whether they are as rule R7 has it.
    #[inline]
    pub(crate) fn is_v250(self) -> bool {
        self.escapes as u8 | u8::from(!self.commas) == 0
    }
}

impl Grammar {
    /// The rules R1 to R13: V.250, and more forgiving where that is free.
    pub const V250: Self = Self {
        prefixes: b"",
        quotes: Quotes::V250,
        bare_text: true,
        quoted_numbers: true,
        lists: true,
        comments: true,
        repeats: true,
        glued: false,
        spaces: true,
        line_feed_ends: true,
        multi_line: false,
        lenient: true,
        edits_quotes: false,
        tests: true,
        max_line: usize::MAX,
    };

    /// The same without its leniences: rules R2, R4, R6, R8 and R10 are off.
    #[must_use]
    pub const fn strict(self) -> Self {
        Self {
            bare_text: false,
            comments: false,
            line_feed_ends: false,
            multi_line: false,
            lenient: false,
            edits_quotes: true,
            ..self
        }
    }

    /// Whether a name may begin with `byte`.
    pub(crate) fn is_prefix(&self, byte: u8) -> bool {
        byte == b'+' || self.prefixes.contains(&byte)
    }
}
