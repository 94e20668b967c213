//! Commands whose end is an event, as tasks know them.

use crate::modem::command::dialect::Outcome;
use crate::modem::event::Task;

pub(super) const START: u8 = 0;
pub(super) const STOP: u8 = 1;
pub(super) const CONNECT: u8 = 2;
pub(super) const DISCONNECT: u8 = 3;
pub(super) const PUBLISH: u8 = 4;
pub(super) const SUBSCRIBE: u8 = 5;
pub(super) const UNSUBSCRIBE: u8 = 6;
pub(super) const OPEN_NETWORK: u8 = 7;
pub(super) const CLOSE_NETWORK: u8 = 8;
pub(super) const LOSE_NETWORK: u8 = 9;
pub(super) const SET_TIME: u8 = 10;
pub(super) const POWER_OFF: u8 = 11;

/// What is said of the end of each.
pub(super) const NAMES: [&str; 11] = [
    "+CMQTTSTART: ",
    "+CMQTTSTOP: ",
    "+CMQTTCONNECT: ",
    "+CMQTTDISC: ",
    "+CMQTTPUB: ",
    "+CMQTTSUB: ",
    "+CMQTTUNSUB: ",
    "+NETOPEN: ",
    "+NETCLOSE: ",
    "",
    "+CNTP: ",
];

/// OK now, and an event of the module at once.
pub(super) fn reported(command: u8, number: u32) -> Outcome {
    Outcome::Ended(Task { command, number }, Ok(()), 0)
}
