//! The properties of MQTT 5 (clause 2.2.2): one table, read by codec, commands,
//! trace and chat.
//!
//! [`ALL`] says of each property what it is called, what value it has and what
//! carries it. [`Properties`] is a block of them that was checked; [`Property::write`]
//! makes one, property by property.

mod block;
mod shown;
mod table;
mod value;

pub use block::{Properties, PropertyIter};
pub use shown::ShownProperties;
pub use table::*;
pub use value::{PropertyKind, PropertyValue};
