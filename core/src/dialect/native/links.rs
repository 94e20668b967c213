//! `+MQTTLINK`: which of the modem's links commands are about.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::modem::api::{LinkId, MOST_LINKS};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};

const SIGNATURES: &[Signature] = &[Signature::of(&[Param::int(
    "link",
    0,
    MOST_LINKS as u32 - 1,
)
.means("number of the link; how many there are is configured")
.example("2")])];

pub(super) const LINK: Command = Command::new("+MQTTLINK", "Select the link that commands use")
    .remembers()
    .details(
        "A link is a connection to a broker with everything that goes with it: settings, TLS and \
         certificates of `+MQTTTLS`, options, subscriptions, queue, waiting messages and the last \
         failure. Every other command uses the selected link. That is link 0 after the start, \
         after `Z` and `&F`, and after the host dropped DTR. A URC of another link has its number \
         behind the name, as in `+MQTTRECV.2:`; answers to commands have none. A number beyond \
         those of `=?` is an error (50), and so is a lack of memory (20). Without a value: \
         `+MQTTLINK:<link>,<state>,<version>,\"<url>\"` for each link that has settings; \
         <state> is that of `+MQTTSTATE`, <version> that of the option `version`.",
    )
    .set(SIGNATURES, select)
    .read(read)
    .execute(list)
    .test("+MQTTLINK:(0-7)")
    .test_with(range)
    .examples(&[Example {
        line: "AT+MQTTLINK=2;+MQTTLINK?",
        answer: &["+MQTTLINK:2", "OK"],
    }]);

fn select(cx: &mut Context, args: &Args) -> Outcome {
    cx.select_link(LinkId(args.int(0) as u8)).into()
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    let link = cx.link();
    cx.info(|line| {
        line.text("+MQTTLINK:");
        line.number(link.0.into());
    });
    Outcome::Ok
}

fn range(cx: &mut Context, _: &Args) -> Outcome {
    let last = cx.last_link();
    cx.info(|line| {
        line.text("+MQTTLINK:(0-");
        line.number(last.0.into());
        line.text(")");
    });
    Outcome::Ok
}

fn list(cx: &mut Context, _: &Args) -> Outcome {
    let masked = cx.masks_secrets();
    cx.each_configured(|it, reply| {
        reply.info(|line| {
            line.text("+MQTTLINK:");
            line.number(it.link.0.into());
            line.text(if it.is_connected { ",1," } else { ",0," });
            line.number(it.version);
            line.text(",");
            let (url, masked) = (it.settings.url, masked || it.settings.hides_password);
            line.quoted_with_secret(url.text().as_bytes(), url.shown(), masked);
        });
    });
    Outcome::Ok
}
