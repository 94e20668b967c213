//! The two MQTT command sets of this maker, and what they share.

pub mod cmqtt;
mod shared;
pub mod sm;
