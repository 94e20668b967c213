//! Selecting a link: in the test build with three links, until dialects do.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::api::LINKS;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::dialect::Table;

const LINK: &[Signature] = &[Signature::of(&[Param::int("link", 0, LINKS as u32 - 1)])];

/// The command of the test build.
pub const TEST_LINK: Table = Table {
    title: "The test build",
    commands: &[
        Command::new("+TESTLINK", "Select the link that commands are about").set(LINK, select),
    ],
};

fn select(cx: &mut Context, args: &Args) -> Outcome {
    cx.select_link(args.int(0) as u8);
    Outcome::Ok
}
