//! The service and its clients: start, acquire, release, stop.

use super::client::{self, CLIENT, CLIENTS, done, is_acquired, select_module};
use super::error::{self, fail, fail_service};
use super::{key, network, task};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use core::fmt::Write;

const CONTEXT: &[Signature] = &[Signature::of(&[Param::int("cid", 1, 15)])];

pub(super) const START: Command = Command::new("+CMQTTSTART", "Start the MQTT service")
    .details("Every other command of MQTT needs it. The packet context is only echoed.")
    .test("+CMQTTSTART: (1-15)")
    .execute(|cx, args| done(start(cx, args)))
    .set(CONTEXT, |cx, args| done(start(cx, args)))
    .examples(&[Example {
        line: "AT+CMQTTSTART",
        answer: &["OK", "+CMQTTSTART: 0"],
    }]);

pub(super) const STOP: Command = Command::new("+CMQTTSTOP", "Stop the MQTT service")
    .details("21: a client is not released.")
    .test("+CMQTTSTOP: (1-15)")
    .execute(|cx, _| done(stop(cx)))
    .set(CONTEXT, |cx, _| done(stop(cx)));

pub(super) const ACQUIRE: Command = Command::new("+CMQTTACCQ", "Acquire a client")
    .test("+CMQTTACCQ: (0-1),(1-128)[,(0-1)]")
    .read(|cx, _| done(read_clients(cx)))
    .set(
        &[Signature::of(&[
            CLIENT,
            Param::text("client_id", 1, 128).example("pump-7"),
            Param::choice("server_type", &[(0, "TCP"), (1, "TLS")]).optional(),
            Param::int("version", 3, 4)
                .optional()
                .means("no effect: MQTT 3.1.1 is spoken"),
        ])],
        |cx, args| done(acquire(cx, args)),
    );

pub(super) const RELEASE: Command = Command::new("+CMQTTREL", "Release a client")
    .details("19: it is connected. 20: it is not acquired.")
    .test("+CMQTTREL: (0-1)")
    .read(|cx, _| client::check_started(cx).into())
    .set(&[Signature::of(&[CLIENT])], |cx, args| {
        release(cx, args).into()
    });

fn start(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    if client::is_started(cx) {
        return Err(fail_service(cx, "+CMQTTSTART", error::OPENED));
    }
    if !network::is_available(cx) {
        return Err(fail_service(cx, "+CMQTTSTART", error::NETWORK_NOT_OPEN));
    }
    cx.stage(key::STARTED, &[])?;
    Ok(task::reported(task::START, args.int(0)))
}

fn stop(cx: &mut Context) -> Result<Outcome, Fail> {
    client::check_started(cx)?;
    for client in CLIENTS {
        if cx.use_link(client).is_ok() && is_acquired(cx) {
            return Err(fail_service(cx, "+CMQTTSTOP", error::NOT_RELEASED));
        }
    }
    select_module(cx)?;
    cx.forget_staged(Some(key::STARTED));
    Ok(task::reported(task::STOP, 0))
}

fn acquire(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    const NAME: &str = "+CMQTTACCQ";
    client::select(cx, NAME, args, 0)?;
    if is_acquired(cx) {
        return Err(fail(cx, NAME, error::IN_USE));
    }
    client::stage(cx, NAME, key::CLIENT_ID, args.bytes(1))?;
    client::stage(cx, NAME, key::USES_TLS, &[args.int(2) as u8])?;
    Ok(Outcome::Ok)
}

fn release(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    const NAME: &str = "+CMQTTREL";
    client::select_acquired(cx, NAME, args)?;
    client::check_idle(cx, NAME)?;
    if cx.is_connected() {
        return Err(fail(cx, NAME, error::IN_USE));
    }
    client::forget(cx);
    Ok(())
}

fn read_clients(cx: &mut Context) -> Result<Outcome, Fail> {
    client::check_started(cx)?;
    Ok(client::each(cx, |cx| {
        cx.write_staged(|staged, reply| {
            reply.info(|line| {
                let client = staged.link().0;
                let name = staged.text(key::CLIENT_ID);
                let tls = client::number_of(staged, key::USES_TLS, 0);
                // A reply notes for itself what does not fit.
                let _ = write!(line, "+CMQTTACCQ: {client},\"{name}\",{tls}");
            });
        });
    }))
}
