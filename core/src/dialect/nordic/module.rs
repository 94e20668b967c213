//! The line and the module itself.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::commands::basic;
use crate::commands::ident::Imei;
use crate::modem::api::Identity;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;

/// What the module says of itself.
pub(super) const IDENTITY: Identity<'static> = Identity {
    manufacturer: "Nordic Semiconductor ASA",
    model: "nRF9151-LACA",
    revision: "mfw_nrf91x1_2.0.2",
    ..Identity::OWN
};

const NUMBER: Param = Param::int("value", 0, u32::MAX).optional();
/// Numbers that change nothing.
pub(super) const NUMBERS: &[Signature] = &[Signature::of(&[NUMBER; 8])];

pub(super) const COMMANDS: &[Command] = &[
    basic::ECHO_COMMAND,
    basic::INFORMATION_COMMAND,
    Command::new("+CMEE", "Form of error results")
        .details("Commands that begin with `#` fail without a number all the same.")
        .read(read_errors)
        .set(
            &[Signature::of(&[Param::choice(
                "n",
                &[(0, "plain ERROR"), (1, "+CME ERROR: and a number")],
            )])],
            |cx, args| {
                cx.profile().cmee = args.int(0) as u8;
                Outcome::Ok
            },
        ),
    Command::new("+CGMI", "Manufacturer").execute(|cx, _| text(cx, cx.identity().manufacturer)),
    Command::new("+CGMM", "Model").execute(|cx, _| text(cx, cx.identity().model)),
    Command::new("+CGMR", "Revision").execute(|cx, _| text(cx, cx.identity().revision)),
    Command::new("+CIMI", "Subscriber: the IMSI").execute(|cx, _| text(cx, cx.identity().imsi)),
    Command::new("+CGSN", "Serial number: the IMEI")
        .execute(|cx, _| serial_number(cx, 0))
        .set(
            &[Signature::of(&[Param::choice(
                "snt",
                &[
                    (0, "serial number"),
                    (1, "IMEI"),
                    (2, "IMEI and version"),
                    (3, "version"),
                ],
            )])],
            |cx, args| serial_number(cx, args.int(0)),
        ),
    Command::new("%XICCID", "SIM card: the ICCID").execute(|cx, _| {
        let iccid = cx.identity().iccid;
        cx.info(|line| {
            line.text("%XICCID: ");
            line.text(iccid);
        });
        Outcome::Ok
    }),
    Command::new("#XSMVER", "Show the versions")
        .execute(|cx, _| text(cx, "#XSMVER: \"v2.0.0\",\"3.3.99\",\"mqmodem\""))
        .examples(&[Example {
            line: "AT#XSMVER",
            answer: &["#XSMVER: \"v2.0.0\",\"3.3.99\",\"mqmodem\"", "OK"],
        }]),
    Command::new("#XSLMVER", "Show the versions of Serial LTE Modem")
        .execute(|cx, _| text(cx, "#XSLMVER: \"2.9.0\",\"2.9.0-7787b2649840\"")),
    Command::new("#XUUID", "Show the identity of the device")
        .execute(|cx, _| text(cx, "#XUUID: 50503041-3633-4261-803d-1e2b8f70111a")),
    Command::new("#XCLAC", "List the commands of the module").execute(list),
    Command::new("#XRESET", "Restart")
        .details("The broker is not told.")
        .commits()
        .execute(|cx, _| cx.restart_at_once()),
    Command::new("#XSHUTDOWN", "Switch off: silence until DTR comes back")
        .commits()
        .execute(|cx, _| cx.fall_silent()),
    Command::new("#XSLEEP", "Sleep; the module keeps listening")
        .test("#XSLEEP: (1,2)")
        .set(
            &[Signature::of(&[Param::choice(
                "mode",
                &[(1, "deep"), (2, "idle")],
            )])],
            |_, _| Outcome::Ok,
        ),
    Command::new("#XSLMUART", "Set the speed of the port").set(PORT, set_port),
    Command::new("#XGPIOCFG", "Set a pin; there are none").set(NUMBERS, |_, _| Outcome::Ok),
];

const PORT: &[Signature] = &[Signature::of(&[
    Param::int("baudrate", 0, 5_000_000),
    Param::int("hwfc", 0, 1).optional(),
])];

/// A line that is there already.
pub(super) fn text(cx: &mut Context, text: &str) -> Outcome {
    cx.text(text);
    Outcome::Ok
}

fn read_errors(cx: &mut Context, _: &Args) -> Outcome {
    let level = cx.profile().cmee;
    cx.info(|line| {
        line.text("+CMEE: ");
        line.number(level.into());
    });
    Outcome::Ok
}

/// The IMEI has 15 digits, with the version of the software in place of the last one 16.
fn serial_number(cx: &mut Context, kind: u32) -> Outcome {
    let imei = Imei::of(cx);
    let imei = imei.digits();
    let most = imei.len().saturating_sub(1);
    let shown = imei.get(..most).unwrap_or_default();
    cx.info(|line| match kind {
        0 => line.bytes(imei),
        1 => {
            line.text("+CGSN: \"");
            line.bytes(imei);
            line.text("\"");
        }
        2 => {
            line.text("+CGSN: \"");
            line.bytes(shown);
            line.text("01\"");
        }
        _ => line.text("+CGSN: \"01\""),
    });
    Outcome::Ok
}

fn list(cx: &mut Context, _: &Args) -> Outcome {
    let all = cx.dialect().commands();
    cx.write(|reply| {
        for command in all.filter(|command| command.name.starts_with('#')) {
            reply.info(|line| {
                line.text("AT");
                line.text(command.name);
            });
        }
    });
    Outcome::Ok
}

fn set_port(cx: &mut Context, args: &Args) -> Outcome {
    if args.int(0) == 0 {
        return Outcome::Fail(Fail::Plain);
    }
    let flow = if args.flag(1) { 2 } else { 0 };
    let profile = cx.profile();
    profile.rate = args.int(0);
    profile.flow = [flow, flow];
    cx.change_port();
    Outcome::Ok
}
