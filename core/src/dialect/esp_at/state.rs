//! How far the MQTT link is set up, as the module counts it.

use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::fail::Fail;

/// What a host gives for the link, one value a key.
pub(super) mod key {
    pub(crate) const STATE: u8 = 0;
    pub(crate) const SCHEME: u8 = 1;
    pub(crate) const CLIENT_ID: u8 = 2;
    pub(crate) const USERNAME: u8 = 3;
    pub(crate) const PASSWORD: u8 = 4;
    pub(crate) const PATH: u8 = 5;
    pub(crate) const KEEP_ALIVE: u8 = 6;
    pub(crate) const KEEPS_SESSION: u8 = 7;
    pub(crate) const WILL_TOPIC: u8 = 8;
    pub(crate) const WILL_MESSAGE: u8 = 9;
    pub(crate) const WILL_FLAGS: u8 = 10;
    pub(crate) const ALPN: u8 = 11;
    pub(crate) const SNI: u8 = 12;
    pub(crate) const HOST: u8 = 13;
    pub(crate) const URL: u8 = 14;
    pub(crate) const PORT: u8 = 15;
    pub(crate) const RECONNECT: u8 = 16;
    pub(crate) const CREDENTIALS: u8 = 17;
    pub(crate) const LOGS: u8 = 18;
    pub(crate) const SUBSCRIBED: u8 = 19;
    /// Whether the module's own limits cut messages up.
    pub(crate) const PIECES: u8 = 25;
    /// Those of the link.
    pub(crate) const LINK: core::ops::RangeInclusive<u8> = STATE..=CREDENTIALS;
    /// The network, its password and the rest that is not of the link follow.
    pub(crate) const NETWORK: u8 = 20;
    pub(crate) const MODE: u8 = 21;
    pub(crate) const LEFT: u8 = 22;
    pub(crate) const TIME: u8 = 24;
    /// Settings that are only read back follow, see `remembered`.
    pub(crate) const REMEMBERED: u8 = 64;
}

/// How far the link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MqttState {
    /// Nothing is set.
    Nothing = 0,
    /// `+MQTTUSERCFG` was given.
    User = 1,
    /// `+MQTTCONNCFG` was given; also after a connect that failed.
    Connection = 2,
    /// The link was lost.
    Lost = 3,
    /// The broker is connected.
    Connected = 4,
    /// The last topic is gone.
    NoTopic = 5,
    /// A topic is subscribed.
    Subscribed = 6,
}

/// A connect was begun, by the state before it.
const TRIED: u8 = 0x80;

/// How far the link is.
pub(super) fn state(cx: &mut Context) -> MqttState {
    let number = number(cx.staged(), key::STATE);
    let was_tried = number & u32::from(TRIED) != 0;
    if cx.is_connected() {
        return connected(cx);
    }
    match number & !u32::from(TRIED) {
        0 => MqttState::Nothing,
        _ if was_tried && cx.was_connected() => MqttState::Lost,
        1 => MqttState::User,
        _ => MqttState::Connection,
    }
}

fn connected(cx: &mut Context) -> MqttState {
    match (has_topics(cx), cx.staged().get(key::SUBSCRIBED)) {
        (true, _) | (_, Some(ASKED)) => MqttState::Subscribed,
        (false, Some(_)) => MqttState::NoTopic,
        (false, None) => MqttState::Connected,
    }
}

fn has_topics(cx: &mut Context) -> bool {
    let mut topics = false;
    cx.each_subscription(|_, _, _| topics = true);
    topics
}

/// A topic was asked for, and the answer is not waited for.
const ASKED: &[u8] = &[1];
/// A topic was left: where there is no other, it was the last.
const LEFT: &[u8] = &[2];

/// A topic counts from now on.
pub(super) fn set_asked(cx: &mut Context) -> Result<(), Fail> {
    cx.stage(key::SUBSCRIBED, ASKED)
}

/// A topic is left, if there is one.
pub(super) fn set_leaving(cx: &mut Context) -> Result<(), Fail> {
    if state(cx) == MqttState::Subscribed {
        return cx.stage(key::SUBSCRIBED, LEFT);
    }
    Ok(())
}

/// The link is as far as this now.
pub(super) fn set(cx: &mut Context, state: MqttState) -> Result<(), Fail> {
    cx.stage(key::STATE, &[state as u8])
}

/// A connect begins; what comes of it is seen from the link. Where it fails, all is set up.
pub(super) fn set_tried(cx: &mut Context) -> Result<(), Fail> {
    cx.stage(key::STATE, &[MqttState::Connection as u8 | TRIED])
}

/// A number that was put aside.
pub(super) fn number(staged: Staged<'_>, key: u8) -> u32 {
    let bytes = staged.get(key).unwrap_or_default();
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Puts a number aside.
pub(super) fn set_number(cx: &mut Context, key: u8, number: u32) -> Result<(), Fail> {
    cx.stage(key, &number.to_be_bytes())
}
