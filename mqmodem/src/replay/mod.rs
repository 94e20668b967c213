//! What was recorded, read again: conversions of a trace, and chats made of it.

mod conversion;
mod reader;
mod text;

pub use conversion::{Conversion, ConversionError, ConversionForm};
pub use reader::UnreadableTrace;
