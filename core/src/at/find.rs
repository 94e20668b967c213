//! Finding the byte that ends a run, many bytes at a time.

/// How many bytes stand at the front of `bytes` before the first that `stops`.
#[inline]
pub(crate) fn run_len(bytes: &[u8], stops: impl Fn(u8) -> bool + Copy) -> usize {
    // Two registers of the smallest vector unit, then half a one.
    let rest = skip_chunks::<32>(bytes, stops);
    let rest = skip_chunks::<8>(rest, stops);
    let tail = rest.iter().position(|&byte| stops(byte));
    bytes.len() - rest.len() + tail.unwrap_or(rest.len())
}

/// What stands behind the first whole chunks in which no byte `stops`.
#[inline]
fn skip_chunks<const N: usize>(bytes: &[u8], stops: impl Fn(u8) -> bool + Copy) -> &[u8] {
    // Without an early exit inside the chunk the compiler makes vectors of it.
    let any = |chunk: &[u8; N]| chunk.iter().fold(false, |any, &byte| any | stops(byte));
    let mut rest = bytes;
    while let Some((chunk, behind)) = rest.split_first_chunk::<N>()
        && !any(chunk)
    {
        rest = behind;
    }
    rest
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
                assert_eq!(run_len(&bytes, |byte| byte == b'x'), at);
            }
        }
    }
}
