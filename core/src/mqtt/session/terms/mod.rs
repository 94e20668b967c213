//! What client and broker of MQTT 5 tell each other at the start of a connection.

mod broker_text;
mod granted;
mod grants;
mod offer;

pub(super) use broker_text::{BrokerText, Greeted};
pub use granted::Granted;
pub(super) use grants::Grants;
pub use offer::Offer;
