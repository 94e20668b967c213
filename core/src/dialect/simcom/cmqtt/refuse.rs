//! What the declarations do not allow, in the words of the module.

use super::client::is_started;
use super::error::{INDEX, INVALID, LENGTH, fail_of};
use crate::at::param::{Misfit, MisfitKind};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Refusal};
use crate::modem::fail::Fail;

/// Answers what the declarations do not allow.
pub(super) fn refuse(
    cx: &mut Context<'_, '_>,
    command: Option<&'static Command>,
    why: Refusal,
) -> Fail {
    match (command, why) {
        (Some(command), Refusal::Values(misfit)) if command.name.starts_with("+CMQTT") => {
            refuse_values(cx, command.name, misfit)
        }
        (Some(command), _) if is_plain(command.name) => Fail::Plain,
        _ => why.fail(),
    }
}

/// Whether a command fails with plain ERROR, whatever `+CMEE` says.
fn is_plain(name: &str) -> bool {
    ["+CMQTT", "+CSSLCFG", "+CCERT"]
        .iter()
        .any(|family| name.starts_with(family))
}

/// A value of the wrong type, and a wrong number of them, is plain ERROR.
fn refuse_values(cx: &mut Context, name: &str, misfit: Misfit) -> Fail {
    let is_range =
        misfit.param != "cid" && !matches!(misfit.kind, MisfitKind::Missing | MisfitKind::Surplus);
    match misfit.first {
        Some(client) if is_range && is_started(cx) => fail_of(cx, name, client, error_of(&misfit)),
        _ => Fail::Plain,
    }
}

fn error_of(misfit: &Misfit) -> u8 {
    match misfit.param {
        "client_index" => INDEX,
        "req_length" | "client_id" => LENGTH,
        _ => INVALID,
    }
}
