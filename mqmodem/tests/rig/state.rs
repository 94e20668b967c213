//! A state directory with something in it.

use super::Modem;
use rustix::process::Signal;
use std::path::PathBuf;

pub const CONFIG: &str = "AT+MQTTCONFIG=broker,1883,me,1,60,user,hunter2";
pub const CONFIG_SAID: &str = "+MQTTCONFIG:broker,1883,me,1,60,user,hunter2";

/// This directory, with the settings of one modem, whose process was killed.
pub fn stored_settings(directory: PathBuf) -> PathBuf {
    let mut modem = Modem::with_state(&directory);
    modem.ok(CONFIG);
    modem.end(Signal::KILL);
    directory
}
