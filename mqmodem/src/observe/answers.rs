//! Cuts what a modem writes to its host into lines, each with its share of the bytes.

use mqmodem_core::OutputKind;
use std::ops::Range;

/// A piece of the output.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OutputPiece {
    /// What it is, where that was noted.
    pub(super) kind: Option<OutputKind>,
    pub(super) place: Range<usize>,
}

/// The pieces of what is new in the output, in their order.
pub(super) fn pieces(
    new: Range<usize>,
    notes: Vec<(OutputKind, Range<usize>)>,
) -> Vec<OutputPiece> {
    let (mut pieces, mut at) = (Vec::new(), new.start);
    let mut add = |kind, place: Range<usize>| {
        if !place.is_empty() {
            pieces.push(OutputPiece { kind, place });
        }
    };
    for (kind, place) in notes {
        let (start, end) = (place.start.max(at), place.end.min(new.end));
        add(None, at..start.min(new.end));
        add(Some(kind), start..end);
        at = at.max(end);
    }
    add(None, at..new.end);
    pieces
}

/// A line of a piece.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CutLine<'o> {
    /// Its text up to a secret.
    pub(super) before: &'o [u8],
    /// What stands behind that.
    pub(super) behind: Option<&'o [u8]>,
    /// How many bytes the secret has.
    pub(super) hidden: usize,
    /// The whole of it with its frame.
    pub(super) wire: &'o [u8],
}

impl<'o> CutLine<'o> {
    /// A piece that is no lines; all of it is secret, or nothing.
    pub(super) fn unbroken(piece: &'o [u8], is_shown: bool) -> Self {
        Self {
            before: if is_shown { piece } else { b"" },
            behind: (!is_shown).then_some(b""),
            hidden: if is_shown { 0 } else { piece.len() },
            wire: piece,
        }
    }
}

/// Cuts a piece into lines. All of its bytes are in one of them; of the secret in it, if
/// there is one, all is in the same.
pub(super) fn lines(piece: &[u8], secret: Range<usize>, mut report: impl FnMut(CutLine<'_>)) {
    let mut at = 0;
    while at < piece.len() {
        let secret = (secret.start >= at && !secret.is_empty()).then_some(&secret);
        at = line(piece, at, secret, &mut report);
    }
}

/// Reports the line at `at`; where the next one begins.
fn line(
    piece: &[u8],
    at: usize,
    secret: Option<&Range<usize>>,
    report: &mut impl FnMut(CutLine<'_>),
) -> usize {
    let part = |range: Range<usize>| piece.get(range).unwrap_or_default();
    let find = |from: usize, wanted: fn(&u8) -> bool| {
        let found = part(from..piece.len()).iter().position(wanted);
        found.map_or(piece.len(), |place| from + place)
    };
    let bound = secret.map_or(piece.len(), |it| it.start);
    let text = find(at, |byte| !is_end(*byte)).min(bound);
    let mut end = find(text, |byte| is_end(*byte));
    let hidden = secret.filter(|it| it.start <= end);
    if let Some(hidden) = hidden {
        end = find(hidden.end, |byte| is_end(*byte));
    }
    let mut next = end + frame(part(end..piece.len()));
    let more = find(next, |byte| !is_end(*byte));
    if more == piece.len() && secret.is_none_or(|it| it.start < next) {
        // Ends of lines alone are none.
        next = more;
    }
    report(CutLine {
        before: part(text..hidden.map_or(end, |it| it.start)),
        behind: hidden.map(|it| part(it.end..end)),
        hidden: hidden.map_or(0, ExactSizeIterator::len),
        wire: part(at..next),
    });
    next
}

/// Bytes of the end of a line.
fn frame(rest: &[u8]) -> usize {
    match rest {
        [b'\r', b'\n', ..] => 2,
        [] => 0,
        _ => 1,
    }
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(piece: &[u8], secret: Range<usize>) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        lines(piece, secret, |line| {
            let mut text = String::from_utf8_lossy(line.before).into_owned();
            if let Some(behind) = line.behind {
                text.push_str("***");
                text.push_str(&String::from_utf8_lossy(behind));
            }
            found.push((text, line.wire.len()));
        });
        let all: usize = found.iter().map(|(_, bytes)| bytes).sum();
        assert_eq!(all, piece.len(), "{piece:?}");
        found
    }

    #[test]
    fn every_byte_is_in_a_line() {
        let line = |text: &str, bytes| (text.to_owned(), bytes);
        for (piece, want) in [
            (&b"\r\nOK\r\n"[..], vec![line("OK", 6)]),
            (b"\r\nA\r\n\r\nB\r\n", vec![line("A", 5), line("B", 5)]),
            (b"\r\nA\r\nB\r\n", vec![line("A", 5), line("B", 3)]),
            (b"0\r4\r", vec![line("0", 2), line("4", 2)]),
            (b"\r\n> ", vec![line("> ", 4)]),
            (b"A\r\n\r\n", vec![line("A", 5)]),
            (b"\r\n", vec![line("", 2)]),
        ] {
            assert_eq!(cut(piece, 0..0), want, "{piece:?}");
        }
    }

    #[test]
    fn a_secret_is_in_one_line_whatever_is_in_it() {
        let piece = b"\r\nA\r\n\r\n+C: \"p\r\nw\",1\r\n\r\nOK\r\n";
        let line = |text: &str, bytes| (text.to_owned(), bytes);
        let rest = [line("A", 5), line("+C: \"***\",1", 16), line("OK", 6)];
        assert_eq!(cut(piece, 12..16), rest);
        assert_eq!(cut(b"\r\n\rp\r\r\n", 2..5), [line("***", 7)]);
    }

    #[test]
    fn what_is_not_noted_is_a_piece_too() {
        let notes = vec![(OutputKind::Info, 0..5), (OutputKind::Urc, 7..9)];
        let found = pieces(3..12, notes);
        let piece = |kind, place| OutputPiece { kind, place };
        let want = [
            piece(Some(OutputKind::Info), 3..5),
            piece(None, 5..7),
            piece(Some(OutputKind::Urc), 7..9),
            piece(None, 9..12),
        ];
        assert_eq!(found, want);
    }
}
