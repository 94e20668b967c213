//! The syntax of SARA-R410M and SARA-R412M: each command says by itself whether it worked,
//! and values that are read and messages come as events.

use super::connection::{login, started};
use super::messages::{
    LOG, PUBLISH_DIGITS, PUBLISH_TEXT, QOS, RETAIN, SUBSCRIBE, TEXT, TOPIC, UNSUBSCRIBE,
    check_ready, check_size, op, publish, send, size, subscribe,
};
use super::profile::{
    CLIENT_ID_FORM, HOST_FORM, KEEP_ALIVE_FORM, LOCAL_PORT_FORM, SESSION_FORM, TLS_FORM, USER_FORM,
    stage_imei, store, write_value,
};
use super::urc::{arrivals, word_lost, word_subscribed};
use super::{network, task};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::{Final, Reply};
use crate::at::schema::Signature;
use crate::modem::Staged;
use crate::modem::code;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::{Event, Received, Task};
use crate::modem::fail::Fail;
use core::fmt::Write;

const READ: usize = 7;
/// What no other form takes: it is refused, and OK.
const WRONG: usize = 8;
const ANY: Param = Param::bytes("value", 0, 1024).optional().example("70000");

pub(super) const PROFILE: Command = Command::new("+UMQTT", "Set how and as whom to log in")
    .details(
        "`+UMQTT: <op>,1` says that it worked. With `?` behind the operation its value follows as \
         `+UUMQTT<op>: `.",
    )
    .test("+UMQTT: (0-4,10-12)")
    .set(
        &[
            CLIENT_ID_FORM,
            LOCAL_PORT_FORM,
            HOST_FORM,
            USER_FORM,
            KEEP_ALIVE_FORM,
            TLS_FORM,
            SESSION_FORM,
            Signature::of(&[Param::text("op?", 2, 3)
                .check(is_query, "4?")
                .means("reads the operation")
                .example("0?")]),
            Signature::of(&[
                op(&[
                    (0, "refused"),
                    (1, "refused"),
                    (2, "refused"),
                    (3, "refused"),
                    (4, "refused"),
                    (10, "refused"),
                    (11, "refused"),
                    (12, "refused"),
                ]),
                ANY.means("a wrong value"),
                ANY,
                ANY,
            ]),
        ],
        set,
    );

fn is_query(text: &str) -> bool {
    query(text).is_some()
}

/// The operation that is read.
fn query(text: &str) -> Option<u32> {
    let operation = text.strip_suffix('?')?.parse().ok()?;
    matches!(operation, 0..=3 | 10..=12).then_some(operation)
}

/// Says whether an operation worked; OK follows in any case.
fn said(cx: &mut Context, name: &str, operation: u32, worked: bool) -> Outcome {
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "{name}: {operation},{}", u8::from(worked));
    });
    Outcome::Ok
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    if args.signature() == READ {
        let operation = query(args.text(0)).unwrap_or_default();
        stage_imei(cx).unwrap_or_default();
        said(cx, "+UMQTT", operation, true);
        let task = Task {
            command: task::READ,
            number: operation,
        };
        return Outcome::Ended(task, Ok(()), code::DONE);
    }
    let stored = match args.signature() {
        WRONG => Err(Fail::NOT_ALLOWED),
        _ => store(cx, args),
    };
    said(cx, "+UMQTT", args.int(0), stored.is_ok())
}

pub(super) const ACTION: Command =
    Command::new("+UMQTTC", "Log in and out, publish, subscribe, read")
        .details(
            "`+UMQTTC: <op>,1` says that it was begun, of a publish that it has arrived. \
             `+UUMQTTC: 1,0` says that the broker is connected. A message that is read comes as \
             `+UUMQTTCM`.",
        )
        .remembers()
        .commits()
        .test("+UMQTTC: (0-2,4-8)")
        .set(
            &[
                LOG,
                PUBLISH_TEXT,
                PUBLISH_DIGITS,
                Signature::of(&[op(&[(2, "publish")]), QOS, RETAIN, TOPIC, TEXT]),
                SUBSCRIBE,
                UNSUBSCRIBE,
                Signature::of(&[op(&[(6, "read")])]),
                Signature::of(&[
                    op(&[(7, "format; no effect")]),
                    Param::choice("mode", &[(1, "short"), (2, "verbose")]),
                ]),
                Signature::of(&[
                    op(&[(8, "see whether a server is there; no effect")]),
                    Param::text("host", 1, 256).example("broker.example"),
                ]),
            ],
            act,
        );
/// Which form publishes text without saying so.
const PLAIN: usize = 3;

fn act(cx: &mut Context, args: &Args) -> Outcome {
    let operation = args.int(0);
    match operation {
        2 => return publish_now(cx, args),
        6 => {
            let is_there = cx.ask_for_message();
            return said(cx, "+UMQTTC", 6, is_there);
        }
        7 | 8 => return said(cx, "+UMQTTC", operation, true),
        _ => {}
    }
    let begun = match operation {
        1 => login(cx),
        _ => check_ready(cx).and_then(|()| begin(cx, args)),
    };
    let worked = begun.is_ok();
    said(cx, "+UMQTTC", operation, worked);
    begun.unwrap_or(Outcome::Ok)
}

fn begin(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    Ok(match args.int(0) {
        0 => started(cx.disconnect(), task::LOGOUT),
        4 => started(subscribe(cx, args)?, task::SUBSCRIBE),
        _ => started(cx.unsubscribe(args.text(1)), task::UNSUBSCRIBE),
    })
}

/// Publishes; the answer comes when it has arrived.
fn publish_now(cx: &mut Context, args: &Args) -> Outcome {
    let is_plain = args.signature() == PLAIN;
    let (topic, size) = if is_plain {
        (args.text(3), args.bytes(4).len())
    } else {
        (args.text(4), size(args))
    };
    let checked = check_ready(cx).and_then(|()| check_size(cx, topic, size));
    let sent = checked.and_then(|()| {
        if is_plain {
            send(cx, args, topic, args.bytes(4))
        } else {
            publish(cx, args)
        }
    });
    let task = Task {
        command: task::PUBLISH,
        number: 0,
    };
    match sent {
        Ok(wait) => Outcome::Finishing(wait, task),
        Err(_) => said(cx, "+UMQTTC", 2, false),
    }
}

/// Words an event.
pub(super) fn word(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    match *event {
        Event::Finished {
            task,
            result,
            code,
            granted,
        } => word_finished(of, task, (result, code), granted.iter().next(), reply),
        Event::Lost { code } => word_lost(of, code, reply),
        Event::Waiting { count, known } => arrivals(count, known).for_each(|unread| {
            reply.urc(|line| {
                line.text("+UUMQTTCM: 6,");
                line.number(unread);
            });
        }),
        Event::Read { left, message, .. } => word_read(left, &message, reply),
        Event::Registration { which, on, located } => network::word(reply, which, on, located),
        _ => {}
    }
}

fn word_finished(
    of: Staged<'_>,
    task: Task,
    (result, code): (Result<(), Fail>, u8),
    granted: Option<u8>,
    reply: &mut Reply,
) {
    let worked = result.is_ok();
    match task.command {
        task::READ => reply.urc(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+UUMQTT{}: ", task.number);
            write_value(task.number, of, line, "");
        }),
        task::ACTIVATE => network::word_active(reply),
        task::PUBLISH => {
            reply.info(|line| {
                line.text(if worked {
                    "+UMQTTC: 2,1"
                } else {
                    "+UMQTTC: 2,0"
                });
            });
            reply.result(Final::Ok);
        }
        task::SUBSCRIBE => word_subscribed(of, granted.filter(|_| worked), reply),
        task::LOGIN => reply.urc(|line| {
            line.text("+UUMQTTC: 1,");
            line.number(login_code(worked, code));
        }),
        operation => reply.urc(|line| {
            let _ = write!(line, "+UUMQTTC: {operation},{}", u8::from(worked));
        }),
    }
}

/// 0 is connected, 1 to 5 are those of CONNACK; the rest is a server that is not there.
fn login_code(worked: bool, code: u8) -> u32 {
    match code {
        _ if worked => 0,
        1..=5 => code.into(),
        _ => 3,
    }
}

/// A message: behind the number, the topic and the QoS stand two CR.
fn word_read(left: u32, message: &Received<'_>, reply: &mut Reply) {
    let Received {
        topic,
        qos,
        payload,
        ..
    } = *message;
    reply.urc(|line| {
        let _ = write!(line, "+UUMQTTCM: 6,{left}\r\r\nTopic:{topic}\r\r\n");
        let _ = write!(line, "Len:{} QoS:{qos}\r\r\nMsg:", payload.len());
        line.bytes(payload);
    });
}
