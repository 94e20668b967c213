//! `<err>`: why a request failed, and where that is said.

use super::task;
use crate::modem::code;
use crate::modem::command::context::Context;
use crate::modem::fail::Fail;
use core::fmt::Write;

pub(super) const FAILED: u8 = 1;
pub(super) const BAD_TEXT: u8 = 2;
pub(super) const CONNECT: u8 = 3;
const SOCKET: u8 = 4;
const RECEIVE: u8 = 6;
pub(super) const NETWORK_NOT_OPEN: u8 = 9;
pub(super) const INDEX: u8 = 10;
pub(super) const NO_CONNECTION: u8 = 11;
pub(super) const INVALID: u8 = 12;
pub(super) const BUSY: u8 = 14;
pub(super) const TIMEOUT: u8 = 17;
pub(super) const NO_TOPIC: u8 = 18;
pub(super) const IN_USE: u8 = 19;
pub(super) const NOT_ACQUIRED: u8 = 20;
pub(super) const NOT_RELEASED: u8 = 21;
pub(super) const LENGTH: u8 = 22;
pub(super) const OPENED: u8 = 23;
const PACKET: u8 = 24;
const NAME: u8 = 25;
const CLOSED: u8 = 26;
/// That of CONNACK 1 less one.
const REFUSED: u8 = 26;
const HANDSHAKE: u8 = 32;
pub(super) const NO_CERTIFICATE: u8 = 33;
const DISCONNECTED: u8 = 35;

/// What the network or the broker said of a request.
pub(super) fn of(task: u8, code: u8) -> u8 {
    match code {
        // The broker refused, and in 3.1.1 it has no words for that.
        code::DONE if task == task::SUBSCRIBE => INVALID,
        code::DONE => FAILED,
        1..=5 => REFUSED + code,
        code::NAME_NOT_FOUND | code::NO_NAME_SERVER => NAME,
        code::REFUSED | code::UNREACHABLE => CONNECT,
        code::NO_LOCAL_ADDRESS | code::NO_FILE_HANDLE => SOCKET,
        code::TIMED_OUT | code::KEEP_ALIVE => TIMEOUT,
        code::CLOSED | code::RESET if task == task::CONNECT => CLOSED,
        code::CLOSED | code::RESET => RECEIVE,
        code::TLS_UNTRUSTED..=code::TLS_CLIENT | code::TLS_UNSUPPORTED => HANDSHAKE,
        code::PROTOCOL => PACKET,
        code::RADIO_OFF => NETWORK_NOT_OPEN,
        code::BY_COMMAND => DISCONNECTED,
        _ => FAILED,
    }
}

/// What the module knows before it touches the network: its error, then ERROR.
pub(super) fn fail(cx: &mut Context, name: &str, error: u8) -> Fail {
    let client = cx.link().0.into();
    fail_of(cx, name, client, error)
}

pub(super) fn fail_of(cx: &mut Context, name: &str, client: u32, error: u8) -> Fail {
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "{name}: {client},{error}");
    });
    Fail::Plain
}

/// A failure of the service as a whole.
pub(super) fn fail_service(cx: &mut Context, name: &str, error: u8) -> Fail {
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "{name}: {error}");
    });
    Fail::Plain
}
