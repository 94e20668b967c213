//! `+MQTTCONNECT`, `+MQTTSTATE` and `+MQTTDISCONNECT`.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::mqtt::reason;

pub(super) const CONNECT: Command = Command::new("+MQTTCONNECT", "Connect to the broker")
    .remembers()
    .details(
        "Name resolution, TCP, TLS and CONNACK together may take 5 s. A failure is reported as \
         `+MQTTCONNECT:<code>` and an error. Already connected, or not configured, is an error \
         alone (3).",
    )
    .commits()
    .execute(connect)
    .examples(&[Example {
        line: "AT+MQTTCONNECT",
        answer: &["+MQTTCONNECT:0", "OK"],
    }]);

pub(super) const STATE: Command = Command::new("+MQTTSTATE", "Whether the broker is connected")
    .details("0 not connected, 1 connected.")
    .execute(state)
    .read(state)
    .examples(&[Example {
        line: "AT+MQTTSTATE",
        answer: &["+MQTTSTATE:1", "OK"],
    }]);

pub(super) const DISCONNECT: Command =
    Command::new("+MQTTDISCONNECT", "Disconnect from the broker")
        .details(
            "OK when DISCONNECT is sent and the link is closed; an error (3) if there was no \
             link. With `<reason>` 4 the broker publishes the will: by MQTT 5 the reason is \
             sent, by 3.1.1 the link is closed without DISCONNECT. `<session expiry>` is of MQTT \
             5, and an error (4) over a connection of 3.1.1. With 0 the session ends at once, on \
             both sides, and messages that are not acknowledged are dropped with it.",
        )
        .commits()
        .takes_list()
        .execute(disconnect)
        .test("")
        .set(&[Signature::of(&[REASON, EXPIRY])], disconnect_with)
        .examples(&[
            Example {
                line: "AT+MQTTDISCONNECT",
                answer: &["OK"],
            },
            Example {
                line: "AT+MQTTDISCONNECT=4",
                answer: &["OK"],
            },
        ]);

const REASON: Param = Param::choice(
    "reason",
    &[
        (0, "in order"),
        (reason::WITH_WILL as u32, "the broker publishes the will"),
    ],
);

const EXPIRY: Param = Param::int("session expiry", 0, u32::MAX)
    .optional()
    .means("MQTT 5: seconds the broker keeps the session; not above 0 where the connect had 0");

fn connect(cx: &mut Context, _: &Args) -> Outcome {
    cx.connect().into()
}

fn state(cx: &mut Context, _: &Args) -> Outcome {
    let connected = cx.is_connected();
    cx.text(if connected {
        "+MQTTSTATE:1"
    } else {
        "+MQTTSTATE:0"
    });
    Outcome::Ok
}

fn disconnect(cx: &mut Context, _: &Args) -> Outcome {
    cx.disconnect().into()
}

fn disconnect_with(cx: &mut Context, args: &Args) -> Outcome {
    let expiry = args.has(1).then(|| args.int(1));
    cx.disconnect_with(args.int(0) as u8, expiry).into()
}
