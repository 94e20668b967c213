//! What was recorded, read again: conversions of a trace, and chats made of it.

mod chat;
mod conversion;
mod reader;
mod text;

pub use chat::{ChatMaking, RecordedChat};
pub use conversion::{ConversionError, ConversionForm, Selection, convert};
pub use reader::UnreadableTrace;
