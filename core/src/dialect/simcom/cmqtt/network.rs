//! The network, and what of MQTT goes with it.

use super::client::{self, CLIENTS, number, select_module};
use super::{key, task};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::commands::radio;
use crate::dialect::simcom::shared::{FUNCTIONALITY, functionality};
use crate::modem::Functionality;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;
use core::fmt::Write;

/// Marks in the number of a task: the service ran.
const SERVICE: u32 = 4;

pub(super) const SWITCH: Command = Command::new("+CFUN", "Switch the radio, or restart")
    .details("Without a radio the clients are lost and released, and the service is stopped.")
    .read(radio::read_functionality)
    .commits()
    .set(FUNCTIONALITY, set_functionality);

pub(super) const ATTACH: Command = Command::new("+CGATT", "Attach to the packet service")
    .details("Detached is as without a radio.")
    .read(|cx, _| show(cx, "+CGATT: 1", "+CGATT: 0"))
    .commits()
    .set(
        &[Signature::of(&[Param::choice(
            "state",
            &[(0, "detach"), (1, "attach")],
        )])],
        attach,
    );

pub(super) const ACTIVATE: Command = Command::new("+CGACT", "Activate the packet context")
    .details("The context is the network of the machine: it stays active.")
    .read(|cx, _| show(cx, "+CGACT: 1,1", "+CGACT: 1,0"))
    .set(
        &[Signature::of(&[
            Param::int("state", 0, 1),
            Param::int("cid", 1, 15).optional(),
        ])],
        |_, _| Outcome::Ok,
    );

pub(super) const SHOW_ADDRESS: Command =
    Command::new("+CGPADDR", "Show the address of the context")
        .execute(|cx, _| show_context(cx))
        .set(
            &[Signature::of(&[Param::int("cid", 1, 15).optional()])],
            |cx, _| show_context(cx),
        );

pub(super) const OPEN: Command = Command::new("+NETOPEN", "Open the socket service")
    .details("MQTT does not need it.")
    .read(|cx, _| read_opened(cx))
    .execute(|cx, _| open(cx))
    .examples(&[Example {
        line: "AT+NETOPEN",
        answer: &["OK", "+NETOPEN: 0"],
    }]);

pub(super) const CLOSE: Command = Command::new("+NETCLOSE", "Close the socket service")
    .details("The clients are lost and released, and the MQTT service is stopped.")
    .commits()
    .execute(|cx, _| close(cx));

pub(super) const IP_ADDRESS: Command =
    Command::new("+IPADDR", "Show the address").execute(|cx, _| read_address(cx));

/// Whether there is a network.
pub(super) fn is_available(cx: &mut Context) -> bool {
    let on = cx.has_network();
    on && select_module(cx).is_ok() && cx.staged().get(key::DETACHED).is_none()
}

fn is_opened(cx: &mut Context) -> bool {
    is_available(cx) && number(cx, key::OPENED, 0) != 0
}

/// The service and its clients are gone; which of them were there.
fn lose(cx: &mut Context) -> u32 {
    let mut lost = 0;
    for client in CLIENTS {
        if cx.use_link(client).is_err() {
            continue;
        }
        lost |= u32::from(cx.is_connected()) << client.0;
        // One that is not there needs no leaving.
        let _ = cx.disconnect();
        client::forget(cx);
    }
    if client::is_started(cx) {
        cx.forget_staged(Some(key::STARTED));
        lost |= SERVICE;
    }
    cx.forget_staged(Some(key::OPENED));
    lost
}

/// Begins what ends when all clients are closed.
fn losing(command: u8, number: u32) -> Outcome {
    Outcome::Started(Wait::AllClosed, Task { command, number })
}

/// What was lost, behind the command that lost it.
pub(super) fn word_lost(lost: u32, reply: &mut Reply) {
    for client in CLIENTS.iter().filter(|client| lost >> client.0 & 1 != 0) {
        reply.urc(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+CMQTTCONNLOST: {},3", client.0);
        });
    }
    if lost & SERVICE != 0 {
        reply.urc(|line| line.text("+CMQTTNONET"));
    }
}

fn set_functionality(cx: &mut Context, args: &Args) -> Outcome {
    let Some(functionality) = functionality(args) else {
        return cx.restart_at_once();
    };
    if functionality == Functionality::Full {
        return cx.set_functionality(functionality);
    }
    let lost = lose(cx);
    cx.set_functionality(functionality);
    losing(task::LOSE_NETWORK, lost)
}

fn attach(cx: &mut Context, args: &Args) -> Outcome {
    if args.flag(0) {
        if let Err(fail) = select_module(cx) {
            return Outcome::Fail(fail);
        }
        cx.forget_staged(Some(key::DETACHED));
        let on = cx.has_network();
        return if on {
            Outcome::Ok
        } else {
            Outcome::Fail(Fail::NO_SERVICE)
        };
    }
    let lost = lose(cx);
    match select_module(cx).and_then(|()| cx.stage(key::DETACHED, &[])) {
        Ok(()) => losing(task::LOSE_NETWORK, lost),
        Err(fail) => Outcome::Fail(fail),
    }
}

fn open(cx: &mut Context) -> Outcome {
    if is_opened(cx) {
        cx.text("+IP ERROR: Network is already opened");
        return Outcome::Fail(Fail::Plain);
    }
    if !is_available(cx) {
        return task::reported(task::OPEN_NETWORK, 1);
    }
    match cx.stage(key::OPENED, &[1]) {
        Ok(()) => task::reported(task::OPEN_NETWORK, 0),
        Err(fail) => Outcome::Fail(fail),
    }
}

fn close(cx: &mut Context) -> Outcome {
    let lost = lose(cx);
    losing(task::CLOSE_NETWORK, lost)
}

fn read_opened(cx: &mut Context) -> Outcome {
    let opened = is_opened(cx);
    cx.text(if opened { "+NETOPEN: 1" } else { "+NETOPEN: 0" });
    Outcome::Ok
}

fn read_address(cx: &mut Context) -> Outcome {
    if is_available(cx) {
        cx.text("+IPADDR: 10.0.0.2");
        return Outcome::Ok;
    }
    cx.text("+IP ERROR: Network not opened");
    Outcome::Fail(Fail::Plain)
}

/// One of two lines, by whether there is a network.
fn show(cx: &mut Context, with: &str, without: &str) -> Outcome {
    let available = is_available(cx);
    cx.text(if available { with } else { without });
    Outcome::Ok
}

fn show_context(cx: &mut Context) -> Outcome {
    show(cx, "+CGPADDR: 1,10.0.0.2", "+CGPADDR: 1,0.0.0.0")
}
