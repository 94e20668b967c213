//! The network, as far as a module can tell of one that is not there.

use super::connection::started;
use super::model::Model;
use super::state::{key, use_module};
use super::task;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::Signature;
use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::code;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use core::fmt::Write;

/// Of names and hosts: nothing is asked of a network.
const ADDRESS: &str = "192.0.2.1";

const NAME: Param = Param::text("hostname", 1, 255).example("broker.example");
const CONTEXT: Param = Param::int("contextID", 1, 16);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+CSQ", "Signal quality")
        .test("+CSQ: (0-31,99),(0-7,99)")
        .execute(|cx, _| say(cx, ["+CSQ: 28,0"; 2], "+CSQ: 99,99")),
    Command::new("+QCSQ", "Signal quality in detail")
        .test("+QCSQ: \"NOSERVICE\",\"GSM\",\"eMTC\",\"NBIoT\",\"LTE\"")
        .execute(|cx, _| {
            let on = ["+QCSQ: \"eMTC\",-56,-78,210,-9", "+QCSQ: \"LTE\",-56,-78,210,-9"];
            say(cx, on, "+QCSQ: \"NOSERVICE\"")
        }),
    Command::new("+COPS", "Operator")
        .test("+COPS: (2,\"SoftModem\",\"SoftModem\",\"26202\",8),,(0-4),(0-2)")
        .read(|cx, _| say(cx, ["+COPS: 0,0,\"SoftModem\",8", "+COPS: 0,0,\"SoftModem\",7"], "+COPS: 0"))
        .set(
            &[Signature::of(&[
                Param::int("mode", 0, 4),
                Param::int("format", 0, 2).optional(),
                Param::text("oper", 0, 32).optional().example("SoftModem"),
                Param::int("AcT", 0, 9).optional(),
            ])],
            |_, _| Outcome::Ok,
        ),
    Command::new("+QNWINFO", "Network and band").execute(|cx, _| {
        let on = [
            "+QNWINFO: \"eMTC\",\"26202\",\"LTE BAND 20\",6300",
            "+QNWINFO: \"FDD LTE\",\"26202\",\"LTE BAND 20\",6300",
        ];
        say(cx, on, "+QNWINFO: No Service")
    }),
    Command::new("+QENG", "The cell")
        .test("+QENG: (\"servingcell\",\"neighbourcell\")")
        .set(
            &[Signature::of(&[Param::text("cell", 1, 32).example("servingcell")])],
            |cx, _| {
                let on = [
                    "+QENG: \"servingcell\",\"NOCONN\",\"eMTC\",\"FDD\",262,02,1A2B3C,28,6300,20,3,3,1A2B,-78,-9,-56,15,30",
                    "+QENG: \"servingcell\",\"NOCONN\",\"LTE\",\"FDD\",262,02,1A2B3C,28,6300,20,3,3,1A2B,-78,-9,-56,15,30",
                ];
                say(cx, on, "+QENG: \"servingcell\",\"SEARCH\"")
            },
        ),
    Command::new("+QIDNSCFG", "Name servers, which are only read back")
        .test("+QIDNSCFG: (1-16),<pridnsaddr>,<secdnsaddr>")
        .set(
            &[
                Signature::of(&[CONTEXT]),
                Signature::of(&[
                    CONTEXT,
                    Param::text("pridnsaddr", 1, 64).example("8.8.8.8"),
                    Param::text("secdnsaddr", 1, 64).optional().example("8.8.4.4"),
                ]),
            ],
            name_servers,
        ),
    Command::new("+QIDNSGIP", "Look a name up; the address is made up")
        .test("+QIDNSGIP: (1-16),<hostname>")
        .set(&[Signature::of(&[CONTEXT, NAME])], |cx, _| {
            begin(cx, task::LOOK_UP)
        }),
    Command::new("+QPING", "Ping a host; the answers are made up")
        .test("+QPING: (1-16),<host>,(1-255),(1-10)")
        .set(
            &[Signature::of(&[
                CONTEXT,
                NAME,
                Param::int("timeout", 1, 255).optional(),
                Param::int("pingnum", 1, 10).optional(),
            ])],
            |cx, _| begin(cx, task::PING),
        ),
    Command::new("+QIGETERROR", "The last error of sockets: there are none").execute(|cx, _| {
        cx.text("+QIGETERROR: 0,operate successfully");
        Outcome::Ok
    }),
];

/// Says one line of bg95 and the others, and another one without a network.
fn say(cx: &mut Context, on: [&str; 2], off: &str) -> Outcome {
    let [bg95, others] = on;
    let is_on = cx.has_network();
    cx.text(match Model::of(cx) {
        _ if !is_on => off,
        Model::Bg95 => bg95,
        _ => others,
    });
    Outcome::Ok
}

/// OK now, and the result as an event.
fn begin(cx: &mut Context, command: u8) -> Outcome {
    use_module(cx);
    if !cx.has_network() {
        return Outcome::Fail(Fail::Plain);
    }
    Outcome::Ended(started(command, 0), Ok(()), code::DONE)
}

fn name_servers(cx: &mut Context, args: &Args) -> Outcome {
    use_module(cx);
    if args.signature() > 0 {
        let mut memory = [0; 140];
        let mut kept = Buf::lent(&mut memory);
        let second = if args.has(2) {
            args.bytes(2)
        } else {
            b"0.0.0.0"
        };
        let written = [b"\"", args.bytes(1), b"\",\"", second, b"\""]
            .into_iter()
            .try_for_each(|part| kept.extend(part));
        let staged = written.map_err(Fail::from);
        let staged = staged.and_then(|()| cx.stage(key::NAME_SERVERS, kept.as_slice()));
        return staged.map_err(|_| Fail::Plain).into();
    }
    let context = args.int(0);
    cx.write_staged(|staged, reply| {
        let usual = &b"\"8.8.8.8\",\"8.8.4.4\""[..];
        reply.info(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+QIDNSCFG: {context},");
            line.bytes(staged.get(key::NAME_SERVERS).unwrap_or(usual));
        });
    });
    Outcome::Ok
}

/// Of `+QIDNSGIP`.
pub(super) fn word_address(_: Staged<'_>, reply: &mut Reply) {
    reply.urc(|line| line.text("+QIURC: \"dnsgip\",0,1,600"));
    reply.urc(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+QIURC: \"dnsgip\",\"{ADDRESS}\"");
    });
}

/// Of `+QPING`.
pub(super) fn word_ping(reply: &mut Reply) {
    for millis in [12, 13, 13, 14] {
        reply.urc(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+QPING: 0,\"{ADDRESS}\",32,{millis},255");
        });
    }
    reply.urc(|line| line.text("+QPING: 0,4,4,0,12,14,13"));
}
