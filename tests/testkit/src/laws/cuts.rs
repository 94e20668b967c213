//! Input cut into pieces.

/// The input whole, or cut up; each piece is cut when it is asked for.
fn pieces(bytes: &[u8], cuts: Option<u64>) -> impl Iterator<Item = &[u8]> {
    let (mut seed, mut rest) = (cuts, bytes);
    std::iter::from_fn(move || {
        let len = match &mut seed {
            None => rest.len(),
            Some(seed) => (next(seed) % 5 + 1) as usize,
        };
        let (piece, more) = rest.split_at(len.min(rest.len()));
        rest = more;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Gives the input, whole or cut up, until a piece is refused; how many bytes were
/// taken.
pub(crate) fn offer(
    bytes: &[u8],
    cuts: Option<u64>,
    mut take: impl FnMut(&[u8]) -> usize,
) -> usize {
    let mut taken = 0;
    for piece in pieces(bytes, cuts) {
        let mut at = 0;
        while at < piece.len() {
            let n = take(&piece[at..]);
            assert!(n <= piece.len() - at, "more taken than there was");
            if n == 0 {
                return taken + at;
            }
            at += n;
        }
        taken += at;
    }
    taken
}

/// The next number of a xorshift sequence.
pub fn next(seed: &mut u64) -> u64 {
    // Zero would stay zero.
    *seed = if *seed == 0 {
        0x9e37_79b9_7f4a_7c15
    } else {
        *seed
    };
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}
