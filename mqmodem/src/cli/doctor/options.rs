//! Options of the configuration.

use crate::config::Broker;
use mqmodem_core::modem::options::OptionValue;

/// An option that is a number.
pub(super) fn number(broker: &Broker, option: usize) -> u32 {
    match broker.options.get(option) {
        OptionValue::Number(number) => number,
        OptionValue::Text(_) => 0,
    }
}

/// An option that is a text, where it is not empty.
pub(super) fn text(broker: &Broker, option: usize) -> Option<&str> {
    match broker.options.get(option) {
        OptionValue::Text(text) => Some(text).filter(|text| !text.is_empty()),
        OptionValue::Number(_) => None,
    }
}
