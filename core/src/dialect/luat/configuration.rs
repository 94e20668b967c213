//! `+MCONFIG`

use super::state::{key, set_number};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::Command;
use crate::modem::fail::Fail;
use crate::mqtt::topic::{can_publish_to, has_allowed_characters};

pub(super) const NAME: &str = "+MCONFIG";
/// The longest text and will of the module; the memory for them holds more.
const MOST: usize = 2048;

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
        .test(
            "+MCONFIG: <clientid>[,<username>,<password>[,(0-2),(0,1),<will_topic>,\
             <will_message>]]",
        )
        .set(
            &[
                Signature::of(&[CLIENT, USER, PASS]),
                Signature::of(&[
                    CLIENT,
                    USER,
                    PASS,
                    Param::int("will_qos", 0, 2),
                    Param::choice("will_retain", &[(0, "not retained"), (1, "retained")]),
                    Param::text("will_topic", 1, MOST)
                        .check(can_publish_to, "a/+")
                        .example("pump/7/state"),
                    Param::bytes("will_message", 0, MOST).example("gone"),
                ]),
            ],
            |cx, args| set(cx, args).into(),
        );

fn set(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    cx.stage(key::CLIENT_ID, args.bytes(0))?;
    cx.stage(key::USERNAME, args.bytes(1))?;
    cx.stage(key::PASSWORD, args.bytes(2))?;
    set_number(cx, key::WILL_FLAGS, args.int(3) << 1 | args.int(4))?;
    cx.stage(key::WILL_TOPIC, args.bytes(5))?;
    cx.stage(key::WILL_MESSAGE, args.bytes(6))
}
