//! What `+MQTTOPT` sets: each option declared once, kept like a setting.

use super::nvram::Nvram;
use crate::at::param::{Kind, Param, Reject, fit, number, takes};
use crate::buffer::{Buf, Full};
use crate::modem::ids::LinkId;
use crate::modem::slot::Slot;
use core::fmt;

/// An option: a parameter with a value it has until it is set.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// Its name, kind and meaning; the example is the default.
    pub param: Param,
}

/// What an option is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionValue<'t> {
    /// A number.
    Number(u32),
    /// A text.
    Text(&'t str),
}

/// As `+MQTTOPT?` shows it.
impl fmt::Display for OptionValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "\"{text}\""),
        }
    }
}

impl Opt {
    /// The value a text means, if the option takes it.
    pub fn parse<'t>(&self, text: &'t str) -> Result<OptionValue<'t>, Reject> {
        fit(&self.param.kind, text.as_bytes())?;
        Ok(match self.param.kind {
            Kind::Int { .. } | Kind::Choice(_) => {
                OptionValue::Number(number(text.as_bytes()).unwrap_or(0))
            }
            Kind::Text { .. } | Kind::Bytes { .. } => OptionValue::Text(text),
        })
    }

    /// The value it has until it is set.
    pub fn default(&self) -> OptionValue<'static> {
        self.parse(self.param.example)
            .unwrap_or(OptionValue::Number(0))
    }

    /// Writes what is kept of a value: nothing of the default.
    pub fn encode(&self, value: OptionValue<'_>, record: &mut Buf<'_>) -> Result<(), Full> {
        match value {
            value if value == self.default() => Ok(()),
            value => Self::write(value, record),
        }
    }

    /// Writes a value as it is kept.
    pub(crate) fn write(value: OptionValue<'_>, record: &mut Buf<'_>) -> Result<(), Full> {
        match value {
            OptionValue::Number(number) => record.extend(&number.to_be_bytes()),
            OptionValue::Text(text) => record.extend(text.as_bytes()),
        }
    }

    /// The value it has until it is set, where a dialect may have one of its own.
    pub(crate) fn default_in(&self, option: usize, defaults: Defaults) -> OptionValue<'static> {
        let own = defaults.iter().find(|(number, _)| *number == option);
        own.map_or(self.default(), |(_, value)| OptionValue::Number(*value))
    }

    /// The value in a record, if it is one the option takes.
    pub fn decode<'t>(&self, record: &'t [u8]) -> Option<OptionValue<'t>> {
        let kind = &self.param.kind;
        if let Kind::Text { .. } | Kind::Bytes { .. } = kind {
            fit(kind, record).ok()?;
            return Some(OptionValue::Text(core::str::from_utf8(record).ok()?));
        }
        let number = u32::from_be_bytes(record.try_into().ok()?);
        takes(kind, number).then_some(OptionValue::Number(number))
    }
}

/// Options with the number they have until they are set, where that is another one.
pub type Defaults = &'static [(usize, u32)];

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
const VERIFY_MODES: &[(u32, &str)] = &[
    (
        0,
        "nothing, for laboratories only: anyone can pretend to be the broker",
    ),
    (1, "everything"),
    (2, "everything but its name"),
];
const RECV_MODES: &[(u32, &str)] = &[
    (0, "messages are sent as +MQTTRECV"),
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
/// How often PINGREQ is said again before the link is given up.
pub const KEEP_ALIVE_RETRIES: usize = 11;
/// What of the broker's certificate is checked.
pub const VERIFY: usize = 12;
/// The name asked for and checked by TLS.
pub const SNI: usize = 13;
/// The protocols offered by TLS.
pub const ALPN: usize = 14;
/// How often the connection ends with a message before it is set aside.
pub const GIVE_UP: usize = 15;

/// Every option. An option's place is part of what is kept: add at the end.
pub const OPTIONS: [Opt; 16] = [
    opt(
        Param::choice("reconnect", OFF_ON).means("a lost link and its subscriptions are restored"),
        "0",
    ),
    opt(
        Param::int("backoff", 1, 3600).means(
            "longest pause between two attempts, in seconds; the first pause is at most \
                 one second",
        ),
        "60",
    ),
    opt(
        Param::choice("autoconnect", OFF_ON).means("connect at the start"),
        "0",
    ),
    opt(
        Param::int("connecttimeout", 1, 300).means("seconds that a connect may take in total"),
        "5",
    ),
    opt(
        Param::int("acktimeout", 1, 300).means("seconds a command waits for the broker"),
        "5",
    ),
    opt(
        Param::choice("recvformat", &[(0, "raw"), (1, "hex"), (2, "base64")])
            .means("format of the payload of +MQTTRECV; its length counts the raw bytes"),
        "0",
    ),
    opt(
        Param::int("queue", 0, 262_144)
            .means("bytes of messages that wait while there is no connection; 0: none"),
        "0",
    ),
    opt(
        Param::choice("queuefull", &[(0, "refuse"), (1, "drop oldest")])
            .means("what is given up when the queue is full: the new message or the oldest"),
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
        Param::choice("recvmode", RECV_MODES).means("how the host receives messages"),
        "0",
    ),
    opt(
        Param::int("keepaliveretries", 0, 10).means(
            "how many times an unanswered PINGREQ is repeated, half a keep-alive apart, before \
             the link is given up; from the next connect on",
        ),
        "0",
    ),
    opt(
        Param::choice("verify", VERIFY_MODES)
            .means("what TLS verifies of the broker's certificate"),
        "1",
    ),
    opt(
        Param::text("sni", 0, 253)
            .check(is_server_name, "a b")
            .means(
                "name that TLS requests and verifies in the certificate; empty: the broker's \
                 host name",
            ),
        "",
    ),
    opt(
        Param::text("alpn", 0, 64)
            .check(is_protocol_list, "mqtt,")
            .means("protocols that TLS offers, separated by commas; empty: none"),
        "",
    ),
    opt(
        Param::int("giveup", 0, 100).means(
            "how many times in a row the broker may end the connection after a message was \
             resent, before the message is set aside and reported with code 39; 0: never set \
             aside",
        ),
        "5",
    ),
];

/// Whether a text is empty or a host name, and no address: TLS has no other
/// names (RFC 6066 §3).
fn is_server_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    name.is_empty() || (name.split('.').all(is_label) && !is_number)
}

fn is_label(label: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let hyphen_outside = label.starts_with('-') || label.ends_with('-');
    matches!(label.len(), 1..=63) && label.bytes().all(good) && !hyphen_outside
}

/// Whether a text is empty or names with commas between them.
fn is_protocol_list(list: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(good);
    list.is_empty() || list.split(',').all(is_name)
}

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

/// The value in the record of an option, if it is one the option takes.
pub fn decode(option: u8, record: &[u8]) -> Option<OptionValue<'_>> {
    OPTIONS.get(usize::from(option))?.decode(record)
}

/// Whether the option of this number is a text.
pub(crate) fn is_text(option: usize) -> bool {
    let kind = OPTIONS.get(option).map(|opt| opt.param.kind);
    matches!(kind, Some(Kind::Text { .. }))
}

/// The numbers in force. Texts are looked up where they are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options([u32; OPTIONS.len()]);

impl Options {
    /// Nothing is set yet.
    pub(crate) fn new(defaults: Defaults) -> Self {
        let mut numbers = [0; OPTIONS.len()];
        for (option, (place, opt)) in numbers.iter_mut().zip(&OPTIONS).enumerate() {
            if let OptionValue::Number(number) = opt.default_in(option, defaults) {
                *place = number;
            }
        }
        Self(numbers)
    }

    /// An option is in force once it is kept.
    pub(crate) fn follow(&mut self, nvram: &Nvram, link: LinkId, option: u8, defaults: Defaults) {
        let Some(opt) = OPTIONS.get(usize::from(option)) else {
            return;
        };
        let record = nvram.get(Slot::Option(link, option));
        let kept = record.and_then(|record| opt.decode(record));
        let default = opt.default_in(option.into(), defaults);
        let place = self.0.get_mut(usize::from(option));
        if let (OptionValue::Number(value), Some(place)) = (kept.unwrap_or(default), place) {
            *place = value;
        }
    }

    /// The value of an option that is a number.
    pub(crate) fn get(&self, option: usize) -> u32 {
        self.0.get(option).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_takes_its_default_and_has_a_name_of_its_own() {
        for (option, opt) in OPTIONS.iter().enumerate() {
            assert!(opt.parse(opt.param.example).is_ok(), "{}", opt.param.name);
            assert_eq!(find(opt.param.name), Some(option));
            assert!(!opt.param.meaning.is_empty());
        }
    }

    #[test]
    fn values_an_option_does_not_take_are_refused() {
        for (option, text, why) in [
            (BACKOFF, "0", Reject::Value),
            (BACKOFF, "3601", Reject::Value),
            (BACKOFF, "+1", Reject::Value),
            (BACKOFF, "", Reject::Value),
            (RECONNECT, "2", Reject::Value),
            (SNI, "1.2.3.4", Reject::Characters),
            (SNI, "::1", Reject::Characters),
            (SNI, "a.0x1f", Reject::Characters),
            (SNI, "a..b", Reject::Characters),
            (SNI, "a.", Reject::Characters),
            (SNI, "-a", Reject::Characters),
            (SNI, "a-.b", Reject::Characters),
            (SNI, "b\u{fc}", Reject::Characters),
            (SNI, "\"", Reject::Characters),
            (ALPN, ",", Reject::Characters),
            (ALPN, "mqtt,,h2", Reject::Characters),
            (ALPN, "mqtt, h2", Reject::Characters),
            (ALPN, "a\\b", Reject::Characters),
        ] {
            assert_eq!(OPTIONS[option].parse(text), Err(why), "{text}");
        }
        let long = "a".repeat(64);
        assert_eq!(OPTIONS[SNI].parse(&long), Err(Reject::Characters));
        assert_eq!(OPTIONS[SNI].parse(&long.repeat(4)), Err(Reject::TooLong));
        assert_eq!(OPTIONS[ALPN].parse(&long), Ok(OptionValue::Text(&long)));
    }

    #[test]
    fn records_are_read_back_and_defaults_make_none() {
        for (option, text) in [
            (BACKOFF, "7"),
            (SNI, "a-1.b_c"),
            (ALPN, "mqtt,x-amzn-mqtt-ca"),
        ] {
            let opt = &OPTIONS[option];
            let value = opt.parse(text).unwrap();
            let mut memory = [0; 64];
            let mut record = Buf::lent(&mut memory);
            opt.encode(value, &mut record).unwrap();
            assert_eq!(opt.decode(record.as_slice()), Some(value));
        }
        for opt in &OPTIONS {
            opt.encode(opt.default(), &mut Buf::lent(&mut [])).unwrap();
        }
        assert_eq!(decode(SNI as u8, b"a b"), None);
        assert_eq!(decode(VERIFY as u8, &[0, 0, 0, 3]), None);
        assert_eq!(decode(99, &[0, 0, 0, 0]), None);
    }
}
