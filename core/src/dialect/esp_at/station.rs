//! Settings of the Wi-Fi station, and the networks in reach.

use super::{join, remembered};
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::command::dialect::{Command, Outcome};

const NUMBER: Param = Param::int("value", 0, 65_535).optional();
const ACCEPTED: &[Signature] = &[Signature::of(&[NUMBER, NUMBER, NUMBER, NUMBER])];

pub(super) const COMMANDS: &[Command] = &[
    remembered::command::<5>(),
    Command::new("+CWLAP", "List the networks in reach").execute(|cx, _| join::list(cx)),
    Command::new("+CWLAPOPT", "Set what `+CWLAP` shows; it shows all")
        .set(ACCEPTED, |_, _| Outcome::Ok),
    remembered::command::<6>(),
    remembered::command::<7>(),
    remembered::command::<8>(),
    remembered::command::<9>(),
    remembered::command::<10>(),
    remembered::command::<11>(),
    remembered::command::<18>(),
];
