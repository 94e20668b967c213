//! The commands of this host, declared as atat wants them.

use atat::atat_derive::{AtatCmd, AtatResp, AtatUrc};
use atat::serde_at::de::length_delimited::LengthDelimited;
use heapless::String;

#[derive(Clone, Debug, PartialEq, AtatResp)]
pub struct Nothing;

#[derive(Clone, AtatCmd)]
#[at_cmd("", Nothing)]
pub struct Attention;

#[derive(Clone, AtatCmd)]
#[at_cmd("+CMEE", Nothing)]
pub struct Errors {
    pub mode: u8,
}

#[derive(Clone, AtatCmd)]
#[at_cmd("+CSQ", Signal)]
pub struct ReadSignal;

#[derive(Clone, AtatResp)]
pub struct Signal {
    pub rssi: u8,
    pub ber: u8,
}

#[derive(Clone, AtatCmd)]
#[at_cmd("+MQTTCONFIG", Nothing)]
pub struct Configure<'a> {
    url: &'a str,
    port: u16,
    client: &'a str,
    clean: u8,
    keep_alive: u16,
}

impl<'a> Configure<'a> {
    pub fn new(port: u16, client: &'a str) -> Self {
        Self {
            url: "127.0.0.1",
            port,
            client,
            clean: 1,
            keep_alive: 60,
        }
    }
}

#[derive(Clone, AtatCmd)]
#[at_cmd("+MQTTCONNECT", Code, timeout_ms = 6000)]
pub struct Connect;

#[derive(Clone, AtatCmd)]
#[at_cmd("+MQTTSTATE", Code)]
pub struct ReadState;

#[derive(Clone, Debug, PartialEq, AtatResp)]
pub struct Code {
    pub code: u8,
}

#[derive(Clone, AtatCmd)]
#[at_cmd("+MQTTSUB", Nothing, timeout_ms = 6000)]
pub struct Subscribe<'a> {
    topic: &'a str,
    qos: u8,
}

impl<'a> Subscribe<'a> {
    pub fn to(topic: &'a str) -> Self {
        Self { topic, qos: 1 }
    }
}

#[derive(Clone, AtatCmd)]
#[at_cmd("+MQTTPUB", Nothing, timeout_ms = 6000)]
pub struct Publish<'a> {
    topic: &'a str,
    qos: u8,
    retain: u8,
    message: &'a str,
}

impl<'a> Publish<'a> {
    /// A message that the broker keeps.
    pub fn kept(topic: &'a str, message: &'a str) -> Self {
        Self {
            topic,
            qos: 1,
            retain: 1,
            message,
        }
    }
}

#[derive(Clone, AtatCmd)]
#[at_cmd("+MQTTDISCONNECT", Nothing, timeout_ms = 6000)]
pub struct Disconnect;

/// The length, a comma, and as many bytes as it says.
#[derive(Clone, Debug, AtatResp)]
pub struct Message {
    pub topic: String<64>,
    pub qos: u8,
    pub retain: u8,
    pub payload: LengthDelimited<64>,
}

#[derive(Clone, AtatUrc)]
pub enum Urc {
    #[at_urc("+MQTTRECV")]
    Received(Message),
    #[at_urc("+MQTTDISCONNECTED")]
    Lost(Code),
}
