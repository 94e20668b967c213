//! Why a command failed: `ERR CODE:`, where the host has switched it on.

use super::state::{self, MqttState, key};
use crate::at::param::{Misfit, MisfitKind};
use crate::at::reply::Reply;
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Refusal};
use crate::modem::dialect::VendorLimits;
use crate::modem::fail::Fail;
use core::fmt::Write;

/// What all codes of MQTT begin with: `0x01`, and `0a` for a command that failed.
const MQTT: u32 = 0x010a_0000;
const UNKNOWN: u32 = 0x0109_0000;
const WRONG_FORM: u32 = 0x010c_0000;
const PARSE: u32 = 0x0108_0000;
const INVALID: u32 = 0x0107_0000;
const COUNT: u32 = 0x0106_0000;

pub(super) const NOT_CONFIGURED: u16 = 0x6001;
pub(super) const WRONG_STATE: u16 = 0x6002;
pub(super) const NOT_STARTED: u16 = 0x6003;
pub(super) const NO_MEMORY: u16 = 0x6005;
pub(super) const NO_LINK: u16 = 0x6006;
const TOO_MANY: u16 = 0x6008;
pub(super) const TLS_SETTINGS: u16 = 0x6009;
pub(super) const PREPARATION: u16 = 0x600a;
pub(super) const NO_CERTIFICATE: u16 = 0x6023;
pub(super) const NO_KEY: u16 = 0x6025;
pub(super) const CLIENT_ID_LENGTH: u16 = 0x6016;
pub(super) const WILL_TOPIC_LENGTH: u16 = 0x6032;
pub(super) const WILL_MESSAGE_LENGTH: u16 = 0x6035;
pub(super) const TOPIC_LENGTH: u16 = 0x6043;
pub(super) const DATA_LENGTH: u16 = 0x6046;
const HOST_NAME: u16 = 0x6052;
pub(super) const NAME_NOT_FOUND: u16 = 0x6055;
pub(super) const TIMED_OUT: u16 = 0x6057;

/// The codes of a value that is missing, out of range, and too long.
type Codes = [u16; 3];

const LINK: Codes = [0x6010, 0x6011, 0x6011];
const CLIENT_ID: Codes = [0x6014, 0x6016, 0x6016];
const USERNAME: Codes = [0x6017, 0x6019, 0x6019];
const PASSWORD: Codes = [0x601a, 0x601c, 0x601c];
const HOST: Codes = [0x603a, 0x603b, 0x603c];
const TOPIC: Codes = [0x6041, 0x6042, TOPIC_LENGTH];
const QOS: Codes = [0x6047, 0x6048, 0x6048];
const RETAIN: Codes = [0x6049, 0x604a, 0x604a];
const TIMEOUT: Codes = [0x6053, 0x6054, 0x6054];

/// The states in which a command works, what it says elsewhere, and the codes of its values
/// behind the link.
struct Rule {
    name: &'static str,
    states: core::ops::RangeInclusive<MqttState>,
    elsewhere: fn(MqttState) -> u16,
    values: &'static [Codes],
}

const RULES: &[Rule] = &[
    Rule {
        name: "+MQTTUSERCFG",
        states: MqttState::Nothing..=MqttState::Connection,
        elsewhere: |_| WRONG_STATE,
        values: &[
            [0x6012, 0x6013, 0x6013],
            CLIENT_ID,
            USERNAME,
            PASSWORD,
            [0x601d, 0x601e, 0x601e],
            [0x601f, 0x6020, 0x6020],
            [0x6027, 0x6029, 0x6029],
        ],
    },
    of_user("+MQTTCLIENTID", &[CLIENT_ID]),
    of_user("+MQTTUSERNAME", &[USERNAME]),
    of_user("+MQTTPASSWORD", &[PASSWORD]),
    of_user("+MQTTLONGCLIENTID", &[CLIENT_ID]),
    of_user("+MQTTLONGUSERNAME", &[USERNAME]),
    of_user("+MQTTLONGPASSWORD", &[PASSWORD]),
    of_user("+MQTTALPN", &[]),
    of_user("+MQTTSNI", &[]),
    Rule {
        name: "+MQTTCONNCFG",
        states: MqttState::User..=MqttState::Connection,
        elsewhere: |state| match state {
            MqttState::Nothing => NOT_CONFIGURED,
            _ => WRONG_STATE,
        },
        values: &[
            [0x602b, 0x602d, 0x602d],
            [0x602e, 0x602f, 0x602f],
            [0x6030, 0x6032, 0x6032],
            [0x6033, 0x6035, 0x6035],
            [0x6036, 0x6037, 0x6037],
            [0x6038, 0x6039, 0x6039],
        ],
    },
    Rule {
        name: "+MQTTCONN",
        states: MqttState::User..=MqttState::Connection,
        elsewhere: |_| NOT_CONFIGURED,
        values: &[
            HOST,
            [0x603d, 0x603e, 0x603e],
            [0x603f, 0x6040, 0x6040],
            TIMEOUT,
        ],
    },
    of_link(
        "+MQTTPUB",
        &[TOPIC, [0x6044, 0x6045, 0x6046], QOS, RETAIN, TIMEOUT],
    ),
    of_link(
        "+MQTTPUBRAW",
        &[TOPIC, [0x604b, 0x604c, 0x604c], QOS, RETAIN, TIMEOUT],
    ),
    of_link("+MQTTSUB", &[TOPIC, QOS, TIMEOUT]),
    of_link("+MQTTUNSUB", &[TOPIC, TIMEOUT]),
    Rule {
        name: "+MQTTCLEAN",
        states: MqttState::User..=MqttState::Subscribed,
        elsewhere: |_| NOT_STARTED,
        values: &[],
    },
];

/// A command that works between `+MQTTUSERCFG` and `+MQTTCONNCFG`.
const fn of_user(name: &'static str, values: &'static [Codes]) -> Rule {
    Rule {
        name,
        states: MqttState::User..=MqttState::User,
        elsewhere: |_| WRONG_STATE,
        values,
    }
}

/// A command that needs the broker.
const fn of_link(name: &'static str, values: &'static [Codes]) -> Rule {
    Rule {
        name,
        states: MqttState::Connected..=MqttState::Subscribed,
        elsewhere: |_| NO_LINK,
        values,
    }
}

/// Why the command of a name does not work now, if it does not.
fn wrong_state(cx: &mut Context, rule: &Rule) -> Option<u16> {
    let state = state::state(cx);
    let works = rule.states.contains(&state);
    (!works).then(|| (rule.elsewhere)(state))
}

/// Fails unless the command of this name works now.
pub(super) fn check_state(cx: &mut Context, name: &str) -> Result<(), Fail> {
    let rule = RULES.iter().find(|rule| rule.name == name);
    match rule.and_then(|rule| wrong_state(cx, rule)) {
        Some(code) => Err(fail(cx, &[code])),
        None => Ok(()),
    }
}

/// Fails where the module's own limits hold and a value is longer than that.
pub(super) fn check_length(
    cx: &mut Context,
    value: &[u8],
    most: usize,
    code: u16,
) -> Result<(), Fail> {
    if is_limited(cx) && value.len() > most {
        return Err(fail(cx, &[code]));
    }
    Ok(())
}

/// Whether the module's own limits hold.
pub(super) fn is_limited(cx: &Context) -> bool {
    *cx.limits() != VendorLimits::NONE
}

/// A failure of MQTT, with its codes in their order.
pub(super) fn fail(cx: &mut Context, codes: &[u16]) -> Fail {
    for code in codes {
        tell(cx, MQTT | u32::from(*code));
    }
    Fail::Plain
}

/// The same as what becomes of a command.
pub(super) fn failed(cx: &mut Context, codes: &[u16]) -> Outcome {
    Outcome::Fail(fail(cx, codes))
}

/// Writes a code of MQTT outside a command, where the host wants to see codes.
pub(super) fn write(of: Staged<'_>, code: u16, reply: &mut Reply) {
    if is_told(of) {
        write_code(reply, MQTT | u32::from(code));
    }
}

fn is_told(of: Staged<'_>) -> bool {
    state::number(of, key::LOGS) != 0
}

fn tell(cx: &mut Context, code: u32) {
    if is_told(cx.staged()) {
        cx.write(|reply| write_code(reply, code));
    }
}

fn write_code(reply: &mut Reply, code: u32) {
    reply.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "ERR CODE:0x{code:08x}");
    });
}

/// Answers what the declarations do not allow.
pub(super) fn refuse(
    cx: &mut Context<'_, '_>,
    command: Option<&'static Command>,
    why: Refusal,
) -> Fail {
    let rule = command.and_then(|it| RULES.iter().find(|rule| rule.name == it.name));
    let code = match (why, rule) {
        (Refusal::Unknown, None) | (Refusal::NoSuchCommand(_), _) => UNKNOWN,
        (Refusal::Unknown, Some(_)) => PARSE,
        (Refusal::NoSuchForm, _) => WRONG_FORM,
        (Refusal::Values(misfit), Some(rule)) => MQTT | u32::from(misfit_code(cx, rule, misfit)),
        (Refusal::Values(misfit), None) => general_code(misfit),
        (Refusal::Unable(_), _) => MQTT | u32::from(NO_MEMORY),
    };
    tell(cx, code);
    Fail::Plain
}

/// The module looks at the link first, then at the state, then at each value in turn.
fn misfit_code(cx: &mut Context, rule: &Rule, misfit: Misfit) -> u16 {
    let of_value = |codes: &Codes| {
        let [missing, range, long] = *codes;
        match misfit.kind {
            MisfitKind::Missing => missing,
            MisfitKind::TooLong => long,
            MisfitKind::Range if *codes == HOST => HOST_NAME,
            _ => range,
        }
    };
    let Some(behind) = misfit.place.checked_sub(1) else {
        return of_value(&LINK);
    };
    if let Some(code) = wrong_state(cx, rule) {
        return code;
    }
    let of_place = rule.values.get(behind).map(of_value);
    of_place.unwrap_or(TOO_MANY)
}

fn general_code(misfit: Misfit) -> u32 {
    let place = u32::try_from(misfit.place).unwrap_or(0);
    match misfit.kind {
        MisfitKind::Missing => PARSE | place,
        MisfitKind::Surplus => COUNT,
        _ => INVALID | place,
    }
}
