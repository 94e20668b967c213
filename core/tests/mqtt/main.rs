//! The MQTT client: sessions with lent memory, without a modem.

mod client;
mod ends;
mod keep_alive;
mod memory;
mod properties;
mod session;
mod stored;
mod terms;
mod v311;
mod v5;
mod window;
