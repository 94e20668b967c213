//! `#XMQTTCFG`

use super::state::{client_id, keep_alive, key, plain, set_number, starts_session};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::mqtt::topic::has_allowed_characters;
use core::fmt::Write;

/// The client identifier; it is also in the old form of `#XMQTTCON`.
pub(super) const CLIENT: Param = Param::text("client_id", 0, 64)
    .check(is_client, "a\u{1}")
    .example("pump-7");

pub(super) const CONFIGURATION: Command =
    Command::new("#XMQTTCFG", "Set client identifier, keep-alive and session")
        .details("Not while connected. What is left out is as at the start again.")
        .test("#XMQTTCFG: <client_id>,<keep_alive>,<clean_session>")
        .read(read)
        .set(
            &[Signature::of(&[
                CLIENT,
                Param::int("keep_alive", 0, 65_535)
                    .optional()
                    .means("seconds; else 60"),
                Param::choice(
                    "clean_session",
                    &[
                        (0, "the session is kept"),
                        (1, "each connect starts a new session"),
                    ],
                )
                .optional(),
            ])],
            |cx, args| set(cx, args).map_err(plain).into(),
        )
        .examples(&[Example {
            line: "AT#XMQTTCFG=\"pump-7\",60,1",
            answer: &["OK"],
        }]);

/// A line end would be what an unclosed quote has taken in.
fn is_client(text: &str) -> bool {
    has_allowed_characters(text) && !text.contains(char::is_control)
}

fn set(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    if cx.is_active() {
        return Err(Fail::Plain);
    }
    cx.stage(key::CLIENT_ID, args.bytes(0))?;
    cx.forget_staged(Some(key::KEEP_ALIVE));
    cx.forget_staged(Some(key::KEEPS_SESSION));
    if args.has(1) {
        set_number(cx, key::KEEP_ALIVE, args.int(1))?;
    }
    if args.has(2) && !args.flag(2) {
        cx.stage(key::KEEPS_SESSION, &[])?;
    }
    Ok(())
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            let (id, seconds) = (client_id(staged), keep_alive(staged));
            let clean = u8::from(starts_session(staged));
            // A reply notes for itself what does not fit.
            let _ = write!(line, "#XMQTTCFG: \"{id}\",{seconds},{clean}");
        });
    });
    Outcome::Ok
}
