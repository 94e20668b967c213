//! `#XMQTTPUB`, and the data mode it opens.

use super::state::{key, number, plain, set_number, test};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::{Context, quality};
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataEnd, DataFraming};
use crate::modem::fail::Fail;
use crate::modem::outbox::Message;
use crate::mqtt::topic::can_publish_to;

/// The longest topic MQTT has room for (clause 4.7.3).
const MOST_TOPIC: usize = 65_535;
/// More than any memory holds.
const MOST_MESSAGE: usize = 256 * 1024 * 1024;
/// The most bytes of data mode.
const MOST_DATA: u32 = 4096;
/// The least pause that ends a part of the data, in milliseconds: the module's buffer of
/// 2,048 bytes at 115,200 bits per second, and 10 more.
const LEAST_PAUSE: u32 = 187;

const TOPIC: Param = Param::text("topic", 1, MOST_TOPIC)
    .check(can_publish_to, "a/+")
    .example("pump/7/data");
pub(super) const QOS: Param = Param::int("qos", 0, 2);

pub(super) const PUBLISH: Command = Command::new("#XMQTTPUB", "Publish a message")
    .details(
        "OK when it is sent; `#XMQTTEVT: 3,0` (QoS 1), or `4,0` and `6,0` (QoS 2) follow. Without \
         a message data mode begins behind OK: up to `+++`, where a pause ends a message too, or \
         for data_len bytes. `#XDATAMODE: 0` ends it.",
    )
    .test_with(|cx, _| test(cx, "#XMQTTPUB: <topic>,<msg>,(0,1,2),(0,1)"))
    .remembers()
    .set(
        &[Signature::of(&[
            TOPIC,
            Param::bytes("msg", 0, MOST_MESSAGE)
                .optional()
                .example("21"),
            QOS.optional(),
            Param::choice("retain", &[(0, "not retained"), (1, "retained")]).optional(),
            Param::int("data_len", 0, MOST_DATA)
                .optional()
                .means("bytes of data mode; 0: up to `+++`"),
        ])],
        publish,
    )
    .examples(&[Example {
        line: "AT#XMQTTPUB=\"pump/7/data\",\"21\",1,0",
        answer: &["OK", "#XMQTTEVT: 3,0"],
    }]);

pub(super) const DATA_CONTROL: Command = Command::new(
    "#XDATACTRL",
    "Set the pause that ends a message in data mode",
)
.read(read_pause)
.set(
    &[Signature::of(&[Param::int(
        "time_limit",
        LEAST_PAUSE,
        65_535,
    )
    .means("milliseconds")])],
    |cx, args| set_number(cx, key::PAUSE, args.int(0)).into(),
)
.examples(&[Example {
    line: "AT#XDATACTRL?",
    answer: &["#XDATACTRL: 187,187", "OK"],
}]);

/// Data mode ends at a length, or by `+++`.
static DATA: Prompt = Prompt {
    text: Some("\r\nOK\r\n"),
    limit: None,
    ..Prompt::new(take).shown()
};
/// It goes on behind a part.
static MORE: Prompt = Prompt {
    text: Some(""),
    ..DATA
};
/// What is left of too much is dropped, up to `+++`.
static REST: Prompt = Prompt {
    then: |_, _, _| Outcome::Silent,
    ..MORE
};

fn publish(cx: &mut Context, args: &Args) -> Outcome {
    if !cx.is_connected() || args.bytes(0).len() > cx.limits().topic {
        return Outcome::Fail(Fail::Plain);
    }
    if !args.bytes(1).is_empty() && args.int(4) > 0 {
        // The message is there already.
        return Outcome::Fail(Fail::Plain);
    }
    if !args.bytes(1).is_empty() {
        let sent = send(cx, args, args.bytes(1)).map(|()| cx.written());
        return sent.map_err(plain).into();
    }
    cx.forget_staged(Some(key::FAILED));
    match args.int(4) as usize {
        0 => Outcome::Prompt(stream(cx), &DATA),
        length => Outcome::Prompt(DataFraming::Length(length), &DATA),
    }
}

fn stream(cx: &Context) -> DataFraming {
    // Beside the data there may be two of `+++`.
    let memory = cx.most_asked().saturating_sub(2);
    DataFraming::Stream {
        pause: pause(cx),
        most: memory.min(MOST_DATA as usize),
    }
}

fn pause(cx: &Context) -> u32 {
    number(cx.staged(), key::PAUSE).unwrap_or(LEAST_PAUSE)
}

fn send(cx: &mut Context, args: &Args, payload: &[u8]) -> Result<(), Fail> {
    if payload.len() > cx.limits().payload {
        return Err(Fail::Plain);
    }
    let message = Message {
        topic: args.text(0),
        qos: quality(args.int(2))?,
        retain: args.flag(3),
        payload,
        id: 0,
    };
    cx.publish(&message).map(drop)
}

/// Sends what came. The data are not over behind a part.
fn take(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    if data.end == DataEnd::Overflow {
        write_end(cx, false);
        return Outcome::Prompt(DataFraming::Skip, &REST);
    }
    let is_sent = data.bytes.is_empty() || send(cx, args, data.bytes).is_ok();
    if data.end == DataEnd::Part {
        if !is_sent && cx.stage(key::FAILED, &[]).is_err() {
            return Outcome::Fail(Fail::Plain);
        }
        return Outcome::Prompt(stream(cx), &MORE);
    }
    let worked = is_sent && cx.staged().get(key::FAILED).is_none();
    write_end(cx, worked);
    Outcome::Silent
}

fn write_end(cx: &mut Context, worked: bool) {
    let text = if worked {
        "#XDATAMODE: 0"
    } else {
        "#XDATAMODE: -1"
    };
    cx.write(|reply| reply.urc(|line| line.text(text)));
}

fn read_pause(cx: &mut Context, _: &Args) -> Outcome {
    let pause = pause(cx);
    cx.info(|line| {
        line.text("#XDATACTRL: ");
        line.number(pause);
        line.text(",");
        line.number(LEAST_PAUSE);
    });
    Outcome::Ok
}
