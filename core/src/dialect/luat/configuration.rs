//! `+MCONFIG`

use super::state::{key, set_number};
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, VendorLimits};
use crate::modem::fail::Fail;
use crate::mqtt::topic::{can_publish_to, has_allowed_characters};

pub(super) const NAME: &str = "+MCONFIG";
/// The longest value, and all of them: the memory holds more than the module's.
const MOST: usize = 2048;
const MOST_TOGETHER: usize = 4096;
/// What the module takes of values, by their place.
const MOST_OF_MODULE: [(usize, usize); 5] = [(0, 256), (1, 256), (2, 256), (5, 256), (6, 1360)];

const CLIENT: Param = Param::text("clientid", 0, MOST)
    .check(has_allowed_characters, "a\u{1}")
    .example("pump-7");
const USER: Param = Param::text("username", 0, MOST).optional().example("user");
const PASS: Param = Param::bytes("password", 0, MOST)
    .secret()
    .optional()
    .example("secret");

pub(super) const CONFIGURATION: Command =
    Command::new(NAME, "Set client identifier, user and will")
        .details("Used by the next `+MCONNECT`; valid until the next `+MCONFIG`.")
        .forgiving()
        .test(
            "+MCONFIG: <clientid>[,<username>,<password>[,(0-2),(0,1),<will_topic>,\
             <will_message>]]",
        )
        .set(
            &[
                Signature::of(&[
                    CLIENT,
                    USER,
                    PASS,
                    Param::int("will_qos", 0, 2),
                    Param::choice("will_retain", &[(0, "not retained"), (1, "retained")]),
                    Param::text("will_topic", 0, MOST)
                        .check(is_will_topic, "a/+")
                        .means("empty: no will")
                        .example("pump/7/state"),
                    Param::bytes("will_message", 0, MOST).example("gone"),
                ])
                .check(fits),
                // The last of the first one may hold quotes.
                Signature::of(&[CLIENT, USER, PASS]).check(fits),
            ],
            |cx, args| set(cx, args).into(),
        );

fn is_will_topic(topic: &str) -> bool {
    topic.is_empty() || can_publish_to(topic)
}

/// All of it has room beside what else a host sets: it is taken as a whole, or not at all.
fn fits(args: &Args) -> Result<(), Reject> {
    let len: usize = (0..=6).map(|at| args.bytes(at).len()).sum();
    (len <= MOST_TOGETHER).then_some(()).ok_or(Reject::TooLong)
}

/// With vendor limits, as long as the module takes it.
fn check(cx: &Context, args: &Args) -> Result<(), Fail> {
    let too_long = |most: &(usize, usize)| args.bytes(most.0).len() > most.1;
    if *cx.limits() != VendorLimits::NONE && MOST_OF_MODULE.iter().any(too_long) {
        return Err(Fail::Plain);
    }
    Ok(())
}

fn set(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    check(cx, args)?;
    cx.stage(key::CLIENT_ID, args.bytes(0))?;
    cx.stage(key::USERNAME, args.bytes(1))?;
    cx.stage(key::PASSWORD, args.bytes(2))?;
    set_number(cx, key::WILL_FLAGS, args.int(3) << 1 | args.int(4))?;
    cx.stage(key::WILL_TOPIC, args.bytes(5))?;
    cx.stage(key::WILL_MESSAGE, args.bytes(6))
}
