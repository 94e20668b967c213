//! What `+MQTTOPT` sets: each option declared once, kept like a setting.

use crate::at::schema::{Kind, Param};

/// An option: a parameter with a value it has until it is set.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// Its name, kind and meaning; the example is the default.
    pub param: Param,
}

/// Declares an option; its default is the parameter's example.
const fn opt(param: Param, default: &'static str) -> Opt {
    Opt {
        param: param.example(default),
    }
}

const OFF_ON: &[(u32, &str)] = &[(0, "off"), (1, "on")];
const PUB_MODES: &[(u32, &str)] = &[
    (0, "OK means the broker has it"),
    (1, "OK means accepted, +MQTTPUBACK follows"),
];
const RECV_MODES: &[(u32, &str)] = &[
    (0, "messages are told by +MQTTRECV"),
    (1, "messages wait for +MQTTREAD and +MQTTACK"),
];

/// Whether a lost link is restored.
pub const RECONNECT: usize = 0;
/// The longest pause between two attempts, in seconds.
pub const BACKOFF: usize = 1;
/// Whether the modem connects when it is switched on.
pub const AUTOCONNECT: usize = 2;
/// How long a connect may take, in seconds.
pub const CONNECT_TIMEOUT: usize = 3;
/// How long a command waits for the broker, in seconds.
pub const ACK_TIMEOUT: usize = 4;
/// How the payload of a message is told.
pub const RECV_FORMAT: usize = 5;
/// How many bytes of messages wait for a broker that is away.
pub const QUEUE: usize = 6;
/// What gives way when they are too many.
pub const QUEUE_FULL: usize = 7;
/// Whether messages of QoS 0 wait too.
pub const QUEUE_QOS0: usize = 8;
/// What OK to a publish means.
pub const PUB_MODE: usize = 9;
/// Whether messages are told or wait to be read.
pub const RECV_MODE: usize = 10;

/// Every option. An option's place is part of what is kept: add at the end.
pub const OPTIONS: [Opt; 11] = [
    opt(
        Param::choice("reconnect", OFF_ON)
            .means("a lost link is restored, and subscriptions with it"),
        "0",
    ),
    opt(
        Param::int("backoff", 1, 3600)
            .means("longest pause between two attempts, in seconds; the first is within one"),
        "60",
    ),
    opt(
        Param::choice("autoconnect", OFF_ON).means("connect when switched on"),
        "0",
    ),
    opt(
        Param::int("connecttimeout", 1, 300).means("seconds a connect may take, as a whole"),
        "5",
    ),
    opt(
        Param::int("acktimeout", 1, 300).means("seconds a command waits for the broker"),
        "5",
    ),
    opt(
        Param::choice("recvformat", &[(0, "raw"), (1, "hex"), (2, "base64")])
            .means("how the payload of +MQTTRECV is told; its length counts the raw bytes"),
        "0",
    ),
    opt(
        Param::int("queue", 0, 262_144)
            .means("bytes of messages kept while the broker is away; 0 keeps none"),
        "0",
    ),
    opt(
        Param::choice("queuefull", &[(0, "refuse"), (1, "drop oldest")])
            .means("what gives way when the queue is full: the new message or the oldest"),
        "0",
    ),
    opt(
        Param::choice("queueqos0", OFF_ON).means("the queue takes messages of QoS 0 too"),
        "0",
    ),
    opt(
        Param::choice("pubmode", PUB_MODES).means("what OK to +MQTTPUB means"),
        "0",
    ),
    opt(
        Param::choice("recvmode", RECV_MODES).means("how messages reach the host"),
        "0",
    ),
];

/// The place of an option in [`OPTIONS`].
pub fn find(name: &str) -> Option<usize> {
    OPTIONS
        .iter()
        .position(|opt| opt.param.name.eq_ignore_ascii_case(name))
}

/// Whether there is an option of this name.
pub fn is_name(name: &str) -> bool {
    find(name).is_some()
}

/// The value an option takes from a text, if it takes it.
pub fn value(option: usize, text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits)?;
    takes(option, number).then_some(number)
}

/// Whether an option takes a value.
pub(crate) fn takes(option: usize, value: u32) -> bool {
    match OPTIONS.get(option).map(|opt| opt.param.kind) {
        Some(Kind::Int { min, max }) => (min..=max).contains(&value),
        Some(Kind::Choice(choices)) => choices.iter().any(|(choice, _)| *choice == value),
        _ => false,
    }
}

/// The values in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options([u32; OPTIONS.len()]);

impl Default for Options {
    fn default() -> Self {
        let mut values = [0; OPTIONS.len()];
        for (option, place) in values.iter_mut().enumerate() {
            *place = Self::default_of(option);
        }
        Self(values)
    }
}

impl Options {
    /// The value an option has until it is set.
    pub(crate) fn default_of(option: usize) -> u32 {
        let opt = OPTIONS.get(option);
        opt.and_then(|opt| value(option, opt.param.example))
            .unwrap_or(0)
    }

    /// The value of an option.
    pub(crate) fn get(&self, option: usize) -> u32 {
        self.0.get(option).copied().unwrap_or(0)
    }

    /// Whether an option is on.
    pub(crate) fn is_on(&self, option: usize) -> bool {
        self.get(option) != 0
    }

    pub(crate) fn set(&mut self, option: usize, value: u32) {
        if let Some(place) = self.0.get_mut(option) {
            *place = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_takes_its_default_and_has_a_name_of_its_own() {
        for (option, opt) in OPTIONS.iter().enumerate() {
            assert!(
                value(option, opt.param.example).is_some(),
                "{}",
                opt.param.name
            );
            assert_eq!(find(opt.param.name), Some(option));
            assert!(!opt.param.meaning.is_empty());
        }
        assert_eq!(value(BACKOFF, "0"), None);
        assert_eq!(value(BACKOFF, "3601"), None);
        assert_eq!(value(BACKOFF, "+1"), None);
        assert_eq!(value(RECONNECT, "2"), None);
    }
}
