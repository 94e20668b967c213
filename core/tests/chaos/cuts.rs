//! Input cut into pieces.

/// The input whole, or cut up.
pub(crate) fn pieces(bytes: &[u8], cuts: Option<u64>) -> Vec<Vec<u8>> {
    let Some(mut seed) = cuts else {
        return vec![bytes.to_vec()];
    };
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let len = (next(&mut seed) % 5 + 1) as usize;
        let (piece, more) = rest.split_at(len.min(rest.len()));
        pieces.push(piece.to_vec());
        rest = more;
    }
    pieces
}

/// Gives piece after piece until one is refused; how many bytes were taken.
pub(crate) fn offer(pieces: Vec<Vec<u8>>, mut take: impl FnMut(&[u8]) -> usize) -> usize {
    let mut taken = 0;
    for piece in pieces {
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
pub(crate) fn next(seed: &mut u64) -> u64 {
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
