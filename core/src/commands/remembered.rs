//! Values of a host that have no effect here: it reads them back.

use crate::at::args::Args;
use crate::buffer::{Buf, Full};

/// Writes the values that were given, of the first `most`, as a host is shown them: those
/// that are no number in quotes, and nothing for one that was left out before others.
pub fn write_values(args: &Args, most: usize, into: &mut Buf<'_>) -> Result<(), Full> {
    let last = (0..most).rposition(|place| args.has(place));
    for place in 0..=last.unwrap_or(0) {
        let value = args.bytes(place);
        let is_number = value.iter().all(u8::is_ascii_digit);
        let quote: &[u8] = if is_number { b"" } else { b"\"" };
        let comma: &[u8] = if place > 0 { b"," } else { b"" };
        for part in [comma, quote, value, quote] {
            into.extend(part)?;
        }
    }
    Ok(())
}
