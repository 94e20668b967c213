//! Finding the byte that ends a run, many bytes at a time.

/// Bytes looked at together: two registers of the smallest vector unit.
const CHUNK: usize = 32;

/// How many bytes stand at the front of `bytes` before the first that `stops`.
#[inline]
pub(crate) fn run_len(bytes: &[u8], stops: impl Fn(u8) -> bool + Copy) -> usize {
    let (chunks, _) = bytes.as_chunks::<CHUNK>();
    // Without an early exit inside the chunk the compiler makes vectors of it.
    let any = |chunk: &&[u8; CHUNK]| chunk.iter().fold(false, |any, &byte| any | stops(byte));
    let whole = chunks.iter().take_while(|chunk| !any(chunk)).count() * CHUNK;
    let rest = bytes.get(whole..).unwrap_or_default();
    let tail = rest.iter().position(|&byte| stops(byte));
    whole + tail.unwrap_or(rest.len())
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
