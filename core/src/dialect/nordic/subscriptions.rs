//! `#XMQTTSUB` and `#XMQTTUNSUB`

use super::messages::QOS;
use super::state::{plain, test};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;
use crate::mqtt::topic::can_subscribe_to;

/// The longest filter MQTT has room for (clause 4.7.3).
const MOST: usize = 65_535;
const FILTER: Param = Param::text("topic", 1, MOST)
    .check(can_subscribe_to, "a/#/b")
    .example("pump/7/cmd");

pub(super) const SUBSCRIBE: Command = Command::new("#XMQTTSUB", "Subscribe to a topic")
    .details("OK when it is sent; `#XMQTTEVT: 7,0` follows, also where the broker refuses.")
    .test_with(|cx, _| test(cx, "#XMQTTSUB: <topic>,(0,1,2)"))
    .remembers()
    .commits()
    .set(&[Signature::of(&[FILTER, QOS])], |cx, args| {
        request(cx, args, |cx| cx.subscribe(args.text(0), args.int(1)))
    });

pub(super) const UNSUBSCRIBE: Command = Command::new("#XMQTTUNSUB", "Unsubscribe from a topic")
    .details("OK when it is sent; `#XMQTTEVT: 8,0` follows.")
    .test_with(|cx, _| test(cx, "#XMQTTUNSUB: <topic>"))
    .remembers()
    .commits()
    .set(&[Signature::of(&[FILTER])], |cx, args| {
        request(cx, args, |cx| cx.unsubscribe(args.text(0)))
    });

fn request(
    cx: &mut Context,
    args: &Args,
    ask: impl FnOnce(&mut Context) -> Result<Wait, Fail>,
) -> Outcome {
    if !cx.is_connected() || args.bytes(0).len() > cx.limits().topic {
        return Outcome::Fail(Fail::Plain);
    }
    let asked = ask(cx).map(|_| cx.written());
    asked.map_err(plain).into()
}
