//! `+MQTTWILL` and `+MQTTWILLRAW`: what the broker publishes if the link is cut.

use super::messages::{LENGTH, MESSAGE, QOS, QUIET, RETAIN, TOPIC};
use super::received;
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::{Context, quality};
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming};
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;
use crate::mqtt::{Properties, Will};
use core::fmt::Write;

/// The longest payload a will has room for (clause 3.1.3.3).
const MOST: usize = 65_535;

/// An empty topic erases.
const NOTHING: Param = Param::text("topic", 0, MOST)
    .means("empty: the will is erased")
    .example("");

const SIGNATURES: &[Signature] = &[
    Signature::of(&[TOPIC, QOS, RETAIN, MESSAGE]),
    Signature::of(&[NOTHING]).check(is_nothing),
];
const RAW_SIGNATURES: &[Signature] = &[Signature::of(&[TOPIC, QOS, RETAIN, LENGTH])];

static PAYLOAD: Prompt = Prompt {
    quiet: QUIET,
    ..Prompt::new(keep_raw).shown()
};

pub(super) const WILL: Command = Command::new("+MQTTWILL", "Set the will")
    .remembers()
    .details(
        "The broker publishes the will if the link ends without `+MQTTDISCONNECT`, `+CFUN=0` or \
         an orderly end of the modem. It is sent with each connect, from the next one on, until \
         it is erased by `AT+MQTTWILL=\"\"`; `+MQTTCONFIG` leaves it. The message is read as that \
         of `+MQTTPUB`, and may be empty; it has at most 65535 bytes. OK means that it is stored. \
         The read form words it as `+MQTTRECV`, in the format of the option `recvformat`.",
    )
    .multi_line()
    .forgiving()
    .commits()
    .takes_list()
    .test("+MQTTWILL:<topic>,(0-2),(0-1),<message>")
    .read(read)
    .set(SIGNATURES, set)
    .examples(&[
        Example {
            line: "AT+MQTTWILL=\"pump/7/state\",1,1,\"gone\"",
            answer: &["OK"],
        },
        Example {
            line: "AT+MQTTWILL?",
            answer: &["+MQTTWILL:\"pump/7/state\",1,1,4,gone", "OK"],
        },
    ]);

pub(super) const WILL_RAW: Command = Command::new("+MQTTWILLRAW", "Set the will, of raw bytes")
    .remembers()
    .details(
        "As `+MQTTWILL`; the payload is the `<length>` bytes after the prompt, as with \
         `+MQTTPUBRAW`.",
    )
    .commits()
    .takes_list()
    .test("+MQTTWILLRAW:<topic>,(0-2),(0-1),(0-<most>)")
    .test_with(most_raw)
    .set(RAW_SIGNATURES, ask)
    .examples(&[Example {
        line: "AT+MQTTWILLRAW=\"pump/7/state\",1,1,4",
        answer: &["> ", "OK"],
    }]);

fn is_nothing(args: &Args) -> Result<(), Reject> {
    if args.text(0).is_empty() {
        Ok(())
    } else {
        Err(Reject::Value)
    }
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    if args.signature() == 1 {
        return cx.store_will(None).into();
    }
    keep(cx, args, args.bytes(3)).into()
}

fn keep(cx: &mut Context, args: &Args, message: &[u8]) -> Result<Wait, Fail> {
    if message.len() > MOST {
        return Err(Fail::INCORRECT);
    }
    cx.store_will(Some(&Will {
        topic: args.text(0),
        message,
        qos: quality(args.int(1))?,
        retain: args.flag(2),
        properties: Properties::NONE,
    }))
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    cx.write_will(received::word_will);
    Outcome::Ok
}

fn ask(cx: &mut Context, args: &Args) -> Outcome {
    let length = args.int(3) as usize;
    if length > most(cx) {
        return Outcome::Fail(Fail::INCORRECT);
    }
    match cx.expect_will(args.text(0), length) {
        Ok(()) => Outcome::Prompt(DataFraming::Length(length), &PAYLOAD),
        Err(fail) => Outcome::Fail(fail),
    }
}

fn keep_raw(cx: &mut Context, args: &Args, data: Data) -> Outcome {
    keep(cx, args, data.bytes).into()
}

fn most_raw(cx: &mut Context, _: &Args) -> Outcome {
    let most = most(cx);
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+MQTTWILLRAW:<topic>,(0-2),(0-1),(0-{most})");
    });
    Outcome::Ok
}

/// The most bytes of payload a will may have that is given as raw bytes.
fn most(cx: &Context) -> usize {
    cx.most_asked().min(MOST)
}
