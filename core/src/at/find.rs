//! Finding the byte that ends a run, eight bytes in a word at a time.

/// Every byte 1, and every byte's top bit.
const ONES: u64 = u64::from_ne_bytes([1; 8]);
const TOPS: u64 = ONES << 7;

/// The bytes of `word` below `limit`, at most 128: their top bits. The first of
/// them is right, what is behind it may not be.
#[inline]
pub(crate) const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * limit as u64) & !word & TOPS
}

/// The bytes of `word` that are `byte`, as [`below`] tells them.
#[inline]
pub(crate) const fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * byte as u64), 1)
}

/// How many bytes stand at the front of `bytes` before the first that `stops`,
/// which looks at a word as [`below`] does.
#[inline]
pub(crate) fn run_len(bytes: &[u8], stops: impl Fn(u64) -> u64 + Copy) -> usize {
    let mut rest = bytes;
    while let Some((chunk, behind)) = rest.split_first_chunk::<32>()
        && !any(chunk, stops)
    {
        rest = behind;
    }
    while let Some((word, behind)) = rest.split_first_chunk() {
        let found = stops(u64::from_le_bytes(*word));
        if found != 0 {
            return bytes.len() - rest.len() + found.trailing_zeros() as usize / 8;
        }
        rest = behind;
    }
    let tail = rest.iter().position(|&byte| stops(byte.into()) & 0x80 != 0);
    bytes.len() - rest.len() + tail.unwrap_or(rest.len())
}

/// Whether any byte stops. Without an early exit the compiler makes vectors of it.
#[inline]
fn any(chunk: &[u8; 32], stops: impl Fn(u64) -> u64) -> bool {
    let (words, _) = chunk.as_chunks();
    let found = words.iter().map(|word| stops(u64::from_le_bytes(*word)));
    found.fold(0, core::ops::BitOr::bitor) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_wherever_it_is() {
        for len in 0..100 {
            for at in 0..=len {
                let mut bytes = std::vec![b'a'; len];
                bytes
                    .iter_mut()
                    .skip(at)
                    .step_by(3)
                    .for_each(|byte| *byte = b'x');
                assert_eq!(run_len(&bytes, |word| equal(word, b'x')), at);
            }
        }
    }

    #[test]
    fn finds_every_byte_as_its_value_says() {
        for byte in 0..=255 {
            for len in [1, 8, 32] {
                let found = |stops: fn(u64) -> u64| run_len(&std::vec![byte; len], stops) == 0;
                assert_eq!(found(|word| below(word, 0x20)), byte < 0x20, "{byte}");
                assert_eq!(found(|word| equal(word, 0x7f)), byte == 0x7f, "{byte}");
            }
        }
    }
}
