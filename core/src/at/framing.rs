//! What stands around what a modem writes to its host.

/// How a command set frames its answers and asks for raw bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framing {
    /// Whether CR LF stands before a line of information text.
    pub info_leads: bool,
    /// Whether the lines of one answer share a frame: CR LF stands before the first only.
    pub info_joins: bool,
    /// Whether CR LF stands before an unsolicited result code.
    pub urc_leads: bool,
    /// What asks the host for raw bytes (rule R13), with everything around it.
    pub prompt: &'static str,
    /// Whether a line's end is echoed as CR LF, whatever ended it.
    pub echoes_line_feed: bool,
    /// Whether raw bytes are echoed as lines are.
    pub echoes_data: bool,
    /// Whether messages are told while the host is asked for raw bytes.
    pub prompt_tells: bool,
}

impl Framing {
    /// As V.250 §5.7 has it.
    pub const V250: Self = Self {
        info_leads: true,
        info_joins: false,
        urc_leads: true,
        prompt: "\r\n> ",
        echoes_line_feed: false,
        echoes_data: false,
        prompt_tells: false,
    };
}
