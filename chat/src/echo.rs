//! The echo of a typed line.

use mqmodem_core::at::framing::Framing;
use mqmodem_core::at::line::ECHO_LIMIT;

/// Only a command line is echoed, and of a long one only the start and the end.
pub(crate) fn echo_of(line: &[u8], framing: &Framing) -> Vec<u8> {
    if !line
        .get(..2)
        .is_some_and(|at| at.eq_ignore_ascii_case(b"AT"))
    {
        return Vec::new();
    }
    let shown = (line.len() - 1).min(ECHO_LIMIT);
    let end: &[u8] = if framing.echoes_line_feed {
        b"\r\n"
    } else {
        b"\r"
    };
    [&line[..shown], end].concat()
}
